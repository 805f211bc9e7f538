// The one rounding routine: from an exact number to the nearest one that a format has, in any mode,
// with the flags that belong to it. Invariant: whatever is exact raises nothing.

import {
  type Environment,
  type Finite,
  type Format,
  INEXACT,
  OVERFLOW,
  RDN,
  RMM,
  RNE,
  RUP,
  signed,
  UNDERFLOW,
} from './format.ts'

export const bitLength = (value: bigint): number => {
  const hex = value.toString(16)
  return 4 * (hex.length - 1) + 32 - Math.clz32(Number.parseInt(hex[0]!, 16))
}

/** `value` as a multiple of 2^unit, rounded. */
export interface Rounded {
  readonly significand: bigint
  readonly exact: boolean
}

export function roundTo(value: Finite, unit: number, mode: number): Rounded {
  const { significand, exponent, negative } = value
  const shift = unit - exponent
  if (shift <= 0) return { significand: significand << BigInt(-shift), exact: true }
  const kept = significand >> BigInt(shift)
  const lost = significand - (kept << BigInt(shift))
  if (lost === 0n) return { significand: kept, exact: true }
  const half = 1n << BigInt(shift - 1)
  const up = roundsUp(mode, negative, (kept & 1n) === 1n, lost < half ? -1 : lost > half ? 1 : 0)
  return { significand: up ? kept + 1n : kept, exact: false }
}

/** `half`: what is lost is less than, equal to, or more than half a unit; it is not nothing. */
function roundsUp(mode: number, negative: boolean, odd: boolean, half: -1 | 0 | 1): boolean {
  switch (mode) {
    case RNE:
      return half > 0 || (half === 0 && odd)
    case RMM:
      return half >= 0
    case RDN:
      return negative
    case RUP:
      return !negative
    default:
      return false
  }
}

/** Packs a number that is not 0. */
export function round(of: Format, environment: Environment, value: Finite): bigint {
  const { negative, significand, exponent } = value
  const { mode } = environment
  // The unit of a significand of full length, were there no least exponent.
  const natural = exponent + bitLength(significand) - 1 - of.fraction
  const unit = Math.max(natural, of.lowest)
  const rounded = roundTo(value, unit, mode)
  if (!rounded.exact) {
    environment.flags |= INEXACT
    if (natural < of.lowest && isTiny(of, value, natural, mode)) environment.flags |= UNDERFLOW
  }
  // The hidden bit, and a carry out of the significand, add 1 to the exponent's field.
  const bits = (BigInt(unit - of.lowest) << BigInt(of.fraction)) + rounded.significand
  if (bits < of.infinity) return signed(of, negative, bits)
  environment.flags |= OVERFLOW | INEXACT
  const toInfinity = roundsUp(mode, negative, true, 1)
  return signed(of, negative, toInfinity ? of.infinity : of.infinity - 1n)
}

/** Tininess is detected after rounding: to full length, as if the exponent were unbounded. */
function isTiny(of: Format, value: Finite, natural: number, mode: number): boolean {
  if (natural < of.lowest - 1) return true
  const { significand } = roundTo(value, natural, mode)
  return bitLength(significand) <= of.fraction + 1
}

/** What is left of a division or a root counts as something below the last bit. */
export const withRest = (
  negative: boolean,
  significand: bigint,
  exponent: number,
  rest: bigint,
): Finite => ({
  negative,
  significand: (significand << 1n) | (rest === 0n ? 0n : 1n),
  exponent: exponent - 1,
})
