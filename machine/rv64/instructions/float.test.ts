// Floating point on the hart: the fast way against the exact one. The programs of guest/bare/isa say
// what each instruction does.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TestStand } from '../engine/test-stand.fixture.ts'
import { DOUBLE, INEXACT } from '../float/format.ts'
import { box, registerPatterns, toBits } from '../float/patterns.fixture.ts'
import type { Hart } from '../hart/hart.ts'
import { FLOAT_CALLS, type FloatCall } from '../isa/float-calls.ts'
import { table } from '../isa/table.ts'
import { CELL, F, X } from '../memory/layout.ts'
import { saveHart } from '../snapshot/hart-state.ts'
import { executeExactly, executeFloat } from './float.ts'
import { FAST } from './float-fast.ts'

const RUNS = { numRuns: 1500, seed: 2008 }
const FS_INITIAL = 1 << 13
const [RD, RS1, RS2, RS3] = [10, 11, 12, 13]

const situation = fc.record({
  call: fc.constantFrom(...FLOAT_CALLS.filter((call) => FAST[call] !== undefined)),
  operands: fc.tuple(registerPatterns, registerPatterns, registerPatterns),
  alike: fc.constantFrom('no', 'no', 'same', 'opposite'),
  inexact: fc.boolean(),
  mode: fc.constantFrom(0, 0, 7, 1, 3, 5),
  dynamic: fc.constantFrom(0, 0, 0, 2, 6),
})
type Situation = typeof situation extends fc.Arbitrary<infer T> ? T : never

const fused = new Set(table.flatMap(({ name, format }) => (format === 'fused' ? [name] : [])))
const fast = new TestStand({ engine: 'reference' }).hart
const exact = new TestStand({ engine: 'reference' }).hart

function prepare(hart: Hart, { operands, alike, inexact, dynamic }: Situation): void {
  hart.reset()
  hart.put(CELL.mstatus, 0, FS_INITIAL)
  hart.put(CELL.fcsr, 0, (dynamic << 5) | (inexact ? INEXACT : 0))
  const [a, b, c] = operands
  hart.u64[(X >> 3) + RS1] = a
  hart.u64[(F >> 3) + RS1] = a
  hart.u64[(F >> 3) + RS2] = alike === 'no' ? b : alike === 'same' ? a : a ^ DOUBLE.sign
  hart.u64[(F >> 3) + RS3] = c
}

const operandsOf = ({ call, mode }: Situation) => ({
  rd: X + 8 * RD,
  rs1: X + 8 * RS1,
  rs2: X + 8 * RS2,
  immediate: fused.has(call) ? mode | (RS3 << 3) : mode,
  length: 4,
})

describe('the fast way', () => {
  it('leaves what the exact one leaves', () => {
    fc.assert(
      fc.property(situation, (one) => {
        prepare(fast, one)
        prepare(exact, one)
        const done = executeFloat(fast, FLOAT_CALLS.indexOf(one.call), operandsOf(one))
        expect(executeExactly(exact, one.call, operandsOf(one))).toBe(done)
        expect(saveHart(fast, 'architectural')).toEqual(saveHart(exact, 'architectural'))
      }),
      { ...RUNS, numRuns: 12_000 },
    )
  })

  it.each(Object.keys(FAST) as FloatCall[])('is taken by %s', (call) => {
    const toInteger = /^fcvt\.[wl]u?\./.test(call)
    const [one, three] = call.endsWith('.s') ? [0x3f80_0000n, 0x4040_0000n] : [1, 3].map(toBits)
    const bits = call.endsWith('.s') ? box : (value: bigint) => value
    const from = call === 'fcvt.d.s' ? box(0x3f80_0000n) : bits(one!)
    const situation: Situation = {
      call,
      operands: [/^fcvt\.[sd]\.[wl]/.test(call) ? 7n : from, bits(three!), bits(one!)],
      alike: 'no',
      inexact: true,
      mode: toInteger ? 1 : 0,
      dynamic: 0,
    }
    prepare(fast, situation)
    expect(FAST[call]!(fast, operandsOf(situation))).toBe(true)
  })
})
