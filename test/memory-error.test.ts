// Memory errors under our own guests: what they say today, before any of them recovers; and that whatever comes
// breaks no host and divides no engines.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { image } from '../guest/images.ts'
import { loadCatalogue } from '../harness/catalogue.ts'
import { specFor } from '../harness/computer.ts'
import { realParts } from '../harness/real-parts.ts'
import { Memory } from '../harness/view/memory.ts'
import { rootOf, translate } from '../harness/view/sv39.ts'
import { readElf } from '../machine/elf/image.ts'
import type { Machine, MachineSpec, MemoryError, Privilege, Snapshot } from '../machine/machine.ts'
import { openMachine } from '../machine/open.ts'
import { ENGINES } from '../machine/rv64/engine/test-stand.fixture.ts'
import { Rv64Machine } from '../machine/rv64/rv64.ts'
import { cycles, PAGE_BYTES, physical } from '../machine/units.ts'

const PROMPT = /(?:^|\n)\$ $/
const GRANULE = 8
const { configs } = await loadCatalogue()
const specOf = (name: string): Promise<MachineSpec> =>
  specFor(configs.get(name)!, realParts, { seed: 1, profile: 'flat' })

async function booted(name: string): Promise<Machine> {
  const machine = await openMachine(await specOf(name))
  expect((await shown(machine, PROMPT)).kind).toBe('text')
  return machine
}

const shown = (machine: Machine, text: RegExp, within = 1e9) =>
  machine.run({ text, deadline: cycles(machine.now() + within) })

/** Runs until the hart is in that privilege, a few instructions at a time. */
async function until(machine: Machine, wanted: Privilege): Promise<void> {
  for (let tries = 0; tries < 100_000; tries++) {
    if ((await machine.registers(0)).privilege === wanted) return
    await machine.run({ deadline: cycles(machine.now() + 17) })
  }
  throw new Error(`expected ${wanted} some time`)
}

/** Poisons the granule that the hart, in U or VU, fetches next. */
async function poisonPc(machine: Machine): Promise<number> {
  const { pc, csr, privilege } = await machine.registers(0)
  const root = rootOf((privilege === 'VU' ? csr.vsatp : csr.satp) ?? 0n)
  const at = await translate(new Memory(machine), root, Number(pc))
  await machine.inject({ kind: 'poison', at: physical(at! - (at! % GRANULE)), bytes: GRANULE })
  return Number(pc)
}

async function poisonSymbol(machine: Machine, imageName: string, name: string): Promise<void> {
  const symbol = readElf((await image(imageName)).bytes, imageName).symbols.named(name)
  const at = Number(symbol!.address)
  await machine.inject({ kind: 'poison', at: physical(at - (at % GRANULE)), bytes: 2 * GRANULE })
}

describe('a hardware error', () => {
  it('in a user program ends that program, and the system goes on', async () => {
    await using machine = await booted('none')
    machine.console.type('cat README\n')
    await until(machine, 'U')
    const pc = await poisonPc(machine)
    const said = new RegExp(`\\d+ \\w+: cause 19 sepc 0x0*${pc.toString(16)} `)
    expect((await shown(machine, said)).kind).toBe('text')
    expect((await shown(machine, PROMPT)).kind).toBe('text')
    machine.console.type('echo still here\n')
    expect((await shown(machine, /(\n|\$ )still here\n/)).kind).toBe('text')
  })

  it.each(['none', 'memv6'])('in the kernel of %s is a panic', async (name) => {
    await using machine = await booted(name)
    await poisonSymbol(machine, name === 'none' ? 'kernel' : 'kernel-memv6', 'sys_fork')
    machine.console.type('ls\n')
    const stop = await shown(machine, /kernel: cause 19 sepc .*\n(.*\n)*.*the kernel faulted/)
    expect(stop.kind).toBe('text')
  })

  it('in a guest of Memvisor stops that guest', async () => {
    await using machine = await booted('memvisor')
    machine.console.type('ls\n')
    await until(machine, 'VU')
    await poisonPc(machine)
    const said = /memvisor: exit with cause 19 .*\n(.*\n)*.*memvisor: guest 0: .*cause/
    expect((await shown(machine, said)).kind).toBe('text')
    const stop = await machine.run({ deadline: cycles(machine.now() + 1e9) })
    expect(stop).toEqual({ kind: 'power-off', code: 2 })
  })

  it('in Memvisor itself is a panic', async () => {
    await using machine = await booted('memvisor')
    await poisonSymbol(machine, 'memvisor', 'paging_fault')
    machine.console.type('ls\n')
    const said = /memvisor: trap of its own: cause 19 .*\n(.*\n)*.*must not trap/
    expect((await shown(machine, said)).kind).toBe('text')
  })
})

it('one flipped bit in each word of the kernel goes unnoticed, and is counted', async () => {
  await using machine = await booted('none')
  const { banks: _, kernel } = machine.spec
  for (const { at, bytes } of readElf(kernel, 'kernel').segments) {
    const words = Array.from({ length: Math.floor(bytes.length / GRANULE) }, (_, n) => n)
    await machine.inject({ kind: 'flip', at, bits: words.map((n) => 64 * n + (n % 64)) })
  }
  machine.console.type('forktest\n')
  expect((await shown(machine, /OK\n/)).kind).toBe('text')
  const { events } = await machine.counters()
  expect(events['memory-error-corrected']).toBeGreaterThan(100)
  expect(events['memory-error-uncorrectable']).toBeUndefined()
})

describe('errors at random in a running system', () => {
  let base: Snapshot | undefined
  let frames: readonly number[] = []

  /** Frames that hold something, after a boot. */
  const ready = async (): Promise<Snapshot> => {
    if (base !== undefined) return base
    await using machine = await booted('none')
    const { banks } = machine.spec
    const all = await machine.read(physical(0x8000_0000), banks[0]!.bytes)
    const used: number[] = []
    for (let at = 0; at < all.length; at += PAGE_BYTES) {
      if (all.subarray(at, at + PAGE_BYTES).some((byte) => byte !== 0)) used.push(0x8000_0000 + at)
    }
    const { csr } = await machine.registers(0)
    frames = [...used, ...Array<number>(20).fill(rootOf(csr.satp ?? 0n))]
    base = await machine.snapshot()
    return base
  }

  const error = fc.record({
    frame: fc.nat(100_000),
    word: fc.nat(511),
    bits: fc.array(fc.nat(63), { maxLength: 3 }),
    silent: fc.boolean(),
    words: fc.integer({ min: 1, max: 512 }),
    when: fc.nat(60_000),
  })

  it('break no host and divide no engines', async () => {
    const from = await ready()
    const spec = await specOf('none')
    await fc.assert(
      fc.asyncProperty(fc.array(error, { minLength: 6, maxLength: 40 }), async (list) => {
        const ends = ENGINES.map(async (engine) => {
          const limits = { threshold: 20, batch: 4, eager: false }
          await using machine = new Rv64Machine({ ...spec, engine }, { limits })
          await machine.restore(from)
          for (const one of list) await machine.inject(errorOf(one, machine))
          machine.console.type('ls\n')
          const stop = await machine.run({ deadline: cycles(machine.now() + 90_000) })
          const { why: _, ...counters } = await machine.counters()
          return { stop, now: machine.now(), digest: await machine.digest(), counters }
        })
        const [reference, ...others] = await Promise.all(ends)
        for (const other of others) expect(other).toEqual(reference)
      }),
      { numRuns: 16 },
    )
  })

  type Drawn = typeof error extends fc.Arbitrary<infer T> ? T : never

  function errorOf(
    { frame, word, bits, silent, words, when }: Drawn,
    machine: Machine,
  ): MemoryError {
    const at = physical(frames[frame % frames.length]! + GRANULE * word)
    const later = { at, when: cycles(machine.now() + when) }
    if (bits.length > 0) return { kind: 'flip', bits, silent, ...later }
    return { kind: 'poison', bytes: GRANULE * Math.min(words, 512 - word), ...later }
  }
})
