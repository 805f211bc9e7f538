// Memvisor as its guests meet it. The payloads are kernels without anything: what they find on the bare
// board they must find in a guest, line for line. And whatever a guest does, Memvisor stays whole.

import { describe, expect, it } from 'vitest'
import { image } from '../guest/images.ts'
import { readSymbols } from '../harness/view/symbols.ts'
import type { Bank, MachineSpec, Stop } from '../machine/machine.ts'
import { openMachine } from '../machine/open.ts'
import { cycles, MiB, physical } from '../machine/units.ts'

const VISORS = ['memvisor', 'visor-shadow'] as const
const PAYLOADS = ['storm', 'hart', 'transfers', 'registers', 'dma', 'hostile'].map(
  (name) => `visor-${name}`,
)
/** Ten times what the longest payload needs. */
const DEADLINE = cycles(500_000_000)
/** Long enough for some ten thousand exits. */
const A_WHILE = cycles(10_000_000)
/** What no exit may take, as docs/memvisor.md has it: a millisecond under `in-order`. */
const LONGEST_EXIT = 1_000_000
/** Causes that test/timed.c counts: exceptions, then interrupts. */
const CAUSES = 64
/** Fields of exit_counts, as guest/include/exits.h has them. */
const EXIT_FIELDS = [
  ...(['fill', 'table_write', 'device', 'injected', 'root', 'fence', 'idle', 'call'] as const),
  ...(['external', 'timer', 'other'] as const),
] as const
const DISK_BYTES = MiB
const BOARD: readonly Bank[] = [{ bytes: 128 * MiB, role: 'original' }]
const BANKS: readonly Bank[] = [
  { bytes: 192 * MiB, role: 'original' },
  { bytes: 192 * MiB, role: 'backup' },
]

interface Ending {
  readonly stop: Stop
  readonly lines: readonly string[]
}

async function run(
  spec: Pick<MachineSpec, 'kernel' | 'banks'> & Partial<MachineSpec>,
  deadline = DEADLINE,
): Promise<Ending> {
  const { bytes: firmware } = await image('firmware')
  const disk = new Uint8Array(DISK_BYTES)
  await using machine = await openMachine({ firmware, disk, harts: 1, profile: 'flat', ...spec })
  const stop = await machine.run({ deadline })
  return { stop, lines: machine.console.transcript.split(/\r?\n/).filter((line) => line !== '') }
}

const board = new Map<string, Promise<Ending>>()

async function onBoard(payload: string): Promise<Ending> {
  const { bytes: kernel } = await image(payload)
  const ending = board.get(payload) ?? run({ kernel, banks: BOARD })
  board.set(payload, ending)
  return ending
}

async function inGuest(visor: string, initrd: Uint8Array | undefined, words = ''): Promise<Ending> {
  const { bytes: kernel } = await image(visor)
  const bootargs = `guest-memory=128 ${words}`
  return run({ kernel, banks: BANKS, bootargs, ...(initrd && { initrd }) })
}

const OFF = { kind: 'power-off', code: 0 }

describe.each(PAYLOADS)('%s', (payload) => {
  it.each(VISORS)('finds in a guest of %s what it finds on the board', async (visor) => {
    const native = await onBoard(payload)
    expect(native.stop).toEqual(OFF)
    expect(native.lines.at(-1)).toMatch(/: ok/)
    expect(await inGuest(visor, (await image(payload)).bytes, 'seed=3')).toEqual(native)
  })

  it('finds the same when there are hardly any shadow tables', async () => {
    const few = await inGuest('memvisor', (await image(payload)).bytes, 'shadow-tables=16')
    expect(few).toEqual(await onBoard(payload))
  })
})

describe('shadows that are given up', () => {
  it('at each fence that has anything to compare are made again as they were', async () => {
    const often = await inGuest('memvisor', (await image('visor-storm')).bytes, 'fence-steps=0')
    expect(often).toEqual(await onBoard('visor-storm'))
  })
})

describe('a guest that tries to hold Memvisor', () => {
  it('gets no exit of any kind above the bound', async () => {
    const [firmware, kernel, initrd] = [
      (await image('firmware')).bytes,
      (await image('memvisor-timed')).bytes,
      (await image('visor-hold')).bytes,
    ]
    const board = { banks: BANKS, bootargs: 'guest-memory=128', harts: 1, profile: 'in-order' }
    const disk = new Uint8Array(DISK_BYTES)
    await using machine = await openMachine({ firmware, kernel, initrd, disk, ...board })
    expect(await machine.run({ deadline: cycles(2_000_000_000) })).toEqual(OFF)
    expect(machine.console.transcript).toMatch(/hold: ok\s*$/)
    const at = readSymbols(kernel).address('exit_longest')!
    const bytes = await machine.read(physical(at), 8 * CAUSES)
    const view = new DataView(bytes.buffer, bytes.byteOffset)
    const longest = Array.from({ length: CAUSES }, (_, i) => view.getBigUint64(8 * i, true))
    for (const cause of [10, 12, 13, 15, 22, 33, 41])
      expect(longest[cause], `${cause}`).toBeGreaterThan(0n)
    for (const cycles of longest) expect(Number(cycles)).toBeLessThanOrEqual(LONGEST_EXIT)
  })
})

describe('exits', () => {
  it('are counted once each, by what they were for', async () => {
    const [firmware, kernel, initrd] = [
      (await image('firmware')).bytes,
      (await image('memvisor')).bytes,
      (await image('visor-storm')).bytes,
    ]
    const board = { banks: BANKS, bootargs: 'guest-memory=128', harts: 1, profile: 'flat' }
    await using machine = await openMachine({ firmware, kernel, initrd, ...board })
    expect(await machine.run({ deadline: DEADLINE })).toEqual(OFF)
    const at = readSymbols(kernel).address('exit_counts')!
    const bytes = await machine.read(physical(at), 8 * EXIT_FIELDS.length)
    const view = new DataView(bytes.buffer, bytes.byteOffset)
    const counts = EXIT_FIELDS.map((_, i) => Number(view.getBigUint64(8 * i, true)))
    const count = (field: (typeof EXIT_FIELDS)[number]): number =>
      counts[EXIT_FIELDS.indexOf(field)]!
    const { events } = await machine.counters()
    const traps = (cause: number): number => events[`trap-exception-${cause}`] ?? 0
    // One of cause 22 is Memvisor's own probe at boot.
    expect(count('root') + count('fence')).toBe(traps(22) - 1)
    // The last exit turns the machine off before it is counted.
    const exits = traps(12) + traps(13) + traps(15) + traps(22) - 2
    expect(counts.reduce((sum, n) => sum + n)).toBe(exits)
    expect(count('injected')).toBeGreaterThan(1000)
    expect(count('table_write')).toBeGreaterThan(1000)
  })
})

describe('a guest that goes astray', () => {
  it('with a root outside its memory faults for ever, and harms no other process', async () => {
    // li t0, 1 << 63 | 5; csrw satp, t0; j .
    const code = [0x0010_0293, 0x03f2_9293, 0x0052_8293, 0x1802_9073, 0x0000_006f]
    const kernel = (await image('memvisor')).bytes
    const spec = { kernel, banks: BANKS, bootargs: 'guest-memory=128', initrd: words(code) }
    const { stop, lines } = await run(spec, A_WHILE)
    expect({ stop, lines }).toEqual({ stop: { kind: 'deadline' }, lines: [] })
  })

  it('by stopping its only hart is stopped', async () => {
    // li a6, 1; lui a7, 0x485; addi a7, a7, 0x34d (HSM); ecall
    await stopped(
      words([0x0010_0813, 0x0048_58b7, 0x34d8_8893, 0x0000_0073]),
      /stopped its only hart/,
    )
  })
})

describe('a kernel that is none', () => {
  it('is asked for', () => stopped(undefined, /expected a kernel as initrd, got none/))

  it('is refused if it is cut off', async () => {
    const { bytes } = await image('visor-hart')
    await stopped(bytes.slice(0, 8192), /cut off/)
  })

  it('is refused if it lies outside the guest', async () => {
    const bytes = (await image('visor-hart')).bytes.slice()
    const view = new DataView(bytes.buffer)
    const headers = Number(view.getBigUint64(32, true))
    view.setBigUint64(headers + 24, 0x8800_0000n, true) // the first segment's p_paddr
    await stopped(bytes, /lies in the guest's memory, got a segment outside/)
  })

  it('is refused if it is for another processor', async () => {
    const bytes = (await image('visor-hart')).bytes.slice()
    bytes[18] = 62
    await stopped(bytes, /expected a 64-bit RISC-V ELF file/)
  })
})

describe('a machine that Memvisor cannot use', () => {
  it.each([
    ['guest-memory=192', /expected guest-memory=MiB smaller than the bank/],
    ['guest-memory=0', /expected guest-memory=MiB smaller than the bank/],
  ])('with %s is a panic with a message', async (bootargs, says) => {
    const kernel = (await image('memvisor')).bytes
    const initrd = (await image('visor-hart')).bytes
    const { stop, lines } = await run({ kernel, initrd, banks: BANKS, bootargs })
    expect(stop).toEqual({ kind: 'power-off', code: 1 })
    expect(lines[0]).toMatch(/^memvisor: panic: /)
    expect(lines[0]).toMatch(says)
    expect(lines[1]).toMatch(/^ {2}at 0x802[0-9a-f]+$/)
  })

  it.each([
    [192, 143, /^memvisor: panic: backup_space: expected a backup bank with room/],
    [140, 192, /^memvisor: panic: frames: expected a bank of originals with room/],
  ])('with banks of %i and %i MiB says which is too small', async (originals, backups, says) => {
    const kernel = (await image('memvisor')).bytes
    const initrd = (await image('visor-hart')).bytes
    const banks: readonly Bank[] = [
      { bytes: originals * MiB, role: 'original' },
      { bytes: backups * MiB, role: 'backup' },
    ]
    const { stop, lines } = await run({ kernel, initrd, banks, bootargs: 'guest-memory=128' })
    expect(lines[0]).toMatch(says)
    expect(stop).toEqual({ kind: 'power-off', code: 1 })
  })
})

async function stopped(initrd: Uint8Array | undefined, why: RegExp): Promise<void> {
  const { stop, lines } = await inGuest('memvisor', initrd)
  expect(lines.at(-1)).toMatch(/^memvisor: guest 0: /)
  expect(lines.at(-1)).toMatch(why)
  expect(stop).toEqual({ kind: 'power-off', code: 2 })
}

/** A flat kernel of these instructions. */
const words = (code: readonly number[]): Uint8Array => new Uint8Array(Uint32Array.from(code).buffer)
