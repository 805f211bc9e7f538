// Lockstep finds nothing between equal machines, and a planted divergence at exactly its instruction.

import { describe, expect, it } from 'vitest'
import type { MachineSpec, Snapshot, Stop, Until } from '../machine.ts'
import type { CompilerLimits } from '../rv64/engine/compiler/limits.ts'
import { encode } from '../rv64/isa/assemble.ts'
import { Rv64Machine } from '../rv64/rv64.ts'
import { U54 } from '../rv64/timing/in-order.ts'
import { type Cycles, cycles, MiB } from '../units.ts'
import { differences } from './difference.ts'
import { type LockstepOptions, lockstep } from './lockstep.ts'
import { lengths, USUAL_PACE } from './pace.ts'
import type { Side, Sides } from './side.ts'

/** a0 counts up from 0; a1 sums what the loop loads and stores at sp. */
const PROGRAM = [
  encode('auipc', { rd: 2, immediate: 0x1000 }),
  encode('addi', { rd: 10, rs1: 10, immediate: 1 }),
  encode('ld', { rd: 12, rs1: 2, immediate: 0 }),
  encode('add', { rd: 11, rs1: 11, rs2: 12 }),
  encode('sd', { rs1: 2, rs2: 10, immediate: 0 }),
  encode('jal', { rd: 0, immediate: -16 }),
]
const AT = 0x8000_0000
const AT_ONCE: Partial<CompilerLimits> = { threshold: 1, batch: 1, eager: true }
const DATA = 0x8000_1000n

const spec = (engine: MachineSpec['engine'], profile = 'flat'): MachineSpec => ({
  kernel: executable(PROGRAM),
  banks: [{ bytes: MiB, role: 'original' }],
  harts: 1,
  profile,
  ...(engine && { engine }),
})

const options: LockstepOptions = { ...USUAL_PACE, slice: 512, until: cycles(60_000) }

const sides = (tried: () => Side, profile = 'flat'): Sides => ({
  reference: async () => new Rv64Machine(spec('reference', profile)),
  tried: async () => tried(),
})

/** A machine in which something is changed when time comes to `when`, however the run is cut. */
class Planted extends Rv64Machine {
  readonly #when: Cycles
  readonly #plant: (machine: Rv64Machine) => void
  readonly #afterRestore: boolean
  #cold = false

  constructor(
    when: number,
    plant: (machine: Rv64Machine) => void,
    afterRestore = true,
    profile = 'flat',
  ) {
    super(spec('compiler', profile))
    this.#afterRestore = afterRestore
    this.#when = cycles(when)
    this.#plant = plant
  }

  override async run(until: Until): Promise<Stop> {
    if (this.now() >= this.#when || until.deadline < this.#when || this.#cold) {
      return super.run(until)
    }
    const early = await super.run({ ...until, deadline: this.#when })
    this.#plant(this)
    return until.deadline === this.#when ? early : super.run(until)
  }

  override async restore(from: Snapshot): Promise<void> {
    this.#cold = !this.#afterRestore
    return super.restore(from)
  }
}

describe('lockstep', () => {
  it.each(['fast', 'compiler'] as const)('finds nothing against the %s engine', async (engine) => {
    const comparison = await lockstep(
      sides(() => new Rv64Machine(spec(engine))),
      options,
    )
    expect(comparison).toMatchObject({ kind: 'equal', at: 60_000, stop: { kind: 'deadline' } })
  })

  it.each(['in-order', 'in-order-bimodal'])(
    'finds nothing under %s, whose instructions last beyond the end of a slice',
    async (profile) => {
      const tried = () => new Rv64Machine(spec('compiler', profile), { limits: AT_ONCE })
      const comparison = await lockstep(sides(tried, profile), { ...options, slice: 16 })
      expect(comparison).toMatchObject({ kind: 'equal', stop: { kind: 'deadline' } })
    },
  )

  it('finds a divergence under in-order, where an instruction lasts beyond its slice', async () => {
    const plant = (machine: Rv64Machine) => void machine.debugger().setRegister('x10', 7n)
    const tried = () => new Planted(41_234, plant, true, 'in-order')
    const comparison = await lockstep(sides(tried, 'in-order'), options)
    if (comparison.kind !== 'diverged') throw new Error('expected a divergence')
    const { equalAt, at, reproduced, differences } = comparison
    expect({ equalAt, at, reproduced }).toEqual({ equalAt: 41_233, at: 41_234, reproduced: true })
    expect(differences).toMatchObject([{ what: 'a0', tried: '0x7' }])
  })

  it('names the entries of caches that differ', async () => {
    const machines = [spec('reference', 'in-order'), spec('fast', 'in-order')]
    const [before, after] = machines.map((one) => new Rv64Machine(one))
    for (const [machine, pc] of [
      [before!, AT + 8],
      [after!, AT + 12],
    ] as const) {
      while ((await machine.registers(0)).pc !== BigInt(pc)) {
        await machine.run({ deadline: cycles(machine.now() + 1) })
      }
    }
    const line = Number(DATA) / 64
    const { l1d, l2 } = U54
    const found = (await differences(before!, after!)).map(({ what }) => what)
    // Behind registers and counters, and before RAM, where nothing differs.
    expect(found.slice(-4)).toEqual([
      `l1d ${(line % l1d.sets) * l1d.ways}`,
      `l1d victim ${line % l1d.sets}`,
      `l2 ${(line % l2.sets) * l2.ways}`,
      `l2 victim ${line % l2.sets}`,
    ])
  })

  it('sees the end of a text that two slices wrote', async () => {
    const say = (letter: string) => [
      encode('addi', { rd: 6, immediate: letter.charCodeAt(0) }),
      encode('sb', { rs1: 5, rs2: 6, immediate: 0 }),
    ]
    const wait = Array.from({ length: 40 }, () => encode('addi'))
    const uart = encode('lui', { rd: 5, immediate: 0x1000_0000 })
    const kernel = executable([uart, ...say('o'), ...wait, ...say('k'), encode('jal')])
    const open = async () => new Rv64Machine({ ...spec('fast'), kernel })
    const comparison = await lockstep(
      { reference: open, tried: open },
      { ...options, slice: 8, text: /^ok$/ },
    )
    expect(comparison).toMatchObject({ kind: 'equal', stop: { kind: 'text' } })
  })

  it('ends where the guest does', async () => {
    const kernel = executable([
      encode('lui', { rd: 5, immediate: 0x10_0000 }),
      encode('lui', { rd: 6, immediate: 0x5000 }),
      encode('addi', { rd: 6, rs1: 6, immediate: 0x555 }),
      encode('sw', { rs1: 5, rs2: 6, immediate: 0 }),
    ])
    const open = async () => new Rv64Machine({ ...spec('fast'), kernel })
    const comparison = await lockstep({ reference: open, tried: open }, options)
    expect(comparison).toMatchObject({ kind: 'equal', stop: { kind: 'power-off', code: 0 } })
  })

  it('finds a register that went wrong, at the instruction', async () => {
    const plant = (machine: Rv64Machine) => void machine.debugger().setRegister('x10', 7n)
    const comparison = await lockstep(
      sides(() => new Planted(41_234, plant)),
      options,
    )
    if (comparison.kind !== 'diverged') throw new Error('expected a divergence')
    expect(comparison).toMatchObject({ equalAt: 41_233, at: 41_234, reproduced: true })
    expect(comparison.differences).toHaveLength(1)
    expect(comparison.differences[0]).toMatchObject({ what: 'a0', tried: '0x7' })
    expect(comparison.instruction).toMatch(/^[0-9a-f]+ (addi|ld|add|sd|jal) /)
  })

  it('finds a word of RAM that nothing has read since', async () => {
    const plant = (machine: Rv64Machine) =>
      void machine.debugger().write(DATA + 0x800n, Uint8Array.of(1), true)
    const comparison = await lockstep(
      sides(() => new Planted(777, plant)),
      options,
    )
    expect(comparison).toMatchObject({
      kind: 'diverged',
      at: 777,
      differences: [{ what: 'ram 0x80001800', reference: '0x0', tried: '0x1' }],
    })
  })

  it('repeats the way from reset for what does not show after a restore', async () => {
    const plant = (machine: Rv64Machine) => void machine.debugger().setRegister('f4', 1n)
    const comparison = await lockstep(
      sides(() => new Planted(30_001, plant, false)),
      options,
    )
    expect(comparison).toMatchObject({
      kind: 'diverged',
      at: 30_001,
      reproduced: true,
      differences: [{ what: 'f4', tried: '0x1' }],
    })
  })

  it('says so if a divergence does not come again', async () => {
    let opened = 0
    const once = () =>
      new Planted(opened++ === 0 ? 5_000 : 1e9, (machine) => {
        machine.debugger().setRegister('x10', 7n)
      })
    const comparison = await lockstep(sides(once), options)
    expect(comparison).toMatchObject({ kind: 'diverged', reproduced: false })
  })
})

describe('lengths', () => {
  it('are from 1 to the slice, of every scale, and depend on the seed alone', () => {
    const some = (seed: number) => {
      const source = lengths({ ...USUAL_PACE, seed })
      return Array.from({ length: 2000 }, () => source.next().value)
    }
    expect(Math.min(...some(1))).toBe(1)
    expect(Math.max(...some(1))).toBeGreaterThan(USUAL_PACE.slice / 2)
    expect(Math.max(...some(1))).toBeLessThanOrEqual(USUAL_PACE.slice)
    expect(some(1)).toEqual(some(1))
    expect(some(1)).not.toEqual(some(2))
  })
})

/** An ELF file of these words at AT. */
function executable(words: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(120 + 4 * words.length)
  const view = new DataView(bytes.buffer)
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1])
  view.setUint16(16, 2, true)
  view.setUint16(18, 243, true)
  for (const at of [24, 80, 88]) view.setBigUint64(at, BigInt(AT), true)
  view.setBigUint64(32, 64n, true)
  view.setUint16(54, 56, true)
  view.setUint16(56, 1, true)
  view.setUint32(64, 1, true)
  view.setBigUint64(72, 120n, true)
  for (const at of [96, 104]) view.setBigUint64(at, BigInt(4 * words.length), true)
  for (const [i, word] of words.entries()) view.setUint32(120 + 4 * i, word, true)
  return bytes
}
