// Bad images: real ones with damage in them, and settings that no machine can have. Whatever comes, there is
// a machine that runs, or an error that says what is wrong.

import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ElfError } from '../../elf/file.ts'
import type { MachineSpec } from '../../machine.ts'
import { cycles } from '../../units.ts'
import { Rv64Machine } from '../rv64.ts'

const MiB = 1 << 20
const image = (name: string): Uint8Array =>
  Uint8Array.from(readFileSync(new URL(`../../../guest/images/${name}.elf`, import.meta.url)))
const IMAGES = ['firmware', 'kernel', 'kernel-memv6', 'memvisor'].map(image)
const [FIRMWARE, KERNEL] = [image('firmware'), image('kernel')]
const HEADER_BYTES = 64
const PROGRAM_HEADER_BYTES = 56

/** Where a number stands in the headers of an image: (offset, bytes). */
const FIELDS: readonly (readonly [number, number])[] = [
  ...[16, 18, 52, 54, 56, 58, 60, 62].map((at) => [at, 2] as const),
  ...[24, 32, 40].map((at) => [at, 8] as const),
  ...[0, 1, 2].flatMap((n) => {
    const header = HEADER_BYTES + n * PROGRAM_HEADER_BYTES
    const long = [8, 16, 24, 32, 40, 48].map((at) => [header + at, 8] as const)
    return [[header, 4] as const, [header + 4, 4] as const, ...long]
  }),
]
const NUMBERS = [0n, 1n, 7n, 0xffffn, 1n << 31n, (1n << 32n) - 1n, 1n << 52n, 1n << 63n]
const value = fc.oneof(
  fc.constantFrom(...NUMBERS, (1n << 64n) - 1n, 0x8000_0000n, 0x8020_0000n, 0x8020_1000n),
  fc.bigInt(0n, (1n << 64n) - 1n),
)

type Damage = (bytes: Uint8Array) => Uint8Array
const field: fc.Arbitrary<Damage> = fc
  .tuple(fc.constantFrom(...FIELDS), value)
  .map(([[at, length], number]) => (bytes) => {
    for (let i = 0; i < length; i++) bytes[at + i] = Number((number >> BigInt(8 * i)) & 0xffn)
    return bytes
  })
const anywhere: fc.Arbitrary<Damage> = fc
  .tuple(fc.nat(), fc.uint8Array({ minLength: 1, maxLength: 16 }))
  .map(([at, values]) => (bytes) => {
    bytes.set(values.subarray(0, bytes.length), at % Math.max(1, bytes.length - values.length))
    return bytes
  })
const cut: fc.Arbitrary<Damage> = fc.nat().map((at) => (bytes) => bytes.slice(0, at % bytes.length))
const damages = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: field },
    { weight: 3, arbitrary: anywhere },
    { weight: 1, arbitrary: cut },
  ),
  { minLength: 1, maxLength: 4 },
)

function specOf(change: Partial<MachineSpec>): MachineSpec {
  const banks = [{ bytes: 8 * MiB, role: 'original' }] as const
  return { firmware: FIRMWARE, kernel: KERNEL, banks, harts: 1, profile: 'flat', ...change }
}

/** True if it runs; false if it is refused as it should be. */
async function runs(spec: MachineSpec): Promise<boolean> {
  let machine: Rv64Machine
  try {
    machine = new Rv64Machine(spec)
  } catch (error) {
    if (!(error instanceof ElfError || error instanceof RangeError)) throw error
    expect(error.message).toMatch(/expected .*got /s)
    return false
  }
  await machine.run({ deadline: cycles(20_000) })
  return true
}

describe('a damaged image', () => {
  it('runs somehow, or is refused with a reason', async () => {
    let [good, bad] = [0, 0]
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...IMAGES),
        damages,
        fc.constantFrom('kernel', 'firmware', 'only'),
        async (real, all, as) => {
          const bytes = all.reduce<Uint8Array>((damaged, damage) => damage(damaged), real.slice())
          const { firmware: _, ...bare } = specOf({ kernel: bytes })
          const spec = as === 'only' ? bare : specOf({ [as]: bytes })
          if (await runs(spec)) good++
          else bad++
        },
      ),
      { numRuns: 200 },
    )
    expect(Math.min(good, bad)).toBeGreaterThan(20)
  })
})

describe('segments that overlap', () => {
  const PHYSICAL = HEADER_BYTES + 24
  const moved = (kernel: Uint8Array, to: bigint): Uint8Array => {
    const bytes = kernel.slice()
    new DataView(bytes.buffer).setBigUint64(PHYSICAL + PROGRAM_HEADER_BYTES, to, true)
    return bytes
  }

  it('of one image are told as those of one image, of two by both names', () => {
    const one = moved(KERNEL, 0x8020_1000n)
    expect(() => new Rv64Machine(specOf({ kernel: one }))).toThrow(
      /^kernel: expected its segments apart in RAM, got \[0x80200000, 0x[0-9a-f]+\) over \[0x80201000, /,
    )
    const two = moved(KERNEL, 0x8000_0000n)
    expect(() => new Rv64Machine(specOf({ kernel: two }))).toThrow(
      /^expected (firmware and kernel|kernel and firmware) apart in RAM, got/,
    )
  })
})

describe('boot arguments', () => {
  it('of any text are taken, or refused with a reason', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 300 }), async (bootargs) => {
        expect(await runs(specOf({ bootargs }))).toBe(!bootargs.includes('\0'))
      }),
      { numRuns: 30 },
    )
  })

  it('longer than a device tree may be are refused', () => {
    expect(() => new Rv64Machine(specOf({ bootargs: 'x'.repeat(70_000) }))).toThrow(
      /device tree: expected at most 65536 bytes, got \d+. Try: shorter boot arguments/,
    )
  })
})

describe('a disk', () => {
  it.each([0, 1, 511, 513, 1000])('of %i bytes has whole sectors', async (bytes) => {
    const machine = new Rv64Machine(specOf({ disk: new Uint8Array(bytes) }))
    await machine.run({ deadline: cycles(1000) })
    const { bytes: file } = await machine.snapshot()
    await machine.restore({ bytes: file })
  })
})

describe('an initrd', () => {
  it('that does not fit is refused with its size and that of RAM', () => {
    const initrd = new Uint8Array(5 * MiB)
    expect(() => new Rv64Machine(specOf({ initrd }))).toThrow(
      /^initrd: expected it to lie in 8388608 bytes of RAM from 0x80000000, got 5242880 at \[0x80400000, 0x80900000\)/,
    )
  })

  it('that is empty is none to worry about', async () => {
    expect(await runs(specOf({ initrd: new Uint8Array(0) }))).toBe(true)
  })
})
