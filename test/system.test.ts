// The whole of it, on the real machine: every config boots, a cell repeats exactly, backups hold on the
// mirrored configs, and the audit catches every guest that is broken on purpose.

import { describe, expect, it } from 'vitest'
import type { Config } from '../configs/config.ts'
import { image } from '../guest/images.ts'
import { type AuditOptions, type AuditStep, audit } from '../harness/audit.ts'
import { loadCatalogue } from '../harness/catalogue.ts'
import { type CellPlan, determinantsOf } from '../harness/cell.ts'
import { Computer, specFor } from '../harness/computer.ts'
import { Conversation } from '../harness/conversation.ts'
import { matrix } from '../harness/matrix.ts'
import { realParts } from '../harness/real-parts.ts'
import { Workbench } from '../harness/workbench.ts'
import { PAGE_BYTES } from '../machine/units.ts'
import { pick } from '../registry/registry.ts'
import { HANGS_AFTER_MS } from './patience.ts'

const catalogue = await loadCatalogue()
const names = [...catalogue.configs.keys()]

function planOf(config: string, workload: string, seed = 1): CellPlan[] {
  const chosen = pick(catalogue.configs, 'config', config)
  const rest = determinantsOf(chosen)
  const print = { version: '', images: {}, disk: '', bootargs: '', config: rest }
  const selection = {
    configs: [chosen],
    workloads: [pick(catalogue.workloads, 'workload', workload)],
    seeds: [seed],
    profile: 'flat',
    backend: 'rv64',
  } as const
  return matrix(selection, () => print)
}

function workbench(): Workbench {
  return new Workbench({ run: 'test', catalogue, parts: realParts, hostLimit: HANGS_AFTER_MS })
}

async function measure(bench: Workbench, config: string, workload: string) {
  const [plan] = planOf(config, workload)
  const { outcome, rows } = await bench.run(plan!)
  expect(outcome).toMatchObject({ kind: 'done' })
  return { outcome, rows }
}

describe.each(names)('config %s', (config) => {
  it('boots to the prompt, and the same cell comes out the same on another machine', async () => {
    await using first = workbench()
    await using second = workbench()
    const boot = await measure(first, config, 'boot')
    expect(boot.rows.find(({ metric }) => metric === 'wall')?.value).toBeGreaterThan(1_000_000)
    for (const workload of ['commands/cat-wc', 'micro/fork']) {
      const [once, again] = [
        await measure(first, config, workload),
        await measure(second, config, workload),
      ]
      expect(again.rows).toEqual(once.rows)
      expect(again.outcome).toEqual(once.outcome)
    }
  })

  it('serves files byte for byte to the clients of the peer', async () => {
    await using bench = workbench()
    const { rows } = await measure(bench, config, 'web')
    const value = (metric: string) => rows.find((row) => row.metric === metric)?.value
    expect(value('requests')).toBe(100)
    expect(value('throughput')).toBeGreaterThan(1000)
  })
})

describe('memory', () => {
  it('is the same number of usable original frames under every config', async () => {
    const usable = await Promise.all(names.map(usableFrames))
    expect(new Set(usable)).toEqual(new Set(['31232'])) // 128 MiB less the 6 MiB below FRAMES_BASE
  })
})

async function usableFrames(name: string): Promise<string | undefined> {
  const config = pick(catalogue.configs, 'config', name)
  const spec = await specFor(config, realParts, { seed: 1, profile: 'flat' })
  await using computer = new Computer(realParts, spec)
  const around = { probes: [], live: false, hz: 1e9, check: async () => {} }
  const said = await new Conversation(await computer.atPrompt(), around).command('free')
  return /^frames usable (\d+)$/m.exec(said)?.[1]
}

async function audited(config: Config, more: Partial<AuditOptions> = {}) {
  const steps: AuditStep[] = []
  const options = { seed: 1, profile: 'flat', ...more }
  for await (const step of audit(config, catalogue, realParts, options)) steps.push(step)
  return { steps, violations: steps.flatMap((step) => step.violations) }
}

/** The kinds of violations that an audit meets, until it has met all that are `sought`. */
async function kindsIn(
  config: Config,
  sought: readonly string[],
  more: Partial<AuditOptions>,
): Promise<ReadonlySet<string>> {
  const met = new Set<string>()
  const options = { seed: 1, profile: 'flat', ...more }
  for await (const { violations } of audit(config, catalogue, realParts, options)) {
    for (const { kind } of violations) met.add(kind)
    if (sought.every((kind) => met.has(kind))) break
  }
  return met
}

describe.each(['memv6', 'memvisor'])('backups of %s', (name) => {
  it('hold at every stop under stress: distinct frames, none missing, none left over', async () => {
    const { steps, violations } = await audited(pick(catalogue.configs, 'config', name))
    expect(violations).toEqual([])
    for (const { after, met, readings } of steps) {
      expect(readings[0]?.backups).toBe(readings[0]?.originals)
      const held = met === 'waiting' ? (/(\d+)(?: cold)? hold$/.exec(after)?.[1] ?? 0) : 0
      expect(readings[0]?.originals).toBeGreaterThan(50 + Number(held) / PAGE_BYTES)
    }
    const lines = new Set(steps.map(({ after }) => after))
    const running = steps.filter(({ met }) => met === 'running')
    expect(new Set(['boot', ...running.map(({ after }) => after)])).toEqual(lines)
    expect(new Set(running.map(({ after, at }) => `${after} ${at}`)).size).toBe(running.length)
  })

  it.each(['sbrk', 'fork', 'exec'])('cover a space by %s while it lives', async (how) => {
    await using bench = workbench()
    const [plan] = planOf(name, 'backup-latency')
    const bytes = 200 * 1024
    const parameters = { bytes, how, frames: 'cold' }
    const { outcome, rows } = await bench.run({ ...plan!, parameters })
    expect(outcome).toMatchObject({ kind: 'done' })
    const counts = (metric: string) =>
      rows.filter((row) => row.metric === metric).map(({ value }) => value)
    expect(Math.max(...counts('originals'))).toBeGreaterThan(50 + bytes / PAGE_BYTES)
    expect(counts('backups')).toEqual(counts('originals'))
  })
})

/** What each image is broken in, on purpose, and the violations that it must be caught by. */
const BROKEN = [
  ['missing', ['missing']],
  ['same-frame', ['aliased', 'same-bank']],
  ['stale', ['stale']],
  ['hundredth', ['missing']],
  ['wrong-bank', ['same-bank']],
  ['user-bit', ['user-accessible']],
  ['nothing', ['uncounted', 'disagree']],
  ['residue', ['dirty']],
  ['owner', ['disagree']],
] as const
/** Short, but enough for each of them. */
const STRESS = ['cat README | wc', 'forktest', 'space sbrk 524288 cold hold']
const IMAGES = [
  ['memv6', 'kernel-broken-'],
  ['memvisor', 'memvisor-broken-'],
] as const
const CASES = IMAGES.flatMap(([config, image]) =>
  BROKEN.map(([fault, kinds]) => [config, `${image}${fault}`, kinds] as const),
)
/** What a cell of forktest meets at its end; the other faults are gone by then. */
const LASTING = /missing|same-frame|stale|wrong-bank|user-bit|nothing|residue|owner/

describe('the audit', () => {
  it.each(CASES)('catches %s as %s: %j', async (name, kernel, kinds) => {
    const sound = pick(catalogue.configs, 'config', name)
    const met = await kindsIn({ ...sound, kernel: () => image(kernel) }, kinds, {
      stress: STRESS,
    })
    expect([...met]).toEqual(expect.arrayContaining([...kinds]))
  })

  it('meets in user mode what is hidden at every prompt', async () => {
    const sound = pick(catalogue.configs, 'config', 'memv6')
    const broken = { ...sound, kernel: () => image('kernel-broken-nothing') }
    const { steps } = await audited(broken, { stress: ['ls'] })
    for (const { met, violations } of steps) {
      if (met === 'waiting') expect(violations).toEqual([])
      else expect(violations.map(({ kind }) => kind)).toContain('disagree')
    }
    expect(steps.filter(({ met }) => met === 'running').length).toBeGreaterThan(1)
  })

  it.each([1, 2, 3])(
    'meets what is wrong only now and then by its own lines, seed %i',
    async (seed) => {
      const sound = pick(catalogue.configs, 'config', 'memv6')
      const broken = { ...sound, kernel: () => image('kernel-broken-late') }
      expect([...(await kindsIn(broken, ['missing'], { seed }))]).toContain('missing')
    },
  )

  it('walks a guest that does not survive once more, and says that it did not', async () => {
    const memv6 = pick(catalogue.configs, 'config', 'memv6')
    const { steps, violations } = await audited(memv6, { stress: ['poweroff 3', 'ls'] })
    expect(steps.map(({ after }) => after)).toEqual(['boot', 'poweroff 3'])
    expect(violations).toMatchObject([{ kind: 'stopped' }])
    expect(steps[1]?.readings[0]?.originals).toBeGreaterThan(50)
  })

  const lasting = CASES.filter(([, kernel]) => LASTING.test(kernel))
  it.each(lasting)('makes of %s as %s no measurement', async (name, kernel, kinds) => {
    const sound = pick(catalogue.configs, 'config', name)
    const broken = { ...sound, kernel: () => image(kernel) }
    const configs = new Map([[name, broken]])
    const parts = { ...catalogue, configs }
    await using bench = new Workbench({
      run: 'test',
      catalogue: parts,
      parts: realParts,
      hostLimit: HANGS_AFTER_MS,
    })
    const [plan] = planOf(name, 'commands/forktest')
    const { outcome, rows } = await bench.run(plan!)
    const why = expect.stringContaining(`${kinds.at(-1)}: `)
    expect(outcome).toMatchObject({ kind: 'violated', why })
    expect(rows.every(({ region }) => region.startsWith('coverage/'))).toBe(true)
  })
})
