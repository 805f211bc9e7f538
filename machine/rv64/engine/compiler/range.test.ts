import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { binary as compute, extend, signed } from '../../isa/arithmetic.ts'
import { decode } from '../../isa/decode.ts'
import { type Binary, binary, constant, type Expression, rs1, rs2, sign } from '../../isa/ir.ts'
import { Ranges, signedRange, unsignedRange, within } from './range.ts'

const OPERATORS: readonly Binary[] = [
  'add',
  'sub',
  'and',
  'or',
  'xor',
  'shl',
  'shr_u',
  'shr_s',
  'mul',
]
const at = { instruction: { ...decode(0), rs1: 1, rs2: 2 }, offset: 0 }

const { expression } = fc.letrec<{ expression: Expression }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(rs1, rs2),
    fc.integer({ min: 0, max: 63 }).map((value) => constant(BigInt(value))),
    fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }).map(constant),
    fc
      .tuple(fc.constantFrom(...OPERATORS), tie('expression'), tie('expression'))
      .map(([op, a, b]) => binary(op, a, b)),
    fc
      .tuple(fc.constantFrom(8 as const, 16 as const, 32 as const), tie('expression'))
      .map(([bits, a]) => sign(bits, a)),
  ),
}))
/** What is known of a register, and a value that agrees. */
const register = fc.oneof(
  fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }).map((value) => ({ range: undefined, value })),
  fc
    .tuple(fc.constantFrom(8, 16, 32), fc.bigInt({ min: 0n, max: (1n << 32n) - 1n }), fc.boolean())
    .map(([bits, draw, minus]) => ({
      range: minus ? signedRange(bits) : unsignedRange(bits),
      value: minus ? BigInt.asUintN(64, BigInt.asIntN(bits, draw)) : BigInt.asUintN(bits, draw),
    })),
)

function valueAt(one: Expression, registers: readonly bigint[]): bigint {
  switch (one.is) {
    case 'constant':
      return one.value
    case 'register':
      return registers[one.field === 'rs1' ? 0 : 1]!
    case 'binary':
      return compute(one.op, valueAt(one.a, registers), valueAt(one.b, registers))
    case 'sign':
      return extend(valueAt(one.a, registers), one.bits / 8)
    default:
      throw new Error(`expected none such, got ${one.is}`)
  }
}

describe('what is known of a value', () => {
  it('holds for every value that agrees with what was known before', () => {
    let known = 0
    fc.assert(
      fc.property(expression, register, register, (one, a, b) => {
        const ranges = new Ranges()
        ranges.setRegister(1, a.range)
        ranges.setRegister(2, b.range)
        const range = ranges.of(one, at)
        if (range === undefined) return
        known++
        const value = signed(valueAt(one, [a.value, b.value]))
        expect(value >= BigInt(range.least) && value <= BigInt(range.most)).toBe(true)
      }),
      { numRuns: 20_000, seed: 32 },
    )
    expect(known).toBeGreaterThan(8000)
  })

  it('is enough for bits that are picked, shifted and negated', () => {
    const ranges = new Ranges()
    const bit = binary('and', rs1, constant(1n))
    expect(within(ranges.of(binary('sub', constant(0n), bit), at), signedRange(2))).toBe(true)
    const upper = binary('shr_u', rs1, constant(40n))
    expect(within(ranges.of(upper, at), unsignedRange(24))).toBe(true)
    expect(ranges.of(binary('add', rs1, constant(1n)), at)).toBeUndefined()
  })
})
