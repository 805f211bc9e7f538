// Between the formats and integers of 32 and 64 bits. Invariant: what does not fit is INVALID and
// nothing else, and becomes the nearest integer that does; NaN becomes the greatest.

import {
  type Environment,
  type Format,
  INEXACT,
  INVALID,
  isInfinite,
  isNan,
  isNegative,
  isZero,
  nanFrom,
  signed,
  unpack,
} from './format.ts'
import { round, roundTo } from './round.ts'

export interface IntegerKind {
  readonly bits: 32 | 64
  readonly signed: boolean
}

const least = ({ bits, signed }: IntegerKind): bigint => (signed ? -(1n << BigInt(bits - 1)) : 0n)
const greatest = ({ bits, signed }: IntegerKind): bigint =>
  (1n << BigInt(signed ? bits - 1 : bits)) - 1n

/** May be negative; see `IntegerKind`. */
export function toInteger(
  of: Format,
  environment: Environment,
  kind: IntegerKind,
  bits: bigint,
): bigint {
  if (isNan(of, bits) || isInfinite(of, bits)) {
    environment.flags |= INVALID
    return isInfinite(of, bits) && isNegative(of, bits) ? least(kind) : greatest(kind)
  }
  const value = unpack(of, bits)
  const { significand, exact } = roundTo(value, 0, environment.mode)
  const integer = value.negative ? -significand : significand
  if (integer < least(kind) || integer > greatest(kind)) {
    environment.flags |= INVALID
    return value.negative ? least(kind) : greatest(kind)
  }
  if (!exact) environment.flags |= INEXACT
  return integer
}

export function fromInteger(of: Format, environment: Environment, value: bigint): bigint {
  if (value === 0n) return 0n
  const negative = value < 0n
  const significand = negative ? -value : value
  return round(of, environment, { negative, significand, exponent: 0 })
}

export function toFormat(from: Format, to: Format, environment: Environment, bits: bigint): bigint {
  if (isNan(from, bits)) {
    nanFrom(from, environment, bits)
    return to.nan
  }
  const negative = isNegative(from, bits)
  if (isInfinite(from, bits)) return signed(to, negative, to.infinity)
  if (isZero(from, bits)) return signed(to, negative, 0n)
  return round(to, environment, unpack(from, bits))
}
