// The operators of the instruction table on 64-bit values held as unsigned bigint.

import type { Binary, Condition } from './ir.ts'

export function binary(op: Binary, a: bigint, b: bigint): bigint {
  switch (op) {
    case 'add':
      return BigInt.asUintN(64, a + b)
    case 'sub':
      return BigInt.asUintN(64, a - b)
    case 'mul':
      return BigInt.asUintN(64, a * b)
    case 'mul_high_u':
      return (a * b) >> 64n
    case 'div_u':
      return a / b
    case 'rem_u':
      return a % b
    case 'div_s':
      return BigInt.asUintN(64, signed(a) / signed(b))
    case 'rem_s':
      return BigInt.asUintN(64, signed(a) % signed(b))
    case 'and':
      return a & b
    case 'or':
      return a | b
    case 'xor':
      return a ^ b
    case 'shl':
      return BigInt.asUintN(64, a << (b & 63n))
    case 'shr_u':
      return a >> (b & 63n)
    case 'shr_s':
      return BigInt.asUintN(64, signed(a) >> (b & 63n))
  }
}

export const signed = (value: bigint): bigint => BigInt.asIntN(64, value)

/** The low bytes, sign-extended. */
export const extend = (value: bigint, bytes: number): bigint =>
  BigInt.asUintN(64, BigInt.asIntN(8 * bytes, value))

export function holds(op: Condition['op'], a: bigint, b: bigint): boolean {
  switch (op) {
    case 'eq':
      return a === b
    case 'ne':
      return a !== b
    case 'lt_u':
      return a < b
    case 'ge_u':
      return a >= b
    case 'lt_s':
      return signed(a) < signed(b)
    case 'ge_s':
      return signed(a) >= signed(b)
  }
}
