// The two formats of IEEE 754 that F and D have, and how their bits are read. Invariant: a finite number
// is exactly (-1)^negative * significand * 2^exponent; nothing here rounds.

/** Exception flags as fflags numbers them. */
export const INEXACT = 1
export const UNDERFLOW = 2
export const OVERFLOW = 4
export const DIVISION_BY_ZERO = 8
export const INVALID = 16

/** Rounding modes as frm numbers them: to nearest even, to zero, down, up, to nearest away. */
export const RNE = 0
export const RTZ = 1
export const RDN = 2
export const RUP = 3
export const RMM = 4

/** The mode to round by, and the flags that have been raised. */
export interface Environment {
  mode: number
  flags: number
}

export interface Format {
  readonly width: number
  /** Bits of the significand behind the point. */
  readonly fraction: number
  /** Exponent of the last bit of the smallest number. */
  readonly lowest: number
  readonly sign: bigint
  /** The bits of infinity, which are the exponent field all ones. */
  readonly infinity: bigint
  /** The NaN that every operation gives. */
  readonly nan: bigint
}

function format(width: number, fraction: number): Format {
  const exponentBits = width - 1 - fraction
  const bias = 2 ** (exponentBits - 1) - 1
  const infinity = ((1n << BigInt(exponentBits)) - 1n) << BigInt(fraction)
  return {
    width,
    fraction,
    lowest: 1 - bias - fraction,
    sign: 1n << BigInt(width - 1),
    infinity,
    nan: infinity | (1n << BigInt(fraction - 1)),
  }
}

export const SINGLE = format(32, 23)
export const DOUBLE = format(64, 52)

export interface Finite {
  readonly negative: boolean
  /** 0 for both zeros. */
  readonly significand: bigint
  readonly exponent: number
}

export const magnitude = (of: Format, bits: bigint): bigint => bits & (of.sign - 1n)
export const isNegative = (of: Format, bits: bigint): boolean => (bits & of.sign) !== 0n
export const isNan = (of: Format, bits: bigint): boolean => magnitude(of, bits) > of.infinity
export const isInfinite = (of: Format, bits: bigint): boolean => magnitude(of, bits) === of.infinity
export const isZero = (of: Format, bits: bigint): boolean => magnitude(of, bits) === 0n
/** The first bit of the fraction tells a quiet NaN. */
export const isSignaling = (of: Format, bits: bigint): boolean =>
  isNan(of, bits) && magnitude(of, bits) < of.nan

export const signed = (of: Format, negative: boolean, bits: bigint): bigint =>
  negative ? bits | of.sign : bits

/** Requires neither NaN nor infinity. */
export function unpack(of: Format, bits: bigint): Finite {
  const rest = magnitude(of, bits)
  const field = Number(rest >> BigInt(of.fraction))
  const hidden = 1n << BigInt(of.fraction)
  const fraction = rest & (hidden - 1n)
  return {
    negative: isNegative(of, bits),
    significand: field === 0 ? fraction : fraction | hidden,
    exponent: of.lowest + Math.max(0, field - 1),
  }
}

/** The canonical NaN; raises INVALID if an operand signals. */
export function nanFrom(of: Format, environment: Environment, ...operands: bigint[]): bigint {
  if (operands.some((bits) => isSignaling(of, bits))) environment.flags |= INVALID
  return of.nan
}

export function invalid(of: Format, environment: Environment): bigint {
  environment.flags |= INVALID
  return of.nan
}
