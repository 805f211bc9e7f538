// Hostile guests: random programs let loose on every device, accesses to anywhere, loops without end.
// Whatever they do, the machine stops as it should, and all engines agree to the last bit.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { MachineSpec } from '../machine.ts'
import { openMachine } from '../open.ts'
import { cycles } from '../units.ts'
import { ENGINES, type EngineName } from './engine/test-stand.fixture.ts'
import { Assembler, encode } from './isa/assemble.ts'
import { ILLEGAL_ROW, table } from './isa/table.ts'
import { MEMORY_MAP } from './memory/memory-map.ts'

const { clint, plic, rom, uart, virtio } = MEMORY_MAP
const names = table.filter((_, i) => i !== ILLEGAL_ROW).map(({ name }) => name)
const accesses = names.filter((name) => /^(l|s)[bhwd]u?$|^amo|^lr|^sc/.test(name))

const [T0, T1] = [5, 6]
const ADDRESSES = [
  rom.base,
  clint.base,
  clint.base + 0x4000,
  clint.base + 0xbff8,
  plic.base,
  plic.base + 0x2000,
  plic.base + 0x20_0000,
  uart.base,
  virtio.base,
  virtio.base + 0x40,
  virtio.base + 0x1050,
  0x8000_0000,
  0x8000_8000,
]

const instruction = (from: readonly string[]): fc.Arbitrary<number> =>
  fc
    .tuple(
      fc.constantFrom(...from),
      fc.nat(15),
      fc.nat(15),
      fc.nat(15),
      fc.integer({ min: -64, max: 2047 }),
    )
    .map(([name, rd, rs1, rs2, immediate]) => encode(name, { rd, rs1, rs2, immediate }))

const program = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: instruction(accesses) },
    { weight: 2, arbitrary: instruction(names) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 0xffff_ffff }) },
  ),
  { minLength: 40, maxLength: 80 },
)

function specOf(words: readonly number[], engine: EngineName): MachineSpec {
  const code = new Assembler()
  ADDRESSES.forEach((address, i) => {
    code.address(i + 1, address)
  })
  for (const word of words) code.word(word)
  return specFor(code.address(5, uart.base).emit('sb', { rs1: 5, rs2: 1 }).emit('wfi'), engine)
}

function specFor(code: Assembler, engine: EngineName): MachineSpec {
  const kernel = new Uint8Array(64)
  new DataView(kernel.buffer).setUint32(56, 0x0543_5352, true)
  new DataView(kernel.buffer).setBigUint64(16, 64n, true)
  const banks = [{ bytes: 4 << 20, role: 'original' }] as const
  const disk = new Uint8Array(65536)
  const firmware = code.bytes()
  return { firmware, kernel, banks, disk, network: true, harts: 1, profile: 'flat', engine }
}

describe('a hostile guest', () => {
  it('neither breaks the machine nor divides the engines', async () => {
    await fc.assert(
      fc.asyncProperty(program, async (words) => {
        const ends = ENGINES.map(async (engine) => {
          const machine = await openMachine(specOf(words, engine))
          const stop = await machine.run({ deadline: cycles(4000) })
          return { stop, now: machine.now(), digest: await machine.digest() }
        })
        const [reference, ...others] = await Promise.all(ends)
        for (const other of others) expect(other).toEqual(reference)
      }),
      { numRuns: 40, seed: 7 },
    )
  })
})

/** Any 64 bits, and what lies just inside and outside of RAM and devices. */
const anywhere = fc.oneof(
  fc.bigInt(0n, (1n << 64n) - 1n),
  fc
    .tuple(
      fc.constantFrom(0, 0x1000, 0x10_0000, 0x200_0000, 0x400_0000, 0xc00_0000, 0x1000_0000),
      fc.integer({ min: -9, max: 9 }),
    )
    .map(([base, off]) => BigInt.asUintN(64, BigInt(base + off))),
  fc
    .tuple(
      fc.constantFrom(
        0x1000_9000,
        0x4000_0000,
        0x8000_0000,
        0x8040_0000,
        2 ** 32,
        2 ** 52,
        2 ** 56,
      ),
      fc.integer({ min: -9, max: 9 }),
    )
    .map(([base, off]) => BigInt(base + off)),
)
const HANDLER = 0x400
const TABLE = 0x800
const SPARED = new Set(['lr.w', 'lr.d'])

/** Loads each address from a table behind the code, and accesses it; a trap goes on behind the access. */
function accessesOf(all: readonly (readonly [string, bigint])[]): Assembler {
  const [AT, ADDRESS, SUM, CAUSE] = [8, 9, 18, 19]
  const code = new Assembler().address(AT, 0x8000_0000 + HANDLER)
  code.emit('csrrw', { rs1: AT, immediate: 0x305 }).address(AT, 0x8000_0000 + TABLE)
  for (const [name] of all) {
    code.emit('ld', { rd: ADDRESS, rs1: AT }).emit('addi', { rd: AT, rs1: AT, immediate: 8 })
    code.emit(name, { rd: 5, rs1: ADDRESS, rs2: 6 }).emit('add', { rd: SUM, rs1: SUM, rs2: 5 })
  }
  code.label('end').to('end', 'jal')
  while (code.length < HANDLER) code.emit('addi')
  code.emit('csrrs', { rd: CAUSE, immediate: 0x342 })
  code.emit('add', { rd: SUM, rs1: SUM, rs2: CAUSE }).emit('csrrs', { rd: 5, immediate: 0x341 })
  code.emit('addi', { rd: 5, rs1: 5, immediate: 4 }).emit('csrrw', { rs1: 5, immediate: 0x341 })
  code.emit('mret')
  while (code.length < TABLE) code.emit('addi')
  for (const [, address] of all) {
    code.word(Number(address & 0xffff_ffffn)).word(Number(address >> 32n))
  }
  return code
}

describe('accesses to anywhere', () => {
  it('trap or are answered, the same on every engine', async () => {
    const one = fc.tuple(fc.constantFrom(...accesses.filter((name) => !SPARED.has(name))), anywhere)
    await fc.assert(
      fc.asyncProperty(fc.array(one, { minLength: 1, maxLength: 20 }), async (all) => {
        const ends = ENGINES.map(async (engine) => {
          const machine = await openMachine(specFor(accessesOf(all), engine))
          const { kind } = await machine.run({ deadline: cycles(3000) })
          return { kind, now: machine.now(), digest: await machine.digest() }
        })
        const [reference, ...others] = await Promise.all(ends)
        for (const other of others) expect(other).toEqual(reference)
      }),
      { numRuns: 60 },
    )
  })
})

/** Guests that go on for ever, each in its own slow way. */
const ENDLESS: readonly (readonly [string, () => Assembler])[] = [
  ['jumps to itself', () => new Assembler().label('end').to('end', 'jal')],
  ['traps in its trap handler', () => new Assembler().emit('csrrw', { immediate: 0x305 }).word(0)],
  [
    'is interrupted at every instruction',
    () => {
      const code = new Assembler().address(T0, clint.base).address(T1, 0x8000_0800)
      code.emit('csrrw', { rs1: T1, immediate: 0x305 })
      code.li(T1, 1).emit('sw', { rs1: T0, rs2: T1 })
      code.li(T1, 8).emit('csrrs', { rs1: T1, immediate: 0x304 })
      code.emit('csrrs', { rs1: T1, immediate: 0x300 })
      while (code.length < 0x800) code.emit('addi')
      return code.emit('mret')
    },
  ],
  [
    'prints',
    () => {
      const code = new Assembler().address(T0, uart.base).label('again')
      return code.emit('sb', { rs1: T0, rs2: T0 }).to('again', 'jal')
    },
  ],
  [
    'rewrites itself',
    () => {
      const code = new Assembler().address(T0, 0x8000_0000).label('again')
      code.emit('lw', { rd: T1, rs1: T0, immediate: 64 })
      return code.emit('sw', { rs1: T0, rs2: T1, immediate: 64 }).to('again', 'jal')
    },
  ],
  [
    'wakes from wfi at once',
    () => {
      const code = new Assembler().li(T1, 1 << 7).emit('csrrs', { rs1: T1, immediate: 0x304 })
      code
        .address(T0, clint.base + 0x4000)
        .emit('sd', { rs1: T0 })
        .label('again')
      return code.emit('wfi').to('again', 'jal')
    },
  ],
]
/** Processor time, since a test host may be busy with others. */
const MOST_MICROSECONDS = 1_000_000

describe.each(ENGINES)('a guest without end on the %s engine', (engine) => {
  it.each(ENDLESS)('that %s stops at its deadline and can be aborted', async (_, code) => {
    const machine = await openMachine(specFor(code(), engine))
    expect(await machine.run({ deadline: cycles(20_000) })).toEqual({ kind: 'deadline' })
    expect(machine.now()).toBe(20_000)
    const abort = new AbortController()
    let asked: NodeJS.CpuUsage | undefined
    setTimeout(() => {
      asked = process.cpuUsage()
      abort.abort()
    }, 50)
    const stop = await machine.run({ deadline: cycles(1e15), signal: abort.signal })
    expect(stop).toEqual({ kind: 'aborted' })
    const { user, system } = process.cpuUsage(asked)
    expect(user + system).toBeLessThan(MOST_MICROSECONDS)
  })
})
