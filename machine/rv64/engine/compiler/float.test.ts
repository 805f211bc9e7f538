// Floating point in compiled code against the reference: each instruction, in each rounding mode, on
// operands where something may go wrong, with flags and FS as they may be.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DOUBLE, INEXACT } from '../../float/format.ts'
import { fusedToNearest, sumToOdd } from '../../float/fused.ts'
import { box, patterns, registerPatterns, toBits } from '../../float/patterns.fixture.ts'
import { encode } from '../../isa/assemble.ts'
import { FLOAT_CALLS, type FloatCall } from '../../isa/float-calls.ts'
import { table } from '../../isa/table.ts'
import { CELL, F } from '../../memory/layout.ts'
import { RAM_BASE } from '../../memory/ram.ts'
import { saveHart } from '../../snapshot/hart-state.ts'
import { TestStand } from '../test-stand.fixture.ts'
import { floatHelpers } from './float-helpers.ts'

const [RD, RS1, RS2, RS3] = [10, 11, 12, 13]
const DATA = RAM_BASE + 0x4000
const HANDLER = RAM_BASE + 0x2000
const DIRTY = 3
const EAGER = { threshold: 1, batch: 1, eager: true }

const reference = new TestStand({ engine: 'reference' })
const compiler = new TestStand({ engine: 'compiler', limits: EAGER })
const software = new TestStand({ engine: 'compiler', limits: { ...EAGER, fuses: false } })

const formats = new Map(table.map(({ name, format }) => [name, format]))

function word(call: FloatCall, mode: number): number {
  const format = formats.get(call)!
  const immediate = format === 'fused' ? mode | (RS3 << 3) : mode
  return encode(call, { rd: RD, rs1: RS1, rs2: RS2, immediate })
}

const modesOf = (call: FloatCall): readonly number[] => {
  const format = formats.get(call)
  if (format !== 'rounded' && format !== 'fused') return [0]
  return /^fcvt\.[wl]/.test(call) ? [0, 1, 4, 7] : [0, 3, 5, 7]
}

const situation = fc.record({
  operands: fc.tuple(registerPatterns, registerPatterns, registerPatterns),
  alike: fc.constantFrom('no', 'no', 'same', 'opposite'),
  flags: fc.constantFrom(0, INEXACT, INEXACT, 0x1e),
  dynamic: fc.constantFrom(0, 0, 0, 2, 6),
  fs: fc.constantFrom(0, 1, 2, DIRTY, DIRTY, DIRTY, DIRTY),
})
type Situation = typeof situation extends fc.Arbitrary<infer T> ? T : never

/** The instruction in a loop, on the same operands; an odd budget ends in the midst of a block. */
function outcome(stand: TestStand, one: Situation, budget = 7): unknown {
  const { hart } = stand
  const { operands, alike, flags, dynamic, fs } = one
  const [a, b, c] = operands
  hart.reset()
  hart.put(CELL.mtvec, 0, HANDLER)
  hart.put(CELL.mstatus, 0, fs << 13)
  hart.put(CELL.fcsr, 0, (dynamic << 5) | flags)
  hart.stateLoaded()
  stand.setX(RS1, a)
  hart.u64[(F >> 3) + RS1] = a
  hart.u64[(F >> 3) + RS2] = alike === 'no' ? b : alike === 'same' ? a : a ^ DOUBLE.sign
  hart.u64[(F >> 3) + RS3] = c
  hart.u64[(F >> 3) + RD] = c
  stand.pc = RAM_BASE
  stand.run(budget)
  return saveHart(hart, 'architectural')
}

/** Puts the instruction, a jump back to it, and a handler that stays where it is. */
function put(stand: TestStand, instruction: number): void {
  const words = [instruction, encode('jal', { rd: 0, rs1: 0, rs2: 0, immediate: -4 })]
  const stay = [encode('jal', { rd: 0, rs1: 0, rs2: 0, immediate: 0 })]
  stand.ram.write(RAM_BASE, new Uint8Array(Uint32Array.from(words).buffer))
  stand.ram.write(HANDLER, new Uint8Array(Uint32Array.from(stay).buffer))
  stand.engine.forget()
}

const arithmetic = FLOAT_CALLS.filter((call) => !/^f[ls][wd]$/.test(call))
const leftAlone = (stand: TestStand): number => stand.engine.why!()['left-for-reference']!

describe.each(arithmetic)('%s in compiled code', (call) => {
  it.each(modesOf(call))('does what the reference does, in mode %i', (mode) => {
    for (const stand of [reference, compiler, software]) put(stand, word(call, mode))
    fc.assert(
      fc.property(situation, (one) => {
        const expected = outcome(reference, one)
        expect(outcome(compiler, one)).toEqual(expected)
        expect(outcome(software, one)).toEqual(expected)
      }),
      { numRuns: 150, seed: 1985 },
    )
  })

  if (!call.startsWith('fclass')) {
    it('does it itself with ordinary operands', () => {
      const single = call.endsWith('.s') || call === 'fmv.x.w'
      const [one, three] = single ? [0x3f80_0000n, 0x4040_0000n].map(box) : [1, 3].map(toBits)
      const ordinary: Situation = {
        operands: [/^fcvt\.[sd]\.[wl]/.test(call) ? 7n : one!, three!, one!],
        alike: 'no',
        flags: INEXACT,
        dynamic: 0,
        fs: DIRTY,
      }
      for (const stand of [compiler, software]) {
        put(stand, word(call, modesOf(call).includes(1) ? 1 : 0))
        outcome(stand, ordinary, 8) // makes the fragment
        const before = leftAlone(stand)
        outcome(stand, ordinary, 8)
        expect(leftAlone(stand)).toBe(before)
      }
    })
  }
})

describe.each(['flw', 'fld', 'fsw', 'fsd'] as const)('%s in compiled code', (call) => {
  it('does what the reference does, at any alignment', () => {
    const stands = [reference, compiler]
    for (const stand of stands)
      put(stand, encode(call, { rd: RD, rs1: RS1, rs2: RS2, immediate: -8 }))
    const address = fc.integer({ min: 8, max: 64 }).map((offset) => BigInt(DATA + offset))
    fc.assert(
      fc.property(situation, address, patterns(DOUBLE), (one, at, memory) => {
        const [a, b] = stands.map((stand) => {
          stand.ram.write(
            DATA,
            new Uint8Array(BigUint64Array.from({ length: 9 }, () => memory).buffer),
          )
          const state = outcome(stand, { ...one, operands: [at, one.operands[1], one.operands[2]] })
          return [state, stand.ram.read(DATA, 72), stand.x(RS1)]
        })
        expect(b).toEqual(a)
      }),
      { numRuns: 300, seed: 1985 },
    )
  })
})

describe('the functions that compiled code calls', () => {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 })
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(floatHelpers(1)), {
    env: { memory },
  })
  const number = fc.double({ min: -(2 ** 290), max: 2 ** 290, noNaN: true })
  const call = (name: string, ...operands: number[]): number =>
    (exports[name] as (...operands: number[]) => number)(...operands)

  it('fuse as the shared code does', () => {
    const fits = (value: number) => Math.abs(value) > 2 ** -300
    const one = fc.oneof(number, fc.integer({ min: -9, max: 9 })).filter(fits)
    fc.assert(
      fc.property(one, one, one, (a, b, c) => {
        expect(call('fused', a, b, c)).toBe(fusedToNearest(a, b, c))
        const [x, y, z] = [a, b, c].map(Math.fround) as [number, number, number]
        expect(call('fusedSingle', x, y, z)).toBe(Math.fround(sumToOdd(x * y, z)))
      }),
      { numRuns: 2000, seed: 1985 },
    )
  })

  it('never call exact what is not', () => {
    const bits = new DataView(new ArrayBuffer(8))
    const exact = (value: number): bigint => {
      bits.setFloat64(0, value)
      const all = bits.getBigUint64(0)
      const exponent = Number((all >> 52n) & 0x7ffn)
      const fraction = (all & ((1n << 52n) - 1n)) | (exponent === 0 ? 0n : 1n << 52n)
      return (value < 0 ? -fraction : fraction) << BigInt(Math.max(exponent, 1) - 1)
    }
    const small = fc.integer({ min: -5000, max: 5000 }).map((value) => value / 64)
    const operand = fc.oneof(small, fc.double({ min: -1e9, max: 1e9, noNaN: true }))
    fc.assert(
      fc.property(operand, operand, (a, b) => {
        if (call('sum', a, b, a + b) === 0) expect(exact(a) + exact(b)).toBe(exact(a + b))
        if (call('product', a, b, a * b) === 0) {
          expect(exact(a) * exact(b)).toBe(exact(a * b) << 1074n)
        }
        if (b !== 0 && call('quotient', a, b, a / b) === 0) {
          expect(exact(a / b) * exact(b)).toBe(exact(a) << 1074n)
        }
        const root = Math.sqrt(Math.abs(a))
        if (call('root', Math.abs(a), Math.abs(a), root) === 0) {
          expect(exact(root) ** 2n).toBe(exact(Math.abs(a)) << 1074n)
        }
      }),
      { numRuns: 5000, seed: 1985 },
    )
    expect(call('sum', 1, 2, 3)).toBe(0)
    expect(call('product', 3, 5, 15)).toBe(0)
    expect(call('quotient', 15, 5, 3)).toBe(0)
    expect(call('root', 9, 9, 3)).toBe(0)
  })
})
