// Sum, product, quotient, root and fused product-sum, each computed exactly in integers and rounded
// once. Invariant: operands and results are bits of the format; every NaN that results is canonical.

import {
  DIVISION_BY_ZERO,
  type Environment,
  type Finite,
  type Format,
  INVALID,
  invalid,
  isInfinite,
  isNan,
  isNegative,
  isSignaling,
  isZero,
  nanFrom,
  RDN,
  signed,
  unpack,
} from './format.ts'
import { bitLength, round, withRest } from './round.ts'

const signedValue = ({ negative, significand }: Finite): bigint =>
  negative ? -significand : significand

/** The exact sum of two finite numbers, rounded. */
function sum(of: Format, environment: Environment, a: Finite, b: Finite): bigint {
  const exponent = Math.min(a.exponent, b.exponent)
  const total =
    (signedValue(a) << BigInt(a.exponent - exponent)) +
    (signedValue(b) << BigInt(b.exponent - exponent))
  if (total === 0n) {
    // Zeros of one sign keep it; what cancels is +0, or -0 when rounding down.
    const same = a.negative === b.negative
    return signed(of, same ? a.negative : environment.mode === RDN, 0n)
  }
  const negative = total < 0n
  const value = { negative, significand: negative ? -total : total, exponent }
  return round(of, environment, value)
}

export function add(of: Format, environment: Environment, a: bigint, b: bigint): bigint {
  if (isNan(of, a) || isNan(of, b)) return nanFrom(of, environment, a, b)
  if (isInfinite(of, a)) {
    return isInfinite(of, b) && a !== b ? invalid(of, environment) : a
  }
  if (isInfinite(of, b)) return b
  return sum(of, environment, unpack(of, a), unpack(of, b))
}

export function sub(of: Format, environment: Environment, a: bigint, b: bigint): bigint {
  if (isNan(of, b)) return nanFrom(of, environment, a, b)
  return add(of, environment, a, b ^ of.sign)
}

const product = (a: Finite, b: Finite): Finite => ({
  negative: a.negative !== b.negative,
  significand: a.significand * b.significand,
  exponent: a.exponent + b.exponent,
})

export function mul(of: Format, environment: Environment, a: bigint, b: bigint): bigint {
  if (isNan(of, a) || isNan(of, b)) return nanFrom(of, environment, a, b)
  const negative = isNegative(of, a) !== isNegative(of, b)
  if (isInfinite(of, a) || isInfinite(of, b)) {
    if (isZero(of, a) || isZero(of, b)) return invalid(of, environment)
    return signed(of, negative, of.infinity)
  }
  const value = product(unpack(of, a), unpack(of, b))
  return value.significand === 0n ? signed(of, negative, 0n) : round(of, environment, value)
}

export function div(of: Format, environment: Environment, a: bigint, b: bigint): bigint {
  if (isNan(of, a) || isNan(of, b)) return nanFrom(of, environment, a, b)
  const negative = isNegative(of, a) !== isNegative(of, b)
  if (isInfinite(of, a)) {
    return isInfinite(of, b) ? invalid(of, environment) : signed(of, negative, of.infinity)
  }
  if (isInfinite(of, b)) return signed(of, negative, 0n)
  if (isZero(of, b)) {
    if (isZero(of, a)) return invalid(of, environment)
    environment.flags |= DIVISION_BY_ZERO
    return signed(of, negative, of.infinity)
  }
  if (isZero(of, a)) return signed(of, negative, 0n)
  const dividend = unpack(of, a)
  const divisor = unpack(of, b)
  // Enough bits that the quotient has at least two more than the format.
  const shift = of.fraction + 3 + bitLength(divisor.significand)
  const scaled = dividend.significand << BigInt(shift)
  const quotient = scaled / divisor.significand
  const exponent = dividend.exponent - shift - divisor.exponent
  const rest = scaled % divisor.significand
  return round(of, environment, withRest(negative, quotient, exponent, rest))
}

export function sqrt(of: Format, environment: Environment, a: bigint): bigint {
  if (isNan(of, a)) return nanFrom(of, environment, a)
  if (isZero(of, a)) return a
  if (isNegative(of, a)) return invalid(of, environment)
  if (isInfinite(of, a)) return a
  const { significand, exponent } = unpack(of, a)
  // Twice the bits of the root, and an even exponent.
  const least = 2 * (of.fraction + 3)
  const shift = least + ((exponent - least) & 1)
  const scaled = significand << BigInt(shift)
  const root = integerRoot(scaled)
  return round(of, environment, withRest(false, root, (exponent - shift) / 2, scaled - root * root))
}

/** The greatest integer whose square is not greater. Newton's method from above. */
function integerRoot(value: bigint): bigint {
  let root = 1n << BigInt((bitLength(value) + 1) >> 1)
  for (;;) {
    const next = (root + value / root) >> 1n
    if (next >= root) return root
    root = next
  }
}

/** a * b + c, rounded once. */
export function fma(of: Format, environment: Environment, a: bigint, b: bigint, c: bigint): bigint {
  const undefinedProduct =
    (isInfinite(of, a) && isZero(of, b)) || (isZero(of, a) && isInfinite(of, b))
  if (isNan(of, a) || isNan(of, b) || isNan(of, c)) {
    // Infinity times 0 is invalid even if a quiet NaN is added.
    if (undefinedProduct || [a, b, c].some((bits) => isSignaling(of, bits))) {
      environment.flags |= INVALID
    }
    return of.nan
  }
  if (undefinedProduct) return invalid(of, environment)
  const negative = isNegative(of, a) !== isNegative(of, b)
  if (isInfinite(of, a) || isInfinite(of, b)) {
    const infinite = signed(of, negative, of.infinity)
    return isInfinite(of, c) && c !== infinite ? invalid(of, environment) : infinite
  }
  if (isInfinite(of, c)) return c
  return sum(of, environment, product(unpack(of, a), unpack(of, b)), unpack(of, c))
}
