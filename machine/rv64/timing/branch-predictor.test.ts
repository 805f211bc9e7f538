// The counters of branches against arithmetic: small programs whose wrong predictions were counted by hand,
// on every engine. Invariant: no number here comes from the machine.

import { describe, expect, it } from 'vitest'
import { type Assembler, encode } from '../isa/assemble.ts'
import { BIMODAL_U54 } from './in-order-bimodal.ts'
import { layoutOf } from './layout.ts'
import { ENGINES, measure, twice } from './measure.fixture.ts'

const [T0, T1] = [5, 6]
const { cycles } = BIMODAL_U54
const ROUNDS = 5
/** Mispredictions of a loop's last branch, whose counter begins at 0: taken, taken, and in the end not taken. */
const LEARNT = 3
const NOP = 0x0001

describe.each(ENGINES)('on the %s engine', (_, options) => {
  const took = (code: (assembler: Assembler) => void) => measure(options, BIMODAL_U54, code)
  /** The jump into the code, and the code's first line, which has never been fetched. */
  const entered = twice(BIMODAL_U54) + 1 + cycles.dram
  const wrong = (times: number) => times * cycles.mispredicted

  /** Two instructions a round, the counter at 2 behind it. */
  const loop = (a: Assembler) =>
    a
      .emit('addi', { rd: T0, immediate: ROUNDS })
      .label('again')
      .emit('addi', { rd: T0, rs1: T0, immediate: -1 })
      .to('again', 'bne', { rs1: T0 })

  it('predicts at first that no branch is taken, backward or forward', () => {
    const code = (a: Assembler) =>
      a.to('over', 'beq').emit('addi').label('over').to('far', 'bne').label('far')
    expect(took(code)).toBe(entered + 2 + wrong(1))
  })

  it('learns in two rounds that a loop goes on', () => {
    expect(took((a) => loop(a))).toBe(entered + 1 + 2 * ROUNDS + wrong(LEARNT))
  })

  it('remembers the loop when it comes again: only its end is a surprise', () => {
    const code = (a: Assembler) => {
      a.emit('addi', { rd: T1, immediate: 2 }).label('outer')
      loop(a).emit('addi', { rd: T1, rs1: T1, immediate: -1 })
      a.to('outer', 'bne', { rs1: T1 })
    }
    const inner = 2 * (1 + 2 * ROUNDS) + wrong(LEARNT + 1)
    expect(took(code)).toBe(entered + 1 + inner + 2 * 2 + wrong(1))
  })

  it('forgets no faster than it learns: a counter that is sure stands one surprise', () => {
    // Taken, taken, taken, not, taken: the counter goes 0 1 2 3 2 3.
    const code = (a: Assembler) =>
      a
        .li(T0, 0b10111)
        .label('again')
        .emit('andi', { rd: T1, rs1: T0, immediate: 1 })
        .emit('srli', { rd: T0, rs1: T0, immediate: 1 })
        .to('over', 'bne', { rs1: T1 })
        .emit('addi')
        .label('over')
        .to('again', 'bne', { rs1: T0 })
    const jumpedOver = 5 * 4 + 1
    expect(took(code)).toBe(entered + 1 + jumpedOver + wrong(3) + wrong(LEARNT))
  })

  it('gives branches at the same word of different pages, and 2 KiB apart, one counter', () => {
    const code = (a: Assembler) => {
      const apart = 4 * BIMODAL_U54.branchCounters
      const first = loop(a).length - 4
      a.to('other', 'jal')
      while (a.length < first + apart) a.emit('addi')
      a.label('other').to('over', 'beq').emit('addi').label('over')
    }
    expect(took(code)).toBe(entered + 1 + 2 * ROUNDS + wrong(LEARNT) + 1 + cycles.dram + 1)
  })

  it('finds the counter of a branch that lies across two pages', () => {
    const code = (a: Assembler) => {
      a.emit('addi', { rd: T0, immediate: ROUNDS }).to('again', 'jal')
      while (a.length < 0xff8) a.emit('addi')
      const branch = encode('bne', { rs1: T0, immediate: -6 })
      a.label('again').emit('addi', { rd: T0, rs1: T0, immediate: -1 })
      a.word(NOP | (branch << 16)).word((branch >>> 16) | (NOP << 16))
      a.to('other', 'jal')
      while (a.length < 0x17fc) a.emit('addi')
      a.label('other').to('over', 'beq').label('over')
    }
    const loops = 2 + cycles.dram + 3 * ROUNDS + cycles.dram + wrong(LEARNT) + 1
    // The branch at the end of a line finds the counter at 2; the line behind it is fetched, too.
    expect(took(code)).toBe(entered + loops + 1 + cycles.dram + 1 + cycles.dram)
  })
})

it.each([3, 2, 2048])('%d counters are refused: a page has to decide which', (branchCounters) => {
  expect(() => layoutOf({ ...BIMODAL_U54, branchCounters })).toThrow(/branch counters: expected 0/)
})
