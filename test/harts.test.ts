// Programs for several harts: each ends by itself, says that all its cases hold, and leaves the same
// state on every engine; however a run is cut, recorded in a snapshot, or has harts that take no part.

import { expect, test } from 'vitest'
import { image, imageNames } from '../guest/images.ts'
import type { Machine, MachineSpec } from '../machine/machine.ts'
import { openMachine } from '../machine/open.ts'
import { cycles, MiB } from '../machine/units.ts'

/** The longest takes a hundredth of it. */
const DEADLINE = cycles(100_000_000)
/** The number of harts of guest/bare/smp/smp.h. */
const HARTS = 4

const programs = await imageNames('smp/')

test.each(programs)('%s passes on every engine, and leaves equal states', async (name) => {
  await using oracle = await open(name, { engine: 'reference' })
  await passes(oracle)
  const digest = await oracle.digest()
  for (const engine of ['fast', 'compiler'] as const) {
    await using machine = await open(name, { engine })
    await passes(machine)
    expect(await machine.digest(), engine).toBe(digest)
    expect(await counted(machine)).toEqual(await counted(oracle))
  }
})

test.each(programs)('%s passes beside harts that take no part', async (name) => {
  await using machine = await open(name, { harts: 8 })
  await passes(machine)
})

test.each(programs)('%s does not care how its run is cut', async (name) => {
  await using whole = await open(name)
  await passes(whole)
  await using pieces = await open(name)
  let now = 0
  for (;;) {
    now += 777
    const stop = await pieces.run({ deadline: cycles(now) })
    if (stop.kind !== 'deadline') break
    expect(pieces.now()).toBe(now)
  }
  expect(await pieces.digest()).toBe(await whole.digest())
})

test.each(programs)('%s goes on from a snapshot on another engine', async (name) => {
  await using whole = await open(name)
  await passes(whole)
  await using first = await open(name)
  await first.run({ deadline: cycles(Math.floor(whole.now() * 0.4)) })
  const snapshot = await first.snapshot()
  await using second = await open(name, { engine: 'fast' })
  await second.restore(snapshot)
  expect(await second.digest()).toBe(await first.digest())
  await passes(second)
  expect(await second.digest()).toBe(await whole.digest())
})

test('a snapshot of another number of harts is refused', async () => {
  await using two = await open('smp/lock', { harts: 2 })
  await using four = await open('smp/lock')
  const { bytes } = await two.snapshot()
  await expect(four.restore({ bytes })).rejects.toThrow(/a machine with harts 4, got 2/)
})

async function open(name: string, change: Partial<MachineSpec> = {}): Promise<Machine> {
  const kernel = (await image(name)).bytes
  const banks = [{ bytes: 8 * MiB, role: 'original' }] as const
  return openMachine({ kernel, banks, harts: HARTS, profile: 'flat', ...change })
}

async function passes(machine: Machine): Promise<void> {
  expect(await machine.run({ deadline: DEADLINE })).toEqual({ kind: 'power-off', code: 0 })
}

async function counted(machine: Machine) {
  const { cycles, busy, instructions, events } = await machine.counters()
  return { cycles, busy, instructions, events }
}
