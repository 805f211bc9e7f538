// The in-order core against arithmetic: small programs whose cycles are worked out by hand from the
// parameters, on every engine. Invariant: no number here comes from the machine.

import { describe, expect, it } from 'vitest'
import { Assembler } from '../isa/assemble.ts'
import { U54 } from './in-order.ts'
import { inOrderSmall } from './in-order-small.ts'
import { ENGINES, measure, S0, twice } from './measure.fixture.ts'

const [T0, T1, T2] = [5, 6, 7]
const LINE = 64
/** The offset in a page of a line whose set in the data cache the table has no part in. */
const AWAY = 128
const CORES = [U54, inOrderSmall.core!] as const

describe.each(ENGINES)('on the %s engine', (_, options) => {
  describe.each(CORES)('with core %#', (core) => {
    const { cycles, extra } = core
    const took = (
      ...rest: Parameters<typeof measure> extends [unknown, unknown, ...infer R] ? R : never
    ) => measure(options, core, ...rest)
    /** The jump into the code, and the code's first line, which has never been fetched. */
    const entered = twice(core) + 1 + cycles.dram

    it('takes one cycle an instruction, and more for late results', () => {
      const code = (a: Assembler) =>
        a.emit('addi').emit('mul', { rd: T0 }).emit('div', { rd: T0 }).emit('divw', { rd: T0 })
      const late = extra.multiply + extra.divide + extra['divide-word']
      expect(took(code)).toBe(entered + 4 + late)
    })

    it('fetches each line once', () => {
      const code = (a: Assembler) => {
        for (let i = 0; i < 31; i++) a.emit('addi') // the read that ends it is the last of its line
      }
      expect(took(code)).toBe(entered + 31 + cycles.dram)
    })

    it('finds a line again that it has loaded, whichever part of it', () => {
      const code = (a: Assembler) =>
        a
          .emit('ld', { rd: T0, rs1: S0 })
          .emit('lbu', { rd: T0, rs1: S0, immediate: 63 })
          .emit('sd', { rs1: S0, rs2: T0, immediate: 8 })
      const loads = extra.load + extra['load-narrow']
      expect(took(code)).toBe(entered + 3 + loads + cycles.dram)
    })

    it('loads two lines for a word that lies across them', () => {
      const code = (a: Assembler) => a.emit('ld', { rd: T0, rs1: S0, immediate: 60 })
      expect(took(code)).toBe(entered + 1 + extra.load + 2 * cycles.dram)
    })

    it('replaces the line that came first, and finds it in the second level', () => {
      const { sets, ways } = core.l1d
      const code = (a: Assembler) => {
        a.li(T1, sets * LINE)
        a.emit('addi', { rd: T2, rs1: S0 })
        for (let i = 0; i < ways; i++) {
          a.emit('add', { rd: T2, rs1: T2, rs2: T1 }).emit('ld', { rd: T0, rs1: T2 })
        }
        a.emit('ld', { rd: T0, rs1: S0 }) // its set was full, so it has gone
      }
      const before = (a: Assembler) => a.emit('ld', { rd: T0, rs1: S0 })
      const list = new Assembler()
      code(list)
      const instructions = list.bytes().length / 4
      const lines = Math.floor((instructions * 4) / LINE) // the read that ends it is fetched, too
      const loads = ways * (extra.load + cycles.dram) + extra.load + cycles.l2
      expect(took(code, before)).toBe(entered + instructions + lines * cycles.dram + loads)
    })

    it('predicts that a loop goes on', () => {
      const rounds = 5
      const code = (a: Assembler) =>
        a
          .emit('addi', { rd: T0, immediate: rounds })
          .label('again')
          .emit('addi', { rd: T0, rs1: T0, immediate: -1 })
          .to('again', 'bne', { rs1: T0 })
      expect(took(code)).toBe(entered + 1 + 2 * rounds + cycles.mispredicted)
    })

    it('predicts that a branch forward is not taken', () => {
      const code = (a: Assembler) => a.to('over', 'beq').emit('addi').label('over')
      expect(took(code)).toBe(entered + 1 + cycles.mispredicted)
    })

    it('walks for a page once, through the data cache, and finds it in the second TLB', () => {
      const { sets, ways } = core.dtlb
      const pages = ways + 1
      const stride = sets * 4096
      const code = (a: Assembler) => {
        a.li(T1, stride).emit('addi', { rd: T2, rs1: S0 })
        for (let i = 1; i < pages; i++) {
          a.emit('add', { rd: T2, rs1: T2, rs2: T1 }).emit('ld', {
            rd: T0,
            rs1: T2,
            immediate: AWAY,
          })
        }
        a.emit('ld', { rd: T0, rs1: S0, immediate: AWAY + 8 }) // its page has gone from the first TLB
      }
      const before = (a: Assembler) => a.emit('ld', { rd: T0, rs1: S0, immediate: AWAY })
      const list = new Assembler()
      code(list)
      const instructions = list.bytes().length / 4
      const lines = Math.floor((instructions * 4) / LINE)
      // The table's only entry is in the cache: the first fetch has read it.
      const walk = cycles.l2tlb + cycles.walkStep
      const loads = (pages - 1) * (extra.load + walk + cycles.dram)
      // Lines at this stride share a set of the data cache, too, where there are as many ways.
      const again = extra.load + cycles.l2tlb + (core.l1d.ways < pages ? cycles.l2 : 0)
      expect(took(code, before, true)).toBe(
        entered + instructions + lines * cycles.dram + loads + again,
      )
    })
  })
})
