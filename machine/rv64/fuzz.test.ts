// Hostile guests: random programs let loose on every device. Whatever they do, the machine stops as it
// should, and all engines agree to the last bit.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { MachineSpec } from '../machine.ts'
import { openMachine } from '../open.ts'
import { cycles } from '../units.ts'
import { ENGINES, type EngineName } from './engine/stand.ts'
import { Assembler, encode } from './isa/assemble.ts'
import { ILLEGAL_ROW, table } from './isa/table.ts'
import { MEMORY_MAP } from './memory-map.ts'

const { clint, plic, rom, uart, virtio } = MEMORY_MAP
const names = table.filter((_, i) => i !== ILLEGAL_ROW).map(({ name }) => name)
const accesses = names.filter((name) => /^(l|s)[bhwd]u?$|^amo|^lr|^sc/.test(name))

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
  code.address(5, uart.base).emit('sb', { rs1: 5, rs2: 1 }).emit('wfi')
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
