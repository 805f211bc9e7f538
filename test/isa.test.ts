// The ISA programs on both engines of the machine: each ends by itself, and says that all its cases hold.

import { expect, test } from 'vitest'
import { image, imageNames } from '../guest/images.ts'
import type { MachineSpec, Stop } from '../machine/machine.ts'
import { openMachine } from '../machine/open.ts'
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

async function run(name: string, engine: 'fast' | 'reference'): Promise<Stop> {
  const kernel = (await image(name)).bytes
  const banks = [{ bytes: 8 * MiB, role: 'original' }] as const
  const spec: MachineSpec = { kernel, banks, harts: 1, profile: 'flat', engine }
  await using machine = await openMachine(spec)
  return await machine.run({ deadline: DEADLINE })
}
