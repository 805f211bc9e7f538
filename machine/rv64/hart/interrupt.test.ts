// Interrupts at exact instructions: enabling, delegation, priority, timers, waiting.

import { beforeEach, describe, expect, it } from 'vitest'
import { cycles } from '../../units.ts'
import { ENGINES, TestStand } from '../engine/test-stand.fixture.ts'
import { Assembler, encode } from '../isa/assemble.ts'
import {
  MEIP,
  MIE,
  MSIP,
  MTIP,
  SEIP,
  SIE,
  SSIP,
  STCE_HI,
  STIP,
  VSEIP,
  VSSIP,
  VSTIP,
} from '../isa/status.ts'
import { CELL, PRIVILEGE, VIRTUALISED, WAITING } from '../memory/layout.ts'
import { RAM_BASE } from '../memory/ram.ts'

const [T0, T1] = [5, 6]
const [M_VECTOR, S_VECTOR, VS_VECTOR] = [RAM_BASE + 0x1000, RAM_BASE + 0x2000, RAM_BASE + 0x3000]
const INTERRUPT = 1n << 63n

describe.each(ENGINES)('interrupts on the %s engine', (engine) => {
  let stand: TestStand
  const set = (cell: keyof typeof CELL, lo: number, hi = 0) => stand.hart.put(CELL[cell], hi, lo)
  const get = (cell: keyof typeof CELL): bigint => stand.hart.u64[CELL[cell] >> 3]!
  const at = (privilege: number, virtualised = 0): void => {
    stand.hart.i32[PRIVILEGE >> 2] = privilege
    stand.hart.i32[VIRTUALISED >> 2] = virtualised
    stand.hart.stateLoaded()
  }

  beforeEach(() => {
    stand = new TestStand({ engine })
    set('mtvec', M_VECTOR)
    set('stvec', S_VECTOR)
    set('vstvec', VS_VECTOR)
    set('pmpaddr0', -1, -1)
    stand.ram.u8[CELL.pmpcfg0] = 0x1f
    const counting = encode('addi', { rd: T0, rs1: T0, immediate: 1 })
    for (const base of [RAM_BASE, M_VECTOR, S_VECTOR, VS_VECTOR]) {
      stand.ram.write(base, new Uint8Array(new Uint32Array(1024).fill(counting).buffer))
    }
    set('mie', -1)
    at(3)
  })

  it.each([
    ['M-mode when MIE is set', 3, 0, MSIP, MIE, M_VECTOR],
    ['M-mode from below, whatever MIE says', 1, 0, MSIP, 0, M_VECTOR],
    ['HS when SIE is set', 1, 0, SSIP, SIE, S_VECTOR],
    ['HS from U, whatever SIE says', 0, 0, SSIP, 0, S_VECTOR],
    ['HS from VS, whatever SIE says', 1, 1, SSIP, 0, S_VECTOR],
    ['HS from VU for an interrupt of the guest that is not delegated on', 0, 1, VSEIP, 0, S_VECTOR],
  ])('goes to %s', (_, privilege, virtualised, line, status, vector) => {
    set('mideleg', SSIP | STIP | SEIP | VSSIP | VSTIP | VSEIP)
    set('mstatus', status)
    at(privilege, virtualised)
    stand.run(3)
    set('pending', line)
    stand.run(1)
    expect(stand.pc).toBe(BigInt(vector + 4))
    expect(stand.x(T0)).toBe(4n)
    const epc = vector === M_VECTOR ? get('mepc') : get('sepc')
    expect(epc).toBe(BigInt(RAM_BASE + 12))
  })

  it.each([
    ['M-mode with MIE clear', 3, 0, MSIP, 0],
    ['a supervisor interrupt in M-mode', 3, 0, SSIP, MIE | SIE],
    ['HS with SIE clear', 1, 0, SSIP, 0],
    ["the guest's, while HS runs", 1, 0, VSSIP, 0],
  ])('does not take %s', (_, privilege, virtualised, line, status) => {
    set('mideleg', SSIP | STIP | SEIP | VSSIP | VSTIP | VSEIP)
    set('hideleg', VSSIP | VSTIP | VSEIP)
    set('mstatus', status)
    at(privilege, virtualised)
    set('pending', line)
    stand.run(4)
    expect(stand.pc).toBe(BigInt(RAM_BASE + 16))
  })

  it('shows the guest its own numbers', () => {
    set('hideleg', VSSIP | VSTIP | VSEIP)
    set('vsstatus', SIE)
    at(1, 1)
    set('pending', VSTIP)
    stand.run(1)
    expect(stand.pc).toBe(BigInt(VS_VECTOR + 4))
    expect(get('vscause')).toBe(INTERRUPT | 5n)
  })

  it('takes the most urgent first', () => {
    const order = [MEIP, MSIP, MTIP, SEIP, SSIP, STIP, VSEIP, VSSIP, VSTIP]
    set('mideleg', 0)
    for (const [i, line] of order.entries()) {
      set('mstatus', MIE)
      set(
        'pending',
        order.slice(i).reduce((bits, bit) => bits | bit, 0),
      )
      stand.pc = RAM_BASE
      at(3)
      stand.run(1)
      expect(get('mcause')).toBe(INTERRUPT | BigInt(Math.log2(line)))
    }
  })

  it('spreads interrupts over a vectored table', () => {
    set('mtvec', M_VECTOR | 1)
    set('mstatus', MIE)
    set('pending', MTIP)
    stand.run(1)
    expect(stand.pc).toBe(BigInt(M_VECTOR + 4 * 7 + 4))
  })

  it('is taken right after the instruction that enables it', () => {
    const code = new Assembler().emit('csrrsi', { rs1: MIE, immediate: 0x300 })
    stand.ram.write(RAM_BASE, code.bytes())
    set('pending', MSIP)
    stand.run(2)
    expect(get('mepc')).toBe(BigInt(RAM_BASE + 4))
    expect(stand.pc).toBe(BigInt(M_VECTOR + 4))
  })

  it('comes from stimecmp at its very cycle', () => {
    set('menvcfg', 0, STCE_HI)
    set('mideleg', STIP)
    set('mstatus', SIE)
    set('stimecmp', 3) // ticks of 100 cycles
    at(1)
    stand.run(299)
    expect(stand.pc).toBe(BigInt(RAM_BASE + 4 * 299))
    stand.run(2)
    expect(get('sepc')).toBe(BigInt(RAM_BASE + 4 * 300))
    expect(stand.pc).toBe(BigInt(S_VECTOR + 4))
  })

  it('comes from vstimecmp at its very cycle, moved by htimedelta', () => {
    set('menvcfg', 0, STCE_HI)
    set('henvcfg', 0, STCE_HI)
    set('hideleg', VSTIP)
    set('vsstatus', SIE)
    set('htimedelta', -5, -1)
    set('vstimecmp', 2)
    at(1, 1)
    // time - 5 wraps below 0 at first, which is beyond any compare value.
    stand.run(1)
    expect(get('vsepc')).toBe(BigInt(RAM_BASE))
    set('vsstatus', SIE)
    stand.clock.reset(cycles(500)) // guest time is 0 now
    stand.pc = RAM_BASE
    at(1, 1)
    stand.run(201)
    expect(get('vsepc')).toBe(BigInt(RAM_BASE + 4 * 200))
  })

  it('follows a compare register written in the middle of a slice', () => {
    const code = new Assembler().emit('csrrwi', { rs1: 1, immediate: 0x14d })
    stand.ram.write(RAM_BASE, code.bytes())
    set('menvcfg', 0, STCE_HI)
    set('mcounteren', 7)
    set('mideleg', STIP)
    set('mstatus', SIE)
    at(1)
    stand.run(150)
    expect(get('sepc')).toBe(BigInt(RAM_BASE + 4 * 100))
  })

  it('wfi waits, unless an enabled interrupt is pending, taken or not', () => {
    stand.ram.write(RAM_BASE, new Assembler().emit('wfi').bytes())
    stand.run(1)
    expect(stand.hart.i32[WAITING >> 2]).toBe(1)
    stand.hart.i32[WAITING >> 2] = 0
    set('pending', STIP)
    stand.pc = RAM_BASE
    stand.run(2)
    expect(stand.hart.i32[WAITING >> 2]).toBe(0)
    expect(stand.x(T0)).toBe(1n)
    expect(stand.x(T1)).toBe(0n)
  })
})
