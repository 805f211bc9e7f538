// Memory errors on whole machines: when they come, what is refused, and that snapshots hold them.

import { describe, expect, it } from 'vitest'
import type { Machine, MachineSpec, MemoryError } from '../../machine.ts'
import { openMachine } from '../../open.ts'
import { cycles, MiB, physical } from '../../units.ts'
import { ENGINES } from '../engine/test-stand.fixture.ts'
import { Assembler } from '../isa/assemble.ts'
import { Ram } from '../memory/ram.ts'
import { Rv64Machine } from '../rv64.ts'
import { packSections, unpackSections } from '../snapshot/snapshot-file.ts'
import { decodeState, encodeState } from '../snapshot/state-json.ts'
import { Clock } from '../time/clock.ts'
import { Injector } from './injector.ts'
import { InputGate } from './input-gate.ts'

const [A0, T0, T1] = [10, 5, 6]
const DATA = physical(0x8010_0000)
/** Four instructions a round, the load the first of them. */
const ROUND = 4
const flip = (at: number, ...bits: number[]): MemoryError => ({
  kind: 'flip',
  at: physical(at),
  bits,
})
const poison = (at: number, bytes = 8): MemoryError => ({ kind: 'poison', at: physical(at), bytes })

/** Counts rounds in t1 for ever and reads DATA in each; a trap ends in waiting. */
function specOf(change: Partial<MachineSpec> = {}): MachineSpec {
  const code = new Assembler().address(T0, 0x8000_0100)
  code.emit('csrrw', { rs1: T0, immediate: 0x305 }).address(T0, DATA)
  code.label('again').emit('ld', { rd: A0, rs1: T0 })
  code.emit('addi', { rd: T1, rs1: T1, immediate: 1 }).emit('addi').to('again', 'jal')
  const firmware = new Uint8Array(0x108)
  firmware.set(code.bytes())
  firmware.set(new Assembler().label('stand').to('stand', 'jal').bytes(), 0x100)
  const kernel = new Uint8Array(64)
  new DataView(kernel.buffer).setUint32(56, 0x0543_5352, true) // the magic of a Linux image
  new DataView(kernel.buffer).setBigUint64(16, 64n, true)
  const banks = [
    { bytes: 4 * MiB, role: 'original' },
    { bytes: 4 * MiB, role: 'backup' },
  ] as const
  return { firmware, kernel, banks, harts: 1, profile: 'flat', ...change }
}

const csr = async (machine: Machine, name: string): Promise<number> =>
  Number((await machine.registers(0)).csr[name])
const rounds = async (machine: Machine): Promise<number> =>
  Number((await machine.registers(0)).x[T1])
const events = async (machine: Machine): Promise<Readonly<Record<string, number>>> =>
  Object.fromEntries(
    Object.entries((await machine.counters()).events).filter(([name]) => /^memory/.test(name)),
  )

describe.each(ENGINES)('a memory error in a machine with the %s engine', (engine) => {
  const open = () => openMachine(specOf({ engine }))

  it('is met by the next access, at whatever cycle it comes into a hot loop', async () => {
    for (let moment = 0; moment < ROUND; moment++) {
      const machine = await open()
      await machine.run({ deadline: cycles(5000) })
      const before = await rounds(machine)
      const when = cycles(9000 + moment)
      await machine.inject({ ...poison(DATA), when })
      await machine.run({ deadline: when })
      const then = await rounds(machine)
      expect(then).toBeGreaterThan(before)
      await machine.run({ deadline: cycles(when + 2 * ROUND) })
      expect([await csr(machine, 'mcause'), await csr(machine, 'mtval')]).toEqual([19, DATA])
      // No round goes on beyond its load; one that was past it is completed.
      expect((await rounds(machine)) - then).toBeLessThanOrEqual(1)
      expect(await events(machine)).toEqual({ 'memory-error-injected': 1, 'memory-error-load': 1 })
    }
  })

  it('is in the snapshot, be it there, waiting to come, or past', async () => {
    const machine = await open()
    await machine.inject(poison(DATA + 4096, 24))
    await machine.inject(flip(DATA + 8192, 3, 70))
    await machine.inject({ ...flip(DATA, 7), when: cycles(3000) })
    await machine.inject({ ...poison(DATA), when: cycles(6000) })
    await machine.inject({ ...flip(DATA, 1), when: cycles(2500) })
    await machine.run({ deadline: cycles(2700) })
    const snapshot = await machine.snapshot()
    const later = async (other: Machine): Promise<unknown> => {
      await other.run({ deadline: cycles(8000) })
      return [await other.digest(), await events(other), await csr(other, 'mcause')]
    }
    const expected = await later(machine)
    expect(expected).toContain(19)
    for (const other of await Promise.all(
      ENGINES.map((one) => openMachine(specOf({ engine: one }))),
    )) {
      await other.inject(poison(DATA + 64)) // forgotten
      await other.inject({ ...poison(DATA), when: cycles(2800) })
      await other.restore(snapshot)
      expect(await later(other)).toEqual(expected)
    }
  })
})

describe('a memory error', () => {
  it('leaves what the host reads as it is stored', async () => {
    const machine = await openMachine(specOf())
    await machine.inject(flip(DATA + 8, 0, 9))
    for (let time = 0; time < 2; time++) {
      expect([...(await machine.read(physical(DATA + 8), 2))]).toEqual([1, 2])
    }
    expect(await events(machine)).toEqual({ 'memory-error-injected': 1 })
  })

  it('is not touched by a look of a debugger, and is gone where it writes', async () => {
    const machine = new Rv64Machine(specOf())
    await machine.inject(flip(DATA, 0))
    await machine.inject(poison(DATA + 8))
    const before = await machine.digest()
    const control = machine.debugger()
    const look = () => [...control.read(BigInt(DATA), 16, true)]
    expect([look()[0], look()[0]]).toEqual([1, 1])
    expect(await machine.digest()).toBe(before)
    expect(control.write(BigInt(DATA), new Uint8Array(16), true)).toBe(true)
    expect((await events(machine))['memory-error-overwritten']).toBe(2)
    await machine.run({ deadline: cycles(3000) })
    expect(await csr(machine, 'mcause')).toBe(0)
  })

  it('can take a whole bank, or any bit of a frame', async () => {
    const machine = await openMachine(specOf())
    await machine.inject(poison(0x8000_0000 + 4 * MiB, 4 * MiB))
    await machine.inject(flip(DATA, 4096 * 8 - 1))
    expect((await machine.read(physical(DATA + 4095), 1))[0]).toBe(0x80)
    const { bytes } = await machine.snapshot()
    expect(bytes.length).toBeLessThan(100_000)
    await machine.run({ deadline: cycles(3000) })
    expect(await csr(machine, 'mcause')).toBe(0)
  })

  it('changes the digest, though RAM may hold the same bytes', async () => {
    const [one, other] = [await openMachine(specOf()), await openMachine(specOf())]
    await one.inject(poison(DATA))
    expect(await one.digest()).not.toBe(await other.digest())
  })

  it('is refused outside RAM, in the past, and when it is none', async () => {
    const machine = await openMachine(specOf())
    await machine.run({ deadline: cycles(100) })
    const before = await machine.digest()
    const wrong: readonly (readonly [unknown, RegExp])[] = [
      [flip(0x1000_0000, 1), /expected it in RAM 0x80000000-0x80800000/],
      [flip(0x807f_ffff, 8), /bit 8/],
      [flip(DATA + 0.5, 1), /RAM/],
      [flip(DATA), /at least one bit/],
      [flip(DATA, -1), /bit -1/],
      [flip(DATA, 1.5), /bit 1.5/],
      [{ kind: 'flip', at: DATA }, /at least one bit/],
      [poison(DATA + 4), /whole words of 8 bytes/],
      [poison(DATA, 12), /whole words of 8 bytes/],
      [poison(DATA, 0), /whole words of 8 bytes/],
      [poison(0x807f_fff8, 16), /RAM/],
      [{ ...poison(DATA), when: cycles(99) }, /a cycle from 100 on, got 99/],
      [{ ...poison(DATA), when: Number.NaN }, /a cycle/],
      [{ kind: 'ray', at: DATA }, /a flip or poison, got "ray"/],
      [undefined, /RAM/],
    ]
    for (const [error, message] of wrong) {
      const refused = expect(machine.inject(error as MemoryError)).rejects
      await refused.toThrow(RangeError)
      await expect(machine.inject(error as MemoryError)).rejects.toThrow(message)
    }
    expect(await machine.digest()).toBe(before)
  })

  it('is refused from a snapshot that holds another kind of them', async () => {
    const machine = await openMachine(specOf())
    await machine.inject({ ...poison(DATA), when: cycles(500) })
    const { bytes } = await machine.snapshot()
    const before = await machine.digest()
    const changed = (name: string, value: unknown): Uint8Array => {
      const sections = Object.fromEntries(unpackSections(bytes))
      const state = decodeState(sections['memory-errors']!)
      sections['memory-errors'] = encodeState({ ...state, [name]: value as never })
      return packSections(sections)
    }
    const bad = [
      changed('errors', null),
      changed('errors', { counts: {}, poison: new Uint8Array(3), flips: new Uint8Array(0) }),
      changed('waiting', 7),
      changed('waiting', [poison(DATA)]), // without its time
      changed('waiting', [{ ...poison(0), when: 500 }]),
    ]
    for (const one of bad) {
      await expect(machine.restore({ bytes: one })).rejects.toThrow(/^snapshot: /)
    }
    expect(await machine.digest()).toBe(before)
  })

  it('is recorded as an input when it is ordered, and cannot be changed afterwards', () => {
    const clock = new Clock()
    const ram = new Ram(65536)
    const gate = new InputGate({
      clock,
      moment: () => ({ cycle: clock.now }),
      settle: () => clock.fireDue(),
      leave: () => {},
    })
    const bits = [1]
    const injector = new Injector(ram, clock, gate)
    injector.inject({ kind: 'flip', at: physical(0x8000_0000), bits, when: cycles(5) })
    bits[0] = 2
    clock.now = cycles(5)
    clock.fireDue()
    expect(ram.read(0x8000_0000, 1)[0]).toBe(2)
    expect(gate.log.entries.map(({ cycle, kind }) => [cycle, kind])).toEqual([[0, 'memory-error']])
  })
})
