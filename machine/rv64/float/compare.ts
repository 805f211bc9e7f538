// Order, extremes and classes. Invariant: nothing here rounds; the only flag is INVALID.

import {
  type Environment,
  type Format,
  INVALID,
  isInfinite,
  isNan,
  isNegative,
  isSignaling,
  isZero,
  magnitude,
  nanFrom,
} from './format.ts'

/** Order of numbers as integers; the two zeros are equal. */
const rank = (of: Format, bits: bigint): bigint =>
  isNegative(of, bits) ? -magnitude(of, bits) : bits

export function equal(of: Format, environment: Environment, a: bigint, b: bigint): boolean {
  if (isNan(of, a) || isNan(of, b)) {
    nanFrom(of, environment, a, b)
    return false
  }
  return rank(of, a) === rank(of, b)
}

/** Any NaN is invalid where order matters. */
function unordered(of: Format, environment: Environment, a: bigint, b: bigint): boolean {
  if (!isNan(of, a) && !isNan(of, b)) return false
  environment.flags |= INVALID
  return true
}

export const less = (of: Format, environment: Environment, a: bigint, b: bigint): boolean =>
  !unordered(of, environment, a, b) && rank(of, a) < rank(of, b)

export const lessOrEqual = (of: Format, environment: Environment, a: bigint, b: bigint): boolean =>
  !unordered(of, environment, a, b) && rank(of, a) <= rank(of, b)

/** The number of the two, if one is NaN; -0 is less than +0. */
function extreme(of: Format, environment: Environment, a: bigint, b: bigint, least: boolean) {
  const none = nanFrom(of, environment, a, b)
  if (isNan(of, a)) return isNan(of, b) ? none : b
  if (isNan(of, b)) return a
  const difference = rank(of, a) - rank(of, b)
  const first = difference < 0n || (difference === 0n && isNegative(of, a))
  return first === least ? a : b
}

export const min = (of: Format, environment: Environment, a: bigint, b: bigint): bigint =>
  extreme(of, environment, a, b, true)

export const max = (of: Format, environment: Environment, a: bigint, b: bigint): bigint =>
  extreme(of, environment, a, b, false)

/** One bit of ten, as fclass gives it (unprivileged specification, table 11.5). */
export function classOf(of: Format, bits: bigint): number {
  if (isNan(of, bits)) return isSignaling(of, bits) ? 1 << 8 : 1 << 9
  const negative = isNegative(of, bits)
  if (isInfinite(of, bits)) return negative ? 1 << 0 : 1 << 7
  if (isZero(of, bits)) return negative ? 1 << 3 : 1 << 4
  const subnormal = magnitude(of, bits) < 1n << BigInt(of.fraction)
  if (subnormal) return negative ? 1 << 2 : 1 << 5
  return negative ? 1 << 1 : 1 << 6
}
