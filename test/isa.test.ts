// The ISA programs on both engines of the machine: each ends by itself, and says that all its cases hold.

import { expect, test } from 'vitest'
import { image, imageNames } from '../guest/images.ts'
import { readElf } from '../machine/elf/image.ts'
import type { MachineSpec, Stop } from '../machine/machine.ts'
import { openMachine } from '../machine/open.ts'
import { decode } from '../machine/rv64/isa/decode.ts'
import { table } from '../machine/rv64/isa/table.ts'
import { cycles, MiB } from '../machine/units.ts'

/** A quarter of a second of virtual time: the longest of them needs a hundredth of it. */
const DEADLINE = cycles(250_000_000)

const programs = await imageNames('isa/')

test.each(programs)('%s passes on the fast engine', async (name) => {
  expect(await run(name, 'fast')).toEqual({ kind: 'power-off', code: 0 })
})

test.each(programs)('%s passes on the reference engine', async (name) => {
  expect(await run(name, 'reference')).toEqual({ kind: 'power-off', code: 0 })
})

test.each(['fast', 'reference'] as const)(
  'a wrong case is noticed on the %s engine',
  async (engine) => {
    expect(await run('isa-wrong', engine)).toEqual({ kind: 'power-off', code: 3 })
  },
)

test('every row of the instruction table occurs in some program', async () => {
  const seen = new Set<number>()
  for (const name of programs) {
    const { segments } = readElf((await image(name)).bytes, name)
    for (const { bytes } of segments) for (const row of rowsIn(bytes)) seen.add(row)
  }
  expect(table.filter((_, row) => !seen.has(row)).map((row) => row.name)).toEqual([])
})

/** The rows of a text, read from its start; the data behind it decodes to something, too. */
function* rowsIn(text: Uint8Array): Generator<number> {
  const view = new DataView(text.buffer, text.byteOffset, text.byteLength)
  for (let at = 0; at + 4 <= text.length; ) {
    const { row, length } = decode(view.getUint32(at, true))
    yield row
    at += length
  }
}

async function run(name: string, engine: 'fast' | 'reference'): Promise<Stop> {
  const kernel = (await image(name)).bytes
  const banks = [{ bytes: 8 * MiB, role: 'original' }] as const
  const spec: MachineSpec = { kernel, banks, harts: 1, profile: 'flat', engine }
  await using machine = await openMachine(spec)
  return await machine.run({ deadline: DEADLINE })
}
