// Hardware errors on every engine: which accesses raise them, what they tell, and who gets them. The code is
// warm when the error comes, so soft TLB, decoded and compiled code are in use.

import { describe, expect, it } from 'vitest'
import { Assembler } from '../isa/assemble.ts'
import { GVA, GVA_HI, MPRV, MPV_HI } from '../isa/status.ts'
import { CELL, VIRTUALISED } from '../memory/layout.ts'
import { RAM_BASE } from '../memory/ram.ts'
import {
  CONTEXTS,
  type Context,
  G_MIDDLE,
  G_ROOT,
  guestLeafOf,
  LEAVES,
  leafOf,
  lending,
  lookingAtGuest,
  M_VECTOR,
  MIDDLE,
  pagedStand,
  ROOT,
  S_VECTOR,
  seen,
  VS_VECTOR,
} from './paged-stand.fixture.ts'
import { ENGINES, type TestStand } from './test-stand.fixture.ts'

const [A0, A1, T0] = [10, 11, 5]
const CODE = RAM_BASE
const DATA = RAM_BASE + 0x8000
const WARM = 40
const HARDWARE_ERROR = 19

const READERS = ['lb', 'lhu', 'lw', 'ld', 'fld', 'flw', 'lr.d', 'lr.w', 'amoadd.d', 'amoswap.w']

/** The instruction, again and again; `at` is where its data lies, in T0 as the context sees it. */
function loopOf(stand: TestStand, one: Context, name: string, at = DATA, code = CODE): void {
  const loop = new Assembler().label('again').emit(name, { rd: A0, rs1: T0, rs2: A1 })
  stand.ram.write(code, loop.to('again', 'jal').bytes())
  stand.setX(T0, seen(one, at))
  stand.setX(A1, 0x1234_5678_9abc_def0n)
  stand.pc = stand.hart.privilege === 3 || one.first === false ? code : seen(one, code)
}

const low = (stand: TestStand, cell: keyof typeof CELL): number =>
  Number(stand.hart.u64[CELL[cell] >> 3])
/** What M-mode learned of a trap. */
const toldM = (stand: TestStand): unknown => ({
  pc: Number(stand.pc),
  cause: low(stand, 'mcause'),
  epc: low(stand, 'mepc'),
  tval: low(stand, 'mtval'),
  gva: (stand.hart.hi(CELL.mstatus) & GVA_HI) !== 0,
  details: [low(stand, 'mtval2'), low(stand, 'mtinst')],
})
const expected = (one: Context, epc: number, tval: number): unknown => ({
  pc: M_VECTOR,
  cause: HARDWARE_ERROR,
  epc,
  tval,
  gva: one.virtualised,
  details: [0, 0],
})
const event = (stand: TestStand, name: string): number =>
  stand.ram.errors.events()[`memory-error-${name}`] ?? 0

describe.each(ENGINES)('a hardware error on the %s engine', (engine) => {
  describe.each(CONTEXTS)('in $name', (one) => {
    it.each(READERS)('comes of %s from poison, precisely', (name) => {
      const stand = pagedStand(engine, one)
      loopOf(stand, one, name)
      stand.run(WARM)
      const before = stand.x(A0)
      stand.ram.errors.poison(DATA, 8)
      stand.run(1)
      expect(toldM(stand)).toEqual(expected(one, seen(one, CODE), seen(one, DATA)))
      expect(stand.x(A0)).toBe(before)
      expect(event(stand, /^(lr|amo)/.test(name) ? 'atomic' : 'load')).toBe(1)
      expect(stand.hart.unretired).toBe(1)
    })

    it('comes of two flipped bits, not of one', () => {
      const stand = pagedStand(engine, one)
      stand.ram.write(DATA, Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8))
      loopOf(stand, one, 'ld')
      stand.run(WARM)
      stand.ram.errors.flip(DATA, [17], false)
      stand.setX(A0, 0)
      stand.run(2)
      expect(stand.x(A0)).toBe(0x0807_0605_0403_0201n)
      expect([event(stand, 'corrected'), event(stand, 'uncorrectable')]).toEqual([1, 0])
      stand.run(WARM)
      stand.ram.errors.flip(DATA, [17, 63], false)
      stand.run(1)
      expect(toldM(stand)).toEqual(expected(one, seen(one, CODE), seen(one, DATA)))
      expect([event(stand, 'corrected'), event(stand, 'uncorrectable')]).toEqual([1, 1])
    })

    it('comes of fetching poison: the instruction, or its second half', () => {
      const stand = pagedStand(engine, one)
      loopOf(stand, one, 'ld')
      stand.run(WARM)
      stand.ram.errors.poison(CODE, 8)
      stand.run(1)
      expect(toldM(stand)).toEqual(expected(one, seen(one, CODE), seen(one, CODE)))
      for (const at of [CODE + 0x106, CODE + 0x4ffe]) {
        const other = pagedStand(engine, one)
        loopOf(other, one, 'ld', DATA, at)
        other.run(WARM)
        other.ram.errors.poison(at + 2, 8)
        other.run(1)
        expect(toldM(other)).toEqual(expected(one, seen(one, at), seen(one, at + 2)))
        expect(event(other, 'fetch')).toBe(1)
      }
    })

    it('comes of a load over good and bad words, with the address of the bad part', () => {
      const cases = [
        [DATA + 4, DATA + 8, DATA + 8],
        [DATA + 4, DATA, DATA + 4],
        [DATA + 0xffd, DATA + 0x1000, DATA + 0x1000], // over a page boundary
        [DATA + 0xffd, DATA + 0xff8, DATA + 0xffd],
      ] as const
      for (const [at, bad, told] of cases) {
        const stand = pagedStand(engine, one)
        loopOf(stand, one, 'ld', at)
        stand.run(WARM)
        stand.ram.errors.poison(bad, 8)
        stand.run(1)
        expect(toldM(stand)).toEqual(expected(one, seen(one, CODE), seen(one, told)))
      }
    })

    it('does not come of a store, which takes poison away only if it covers the word', () => {
      const stand = pagedStand(engine, one)
      loopOf(stand, one, 'sd')
      stand.run(WARM)
      stand.ram.errors.poison(DATA, 16)
      stand.run(2)
      expect([event(stand, 'overwritten'), stand.ram.errors.count]).toEqual([1, 1])
      for (const [name, at] of [
        ['sw', DATA],
        ['sb', DATA + 7],
        ['sd', DATA + 4],
      ] as const) {
        stand.ram.errors.poison(DATA, 16)
        loopOf(stand, one, name, at)
        stand.run(4)
        expect([low(stand, 'mcause'), stand.ram.errors.count]).toEqual([0, 2])
      }
      expect(stand.ram.view.getUint32(stand.ram.host(DATA + 4), true)).toBe(0x9abc_def0)
      loopOf(stand, one, 'ld', DATA)
      stand.run(1)
      expect(low(stand, 'mcause')).toBe(HARDWARE_ERROR)
    })

    it('does not come of SC, which writes without reading', () => {
      const stand = pagedStand(engine, one)
      const code = new Assembler().emit('lr.d', { rd: A0, rs1: T0 })
      code.emit('sc.d', { rd: A0, rs1: T0, rs2: A1 })
      loopOf(stand, one, 'ld')
      stand.ram.write(CODE, code.bytes())
      stand.run(1)
      stand.ram.errors.poison(DATA, 8)
      stand.run(1)
      expect([low(stand, 'mcause'), stand.x(A0), stand.ram.errors.count]).toEqual([0, 0n, 0])
    })

    it('leaves a silent flip to whoever reads it', () => {
      const stand = pagedStand(engine, one)
      loopOf(stand, one, 'ld')
      stand.run(WARM)
      stand.ram.errors.flip(DATA, [5, 64], true)
      stand.run(2)
      expect([stand.x(A0), stand.ram.errors.count]).toEqual([32n, 0])
    })

    const tables = [
      ...(one.first ? [ROOT + 8, MIDDLE, leafOf(DATA)] : []),
      ...(one.second ? [G_ROOT + 16, G_MIDDLE, guestLeafOf(DATA)] : []),
      ...(one.first && one.second ? [guestLeafOf(LEAVES)] : []),
    ]
    if (tables.length > 0) {
      it('comes of a walk through poison, with what was to be found', () => {
        for (const at of tables) {
          for (const name of ['ld', 'sd', 'amoadd.d', 'fld']) {
            const stand = pagedStand(engine, one)
            loopOf(stand, one, name)
            stand.run(WARM)
            stand.ram.errors.poison(at, 8)
            stand.run(1)
            // Roots and middles, and the table of leaves, serve the fetch as well.
            const alone = at === leafOf(DATA) || at === guestLeafOf(DATA)
            const tval = seen(one, alone ? DATA : CODE)
            expect(toldM(stand)).toEqual(expected(one, seen(one, CODE), tval))
            expect(event(stand, 'walk')).toBe(1)
            expect(stand.ram.errors.count).toBe(1)
          }
        }
      })
    }

    if (one.first) {
      it('follows a silent flip in a table at once', () => {
        const stand = pagedStand(engine, one)
        loopOf(stand, one, 'ld')
        stand.ram.write(DATA + 0x1000, Uint8Array.of(77))
        stand.run(WARM)
        stand.ram.errors.flip(leafOf(DATA), [10], true) // the frame's number: 8 becomes 9
        stand.run(2)
        expect(stand.x(A0)).toBe(77n)
      })
    }

    if (one.privilege < 3) {
      it('goes to HS by medeleg, and on to a guest by hedeleg', () => {
        const run = (hedeleg: number): TestStand => {
          const stand = pagedStand(engine, one)
          stand.hart.put(CELL.medeleg, 0, 1 << HARDWARE_ERROR)
          stand.hart.put(CELL.hedeleg, 0, hedeleg)
          loopOf(stand, one, 'ld')
          stand.run(WARM)
          stand.ram.errors.poison(DATA, 8)
          stand.run(1)
          return stand
        }
        const told = [HARDWARE_ERROR, seen(one, CODE), seen(one, DATA)]
        const hs = run(0)
        expect([low(hs, 'scause'), low(hs, 'sepc'), low(hs, 'stval')]).toEqual(told)
        expect([Number(hs.pc), hs.hart.i32[VIRTUALISED >> 2]]).toEqual([S_VECTOR, 0])
        expect((hs.hart.lo(CELL.hstatus) & GVA) !== 0).toBe(one.virtualised)
        expect([low(hs, 'htval'), low(hs, 'htinst')]).toEqual([0, 0])
        if (!one.virtualised) return
        const vs = run(1 << HARDWARE_ERROR)
        expect([low(vs, 'vscause'), low(vs, 'vsepc'), low(vs, 'vstval')]).toEqual(told)
        expect([Number(vs.pc), vs.hart.privilege]).toEqual([seen(one, VS_VECTOR), 1])
        expect(vs.hart.virtualised).toBe(true)
      })
    }

    if (one.privilege < 3) {
      it('comes of MPRV with the address that was lent', () => {
        const stand = lending(engine, one, MPRV, MPV_HI)
        loopOf(stand, one, 'lw')
        stand.run(WARM)
        stand.ram.errors.poison(DATA, 8)
        stand.run(1)
        expect(toldM(stand)).toEqual(expected(one, CODE, seen(one, DATA)))
      })
    }

    if (one.virtualised) {
      it('comes of HLV and HLVX with the address of the guest', () => {
        for (const name of ['hlv.bu', 'hlv.d', 'hlvx.wu']) {
          const stand = lookingAtGuest(engine, one)
          loopOf(stand, one, name)
          stand.pc = CODE
          stand.run(WARM)
          stand.ram.errors.poison(DATA, 8)
          stand.run(1)
          expect(toldM(stand)).toEqual(expected(one, CODE, seen(one, DATA)))
        }
      })
    }
  })

  it('does not come of cbo.zero, which makes a block new', () => {
    const one = CONTEXTS[0]!
    const stand = pagedStand(engine, one)
    loopOf(stand, one, 'cbo.zero')
    stand.ram.errors.poison(DATA, 72)
    stand.run(2)
    expect([low(stand, 'mcause'), stand.ram.errors.count]).toEqual([0, 1])
  })

  it('can be delegated: medeleg and hedeleg have the bit', () => {
    for (const number of [0x302, 0x602]) {
      const stand = pagedStand(engine, CONTEXTS[0]!)
      const code = new Assembler().li(T0, 1 << HARDWARE_ERROR)
      code
        .emit('csrrw', { rs1: T0, immediate: number })
        .emit('csrrs', { rd: A0, immediate: number })
      stand.ram.write(CODE, code.bytes())
      stand.pc = CODE
      stand.run(code.length / 4)
      expect(stand.x(A0)).toBe(BigInt(1 << HARDWARE_ERROR))
    }
  })

  it('gives code back its speed when its page is sound again', () => {
    const one = CONTEXTS[0]!
    const stand = pagedStand(engine, one)
    loopOf(stand, one, 'ld')
    stand.run(WARM)
    stand.ram.errors.flip(CODE, [3], false) // corrected by the fetch
    stand.ram.errors.flip(CODE, [8 * 0x40], false) // no access looks at it
    stand.run(WARM)
    expect([low(stand, 'mcause'), event(stand, 'corrected')]).toEqual([0, 1])
    const steps = stand.hart.counters.romSteps
    stand.ram.write(CODE + 0x40, new Uint8Array(8))
    stand.run(WARM)
    expect(stand.hart.counters.romSteps - steps).toBe(0)
  })
})
