// Where traps go, what they record, and how they return.

import { beforeEach, describe, expect, it } from 'vitest'
import { ENGINES, TestStand } from '../engine/test-stand.fixture.ts'
import { encode } from '../isa/assemble.ts'
import { CAUSE, GVA_HI, MIE, MPIE, MPP_SHIFT, MPRV, MPV_HI, SIE, SPIE, SPP } from '../isa/status.ts'
import { CELL, PRIVILEGE, RESERVATION, VIRTUALISED } from '../memory/layout.ts'
import { RAM_BASE } from '../memory/ram.ts'

const [M_VECTOR, S_VECTOR, VS_VECTOR] = [RAM_BASE + 0x1000, RAM_BASE + 0x2000, RAM_BASE + 0x3000]
const ECALL = encode('ecall')
const [A0, T0] = [10, 5]

describe.each(ENGINES)('traps on the %s engine', (engine) => {
  let stand: TestStand
  const set = (cell: keyof typeof CELL, lo: number, hi = 0) => stand.hart.put(CELL[cell], hi, lo)
  const get = (cell: keyof typeof CELL): number => Number(stand.hart.u64[CELL[cell] >> 3]!)
  const bits = (cell: keyof typeof CELL, mask: number) => stand.hart.lo(CELL[cell]) & mask
  const level = () => [stand.hart.i32[PRIVILEGE >> 2], stand.hart.i32[VIRTUALISED >> 2]]
  const execute = (word: number, privilege: number, virtualised = 0): void => {
    stand.ram.write(RAM_BASE, new Uint8Array(Uint32Array.of(word).buffer))
    stand.hart.i32[PRIVILEGE >> 2] = privilege
    stand.hart.i32[VIRTUALISED >> 2] = virtualised
    stand.hart.stateLoaded()
    stand.pc = RAM_BASE
    stand.run(1)
  }

  beforeEach(() => {
    stand = new TestStand({ engine })
    set('mtvec', M_VECTOR)
    set('stvec', S_VECTOR)
    set('vstvec', VS_VECTOR)
    set('pmpaddr0', -1, 0x3f_ffff)
    stand.ram.u8[CELL.pmpcfg0] = 0x1f
  })

  it.each([
    [3, 0, CAUSE.ecallM],
    [1, 0, CAUSE.ecallS],
    [0, 0, CAUSE.ecallU],
    [1, 1, CAUSE.ecallVS],
    [0, 1, CAUSE.ecallU],
  ])(
    'ecall from privilege %i with V %i is cause %i, in M-mode',
    (privilege, virtualised, cause) => {
      set('mstatus', MIE)
      execute(ECALL, privilege, virtualised)
      expect([get('mcause'), get('mepc'), Number(stand.pc)]).toEqual([cause, RAM_BASE, M_VECTOR])
      expect(level()).toEqual([3, 0])
      expect(bits('mstatus', MIE | MPIE)).toBe(MPIE)
      expect(bits('mstatus', -1) >>> MPP_SHIFT).toBe(privilege)
      expect(stand.hart.hi(CELL.mstatus) & MPV_HI).toBe(virtualised === 1 ? MPV_HI : 0)
      expect(stand.hart.unretired).toBe(1)
    },
  )

  it.each([
    ['U', 0, 0, 0, 0],
    ['S', 1, 0, SPP, 0],
    ['VU', 0, 1, 0, 0x80],
    ['VS', 1, 1, SPP, 0x180],
  ])('goes to HS by medeleg, from %s', (_, privilege, virtualised, previous, hstatus) => {
    set('medeleg', -1)
    set('mstatus', SIE)
    execute(0, privilege, virtualised)
    expect([get('scause'), get('sepc'), Number(stand.pc)]).toEqual([
      CAUSE.illegal,
      RAM_BASE,
      S_VECTOR,
    ])
    expect(level()).toEqual([1, 0])
    expect(bits('mstatus', SPP | SIE | SPIE)).toBe(previous | SPIE)
    expect(bits('hstatus', 0x3c0)).toBe(hstatus)
  })

  it('goes on to the guest by hedeleg, which sees nothing of the rest', () => {
    set('medeleg', -1)
    set('hedeleg', -1)
    execute(0, 0, 1)
    expect([get('vscause'), get('vsepc'), Number(stand.pc)]).toEqual([
      CAUSE.illegal,
      RAM_BASE,
      VS_VECTOR,
    ])
    expect(level()).toEqual([1, 1])
    expect(bits('hstatus', 0x3c0)).toBe(0)
  })

  it('never goes below the privilege that trapped', () => {
    set('medeleg', -1)
    execute(0, 3)
    expect(Number(stand.pc)).toBe(M_VECTOR)
  })

  it.each([
    [0x00000000, 0],
    [0xffff_ffff, 0xffff_ffff],
    [0x00008002, 0x8002], // compressed: its own 16 bits only
  ])('shows the bits of an illegal instruction 0x%s', (word, tval) => {
    execute(word, 3)
    expect(get('mtval')).toBe(tval)
  })

  it('marks addresses of the guest', () => {
    set('mcounteren', 0)
    execute(encode('lw', { rd: A0 }), 1, 1) // address 0: no device
    expect([get('mcause'), get('mtval')]).toEqual([CAUSE.loadAccess, 0])
    expect(stand.hart.hi(CELL.mstatus) & GVA_HI).toBe(GVA_HI)
    execute(encode('lw', { rd: A0 }), 1)
    expect(stand.hart.hi(CELL.mstatus) & GVA_HI).toBe(0)
    set('mstatus', MPRV | (1 << MPP_SHIFT), MPV_HI)
    execute(encode('lw', { rd: A0 }), 3)
    expect(stand.hart.hi(CELL.mstatus) & GVA_HI).toBe(GVA_HI)
  })

  it('mret returns to what MPP, MPV and MPIE say, and forgets them', () => {
    set('mstatus', MPIE | MPRV | (1 << MPP_SHIFT), MPV_HI)
    set('mepc', RAM_BASE + 0x40)
    execute(encode('mret'), 3)
    expect(level()).toEqual([1, 1])
    expect(bits('mstatus', -1)).toBe(MIE | MPIE)
    expect(stand.hart.hi(CELL.mstatus) & MPV_HI).toBe(0)
    expect(Number(stand.pc)).toBe(RAM_BASE + 0x40)
  })

  it('mret to M-mode keeps MPRV and ignores MPV', () => {
    set('mstatus', MPRV | (3 << MPP_SHIFT), MPV_HI)
    execute(encode('mret'), 3)
    expect(level()).toEqual([3, 0])
    expect(bits('mstatus', MPRV)).toBe(MPRV)
  })

  it('sret enters the guest when SPV says so', () => {
    set('mstatus', SPP | SPIE)
    set('hstatus', 0x80)
    set('sepc', RAM_BASE + 0x80)
    execute(encode('sret'), 1)
    expect(level()).toEqual([1, 1])
    expect(bits('mstatus', SIE | SPIE | SPP)).toBe(SIE | SPIE)
    expect(bits('hstatus', 0x80)).toBe(0)
    expect(Number(stand.pc)).toBe(RAM_BASE + 0x80)
  })

  it('sret in the guest uses its own registers', () => {
    set('vsstatus', SPIE)
    set('vsepc', RAM_BASE + 0xc0)
    execute(encode('sret'), 1, 1)
    expect(level()).toEqual([0, 1])
    expect(bits('vsstatus', SIE | SPIE | SPP)).toBe(SIE | SPIE)
  })

  it.each([
    ['mret', 1, 0, CAUSE.illegal],
    ['mret', 1, 1, CAUSE.illegal],
    ['sret', 0, 0, CAUSE.illegal],
    ['sret', 0, 1, CAUSE.virtualInstruction],
    ['wfi', 0, 0, CAUSE.illegal],
    ['wfi', 0, 1, CAUSE.virtualInstruction],
    ['sfence.vma', 0, 0, CAUSE.illegal],
    ['sfence.vma', 0, 1, CAUSE.virtualInstruction],
    ['hfence.vvma', 1, 1, CAUSE.virtualInstruction],
    ['hfence.gvma', 0, 0, CAUSE.illegal],
    ['hlv.w', 1, 1, CAUSE.virtualInstruction],
    ['hlv.w', 0, 0, CAUSE.illegal],
    ['hsv.d', 0, 1, CAUSE.virtualInstruction],
  ] as const)('%s from privilege %i with V %i traps with cause %i', (name, privilege, v, cause) => {
    execute(encode(name), privilege, v)
    expect([get('mcause'), get('mtval')]).toEqual([cause, encode(name)])
  })

  it.each([
    ['sret', 'mstatus', 1 << 22, 1, 0, CAUSE.illegal],
    ['wfi', 'mstatus', 1 << 21, 1, 0, CAUSE.illegal],
    ['wfi', 'mstatus', 1 << 21, 1, 1, CAUSE.illegal],
    ['sfence.vma', 'mstatus', 1 << 20, 1, 0, CAUSE.illegal],
    ['hfence.gvma', 'mstatus', 1 << 20, 1, 0, CAUSE.illegal],
    ['sret', 'hstatus', 1 << 22, 1, 1, CAUSE.virtualInstruction],
    ['wfi', 'hstatus', 1 << 21, 1, 1, CAUSE.virtualInstruction],
    ['sfence.vma', 'hstatus', 1 << 20, 1, 1, CAUSE.virtualInstruction],
  ] as const)('%s is trapped on by a bit of %s', (name, cell, bit, privilege, v, cause) => {
    execute(encode(name), privilege, v)
    expect(get('mcause')).toBe(0)
    set(cell, bit)
    execute(encode(name), privilege, v)
    expect(get('mcause')).toBe(cause)
  })

  it('ends a reservation', () => {
    stand.setX(T0, RAM_BASE + 0x100)
    execute(encode('lr.w', { rs1: T0 }), 3)
    expect(stand.hart.i32[RESERVATION >> 2]).not.toBe(0)
    execute(ECALL, 3)
    expect(stand.hart.i32[RESERVATION >> 2]).toBe(0)
  })
})
