// The compiling engine on whole machines: the ISA programs and boots of our images, with everything
// compiled at once, in blocks of one instruction, and as usual; it must not differ from the others.

import { expect, test } from 'vitest'
import { image, imageNames } from '../guest/images.ts'
import { loadCatalogue } from '../harness/catalogue.ts'
import { specFor } from '../harness/computer.ts'
import { realParts } from '../harness/real-parts.ts'
import type { MachineSpec } from '../machine/machine.ts'
import type { CompilerLimits } from '../machine/rv64/engine/compiler/limits.ts'
import { Rv64Machine } from '../machine/rv64/rv64.ts'
import { cycles, MiB } from '../machine/units.ts'

const AT_ONCE: Partial<CompilerLimits> = { threshold: 1, batch: 1, eager: true }
const EARLY: Partial<CompilerLimits> = { threshold: 20, batch: 4, eager: false }
const DEADLINE = cycles(250_000_000)
const PROMPT = /(?:^|\n)\$ $/

const programs = await imageNames('isa/')

test.each([
  ['everything compiled at once', AT_ONCE],
  ['one instruction a block', { ...AT_ONCE, block: 1 }],
] as const)('the ISA programs pass with %s', async (_, limits) => {
  const failures: string[] = []
  for (const name of programs) {
    const kernel = (await image(name)).bytes
    const banks = [{ bytes: 8 * MiB, role: 'original' }] as const
    const spec = { kernel, banks, harts: 1, profile: 'flat', engine: 'compiler' } as const
    await using machine = new Rv64Machine(spec, { limits })
    const stop = await machine.run({ deadline: DEADLINE })
    if (stop.kind !== 'power-off' || stop.code !== 0) failures.push(`${name}: ${stop.kind}`)
  }
  expect(failures).toEqual([])
})

test.each([
  ['none', 'flat'],
  ['memv6', 'flat'],
  ['memvisor', 'flat'],
  ['none', 'in-order'],
  ['memvisor', 'in-order'],
  ['memv6', 'in-order-small'],
  ['memv6', 'in-order-bimodal'],
])(
  'a boot of %s under %s and commands leave the same state on both engines',
  async (name, profile) => {
    const { configs } = await loadCatalogue()
    const spec = await specFor(configs.get(name)!, realParts, { seed: 1, profile })
    const compiled = await session({ ...spec, engine: 'compiler' }, EARLY)
    expect(compiled).toEqual(await session({ ...spec, engine: 'fast' }, {}))
  },
)

test.each(['perf-ecall-s', 'perf-satp-s', 'perf-memory-s'])(
  'a stretch of %s leaves the same state on both engines',
  async (name) => {
    const kernel = (await image(name)).bytes
    const banks = [{ bytes: 64 * MiB, role: 'original' }] as const
    const states = ['fast', 'compiler'].map(async (engine) => {
      const spec = { kernel, banks, harts: 1, profile: 'flat', engine } as MachineSpec
      await using machine = new Rv64Machine(spec, { limits: EARLY })
      const stop = await machine.run({ deadline: cycles(3_000_000) })
      return [stop.kind, await machine.digest()]
    })
    const [fast, compiled] = await Promise.all(states)
    expect(compiled).toEqual(fast)
    expect(fast?.[0]).toBe('deadline')
  },
)

test('a snapshot holds caches, TLBs and what branches did: a machine that goes on from it takes the same cycles', async () => {
  const { configs } = await loadCatalogue()
  const profile = 'in-order-bimodal'
  const spec = await specFor(configs.get('memv6')!, realParts, { seed: 1, profile })
  await using first = new Rv64Machine(spec)
  await first.run({ deadline: cycles(2_000_001) })
  const snapshot = await first.snapshot()
  await using second = new Rv64Machine({ ...spec, engine: 'fast' })
  await second.restore(snapshot)
  const ends = [first, second].map(async (machine) => {
    await machine.run({ deadline: cycles(3_500_000) })
    const { why: _, ...counters } = await machine.counters()
    return [machine.now(), await machine.digest(), counters]
  })
  const [went, resumed] = await Promise.all(ends)
  expect(resumed).toEqual(went)
})

async function session(spec: MachineSpec, limits: Partial<CompilerLimits>): Promise<unknown> {
  await using machine = new Rv64Machine(spec, { limits })
  const states: unknown[] = []
  for (const line of [undefined, 'forktest', 'cat README | wc']) {
    if (line !== undefined) machine.console.type(`${line}\n`)
    const stop = await machine.run({ text: PROMPT, deadline: cycles(machine.now() + 1e9) })
    const { why: _, ...counters } = await machine.counters()
    states.push(stop.kind, machine.now(), await machine.digest(), counters)
  }
  return states
}
