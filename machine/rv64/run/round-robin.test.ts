// Several harts: whose turn it is, what waiting costs, and what reaches a hart that does not run.

import { describe, expect, it } from 'vitest'
import type { MachineSpec } from '../../machine.ts'
import { cycles, MiB, physical } from '../../units.ts'
import { ENGINES } from '../engine/test-stand.fixture.ts'
import { Assembler } from '../isa/assemble.ts'
import { MEMORY_MAP } from '../memory/memory-map.ts'
import { Rv64Machine } from '../rv64.ts'
import { QUANTUM } from './round-robin.ts'

const [A0, A1, A2, T0, T1] = [10, 11, 12, 5, 6]
const [MIE, MTVEC, MCYCLE, MHARTID] = [0x304, 0x305, 0xb00, 0xf14]
const MSIE = 8
const { clint, finisher, uart } = MEMORY_MAP
/** The reset ROM executes six instructions before the firmware's first. */
const RESET = 6
const FLAG = 0x8010_0000

/** Firmware is the program; the kernel is a stub that is never reached. */
function machineOf(code: Assembler, harts: number, change: Partial<MachineSpec> = {}): Rv64Machine {
  const kernel = new Uint8Array(64)
  new DataView(kernel.buffer).setUint32(56, 0x0543_5352, true) // the magic of a Linux image
  new DataView(kernel.buffer).setBigUint64(16, 64n, true)
  const banks = [{ bytes: 4 * MiB, role: 'original' }] as const
  return new Rv64Machine({
    ...{ firmware: code.bytes(), kernel, banks, harts, profile: 'flat' },
    ...change,
  })
}

const forever = (code: Assembler): Assembler => code.label('end').to('end', 'jal')
const cyclesOf = async (machine: Rv64Machine, hart: number): Promise<number> =>
  Number((await machine.registers(hart)).csr.mcycle)

/**
 * Hart 1 waits for a software interrupt, then writes its cycle counter to the flag. Hart 0 calls it after its
 * first turn, in the cycle before `called`, then looks at the flag. Hart 1 waits from `asleep` on.
 */
function calling(): { code: Assembler; called: number; asleep: number } {
  const code = new Assembler().emit('csrrs', { rd: T0, immediate: MHARTID })
  code.to('other', 'bne', { rs1: T0 })
  code
    .address(T0, clint.base + 4)
    .li(T1, 1)
    .address(A1, FLAG)
  code.li(A2, QUANTUM).label('work').emit('addi', { rd: A2, rs1: A2, immediate: -1 })
  code.to('work', 'bne', { rs1: A2 }).emit('sw', { rs1: T0, rs2: T1 })
  const called = RESET + code.length / 4 + 2 * (QUANTUM - 1)
  code.emit('lw', { rd: A0, rs1: A1 })
  forever(code)
  code.label('other').li(T0, MSIE).address(A1, FLAG).emit('csrrw', { rs1: T0, immediate: MIE })
  const asleep = RESET + 2 + (code.emit('wfi').length - code.offset('other')) / 4
  code.emit('csrrs', { rd: A0, immediate: MCYCLE })
  code.emit('sw', { rs1: A1, rs2: A0 }).label('rest').to('rest', 'jal')
  return { code, called, asleep }
}

describe.each(ENGINES)('several harts on the %s engine', (engine) => {
  it('take turns: the one with the lowest cycle counter runs next', async () => {
    const machine = machineOf(forever(new Assembler()), 3, { engine })
    await machine.run({ deadline: cycles(3.5 * QUANTUM) })
    expect(machine.now()).toBe(3.5 * QUANTUM)
    // The last to be behind the deadline is cut there; the others have had their turns.
    expect(await Promise.all([0, 1, 2].map((hart) => cyclesOf(machine, hart)))).toEqual([
      ...[4 * QUANTUM, 4 * QUANTUM, 3.5 * QUANTUM],
    ])
    const { busy, instructions } = await machine.counters()
    expect([busy, instructions]).toEqual([11.5 * QUANTUM, 11.5 * QUANTUM])
    await expect(machine.registers(3)).rejects.toThrow(/expected a hart from 0 to 2, got 3/)
  })

  it('are woken at the cycle of the one that calls, and have their turn at once', async () => {
    const { code, called, asleep } = calling()
    const machine = machineOf(code, 2, { engine })
    await machine.run({ deadline: cycles(3 * QUANTUM) })
    const [caller, other] = await Promise.all([machine.registers(0), machine.registers(1)])
    expect(Number(other.x[A0])).toBe(called)
    expect(Number(caller.x[A0])).toBe(called) // it was there when hart 0 looked
    const { busy, events } = await machine.counters()
    const sum = (await cyclesOf(machine, 0)) + (await cyclesOf(machine, 1))
    expect([sum - busy, events['wfi-wait']]).toEqual([called - asleep, 1])
  })

  it('are woken by timers of their own, together at the next event', async () => {
    const code = new Assembler().emit('csrrs', { rd: T0, immediate: MHARTID })
    code.emit('slli', { rd: T1, rs1: T0, immediate: 3 }).address(A1, clint.base + 0x4000)
    code.emit('add', { rd: A1, rs1: A1, rs2: T1 }).emit('slli', { rd: T1, rs1: T0, immediate: 6 })
    code.emit('addi', { rd: T1, rs1: T1, immediate: 50 }).emit('sd', { rs1: A1, rs2: T1 })
    code.li(T1, 0x80).emit('csrrw', { rs1: T1, immediate: MIE }).emit('wfi')
    const machine = machineOf(forever(code.emit('csrrs', { rd: A0, immediate: MCYCLE })), 3, {
      engine,
    })
    await machine.run({ deadline: cycles(40_000) })
    for (const hart of [0, 1, 2]) {
      expect(Number((await machine.registers(hart)).x[A0])).toBe((50 + 64 * hart) * 100)
    }
  })

  it('if one alone, is not busy for longer than has passed, wherever an instruction is cut', async () => {
    const code = new Assembler().address(A1, FLAG).li(T1, 3).label('again')
    code.emit('ld', { rd: A0, rs1: A1 }).emit('div', { rd: A2, rs1: A1, rs2: T1 })
    code.li(T0, 4096).emit('add', { rd: A1, rs1: A1, rs2: T0 }).to('again', 'jal')
    const machine = machineOf(code, 1, { engine, profile: 'in-order' })
    for (let deadline = 1; deadline < 1500; deadline += 7) {
      await machine.run({ deadline: cycles(deadline) })
      const { cycles: wall, busy } = await machine.counters()
      expect(busy).toBe(wall)
      expect(wall).toBe(deadline)
    }
  })

  it('that all wait for nothing are stuck', async () => {
    const machine = machineOf(new Assembler().emit('wfi'), 2, { engine })
    const stop = await machine.run({ deadline: cycles(1e6) })
    expect(stop).toEqual({ kind: 'stuck', why: 'wfi with no interrupt to come' })
    expect(machine.now()).toBe(RESET + 1)
  })

  it('start again together', async () => {
    const code = new Assembler().emit('csrrs', { rd: T0, immediate: MHARTID })
    code.to('end', 'bne', { rs1: T0 }).li(A2, QUANTUM).label('loop')
    code.emit('addi', { rd: A2, rs1: A2, immediate: -1 }).to('loop', 'bne', { rs1: A2 })
    code.address(T0, uart.base).li(T1, 0x2e).emit('sb', { rs1: T0, rs2: T1 })
    code.address(T0, finisher.base).li(T1, 0x7777).emit('sw', { rs1: T0, rs2: T1 })
    const machine = machineOf(forever(code), 3, { engine })
    const before = (await machine.run({ text: /\.\.\./, deadline: cycles(1e6) })).kind
    expect(before).toBe('text')
    const { busy } = await machine.counters()
    const all = await Promise.all([0, 1, 2].map((hart) => cyclesOf(machine, hart)))
    expect(busy).toBeLessThanOrEqual(all.reduce((a, b) => a + b))
    expect((await machine.registers(2)).x[T0]).toBe(2n)
  })

  it('all notice poison where they have read before', async () => {
    const code = new Assembler().address(T0, 0x8000_0100)
    code.emit('csrrw', { rs1: T0, immediate: MTVEC }).address(A1, FLAG).label('look')
    code.emit('ld', { rd: A0, rs1: A1 }).to('look', 'jal')
    while (code.length < 0x100) code.emit('addi')
    const machine = machineOf(forever(code), 4, { engine })
    await machine.run({ deadline: cycles(25_000) })
    await machine.inject({ kind: 'poison', at: physical(FLAG), bytes: 8 })
    await machine.run({ deadline: cycles(75_000) })
    for (const hart of [0, 1, 2, 3]) expect((await machine.registers(hart)).csr.mcause).toBe(19n)
  })
})

describe('a machine of several harts', () => {
  it('is none of a profile that models caches, nor one that is traced', () => {
    const code = forever(new Assembler())
    const modelled = () => machineOf(code, 2, { profile: 'in-order' })
    expect(modelled).toThrow(/expected 1 hart, got 2. Try: flat/)
    const machine = machineOf(code, 2)
    expect(() => machine.record(() => undefined)).toThrow(/expected a machine with 1 hart, got 2/)
  })
})
