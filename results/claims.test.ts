// Claims: what is judged, on which cells, and what is said where they are not all there. Every figure here is
// computed by hand from rows made up for it.

import { describe, expect, test } from 'vitest'
import type { CellRecord } from './cell.ts'
import { loadClaims } from './claim.ts'
import { COMMANDS, cell, commands, failed, run, verdict } from './made-up-cells.fixture.ts'
import { summarise } from './summary.ts'
import { syntheticManifest, syntheticRun } from './synthetic-run.fixture.ts'

const claims = await loadClaims()

describe('latencies', () => {
  const spaces = (frames: string, none: number, memv6: number): CellRecord[] =>
    ['sbrk', 'fork', 'exec'].flatMap((how) =>
      [1, 2, 3].flatMap((seed) => [
        cell(['backup-latency', 'none', seed], 'space', { wall: none }, { ...size, how, frames }),
        cell(['backup-latency', 'memv6', seed], 'space', { wall: memv6 }, { ...size, how, frames }),
      ]),
    )
  const size = { bytes: 204_800 }

  test('extra cycles become ms by the clock of the profile', () => {
    const manifest = { ...syntheticManifest, profile: { name: 'flat', about: '', hz: 500_000_000 } }
    const summary = summarise(run(spaces('cold', 400_000, 650_000), manifest), claims)
    expect(summary.latencies).toMatchObject(
      ['sbrk', 'fork', 'exec'].map((how) => ({
        ...{ bytes: 204_800, how, frames: 'cold', over: 'none', samples: 3 },
        ...{ extraCycles: 250_000, extraMs: 0.5 },
      })),
    )
    expect(verdict(summary, 'backup-200kb', 'memv6')).toMatchObject({
      verdict: 'reproduced',
      measured: 0.5,
      profile: 'flat',
    })
    expect(verdict(summary, 'backup-200kb', 'memv6')?.notes.join()).toContain('without caches')
    expect(verdict(summary, 'backup-200kb', 'memvisor')?.verdict).toBe('not measured')
  })

  test('every way is judged on the seeds that all of them have', () => {
    const early = spaces('cold', 400_000, 650_000)
    const fourth = [
      cell(
        ['backup-latency', 'none', 4],
        'space',
        { wall: 1 },
        { ...size, how: 'sbrk', frames: 'cold' },
      ),
      cell(
        ['backup-latency', 'memv6', 4],
        'space',
        { wall: 9e6 },
        { ...size, how: 'sbrk', frames: 'cold' },
      ),
    ]
    const summary = summarise(run([...early, ...fourth]), claims)
    expect(summary.latencies.map(({ how, samples }) => [how, samples])).toEqual([
      ['sbrk', 4],
      ['fork', 3],
      ['exec', 3],
    ])
    const found = verdict(summary, 'backup-200kb', 'memv6')
    expect(found).toMatchObject({ verdict: 'reproduced', measured: 0.25, high: 0.25, seeds: 3 })
    expect(found?.cells).toHaveLength(6)
  })

  test('recycled frames are shown but not judged', () => {
    const summary = summarise(run(spaces('recycled', 10, 10)), claims)
    expect(summary.latencies).toHaveLength(3)
    expect(verdict(summary, 'backup-200kb', 'memv6')).toMatchObject({
      verdict: 'not measured',
      notes: ['0 of 3 ways to create it, 0 of 3 seeds'],
    })
  })
})

describe('claims', () => {
  test('every claim of the table is there, each of its own name, in order', () => {
    expect(claims.map(({ name }) => name).slice(0, 5)).toEqual([
      'coverage',
      'backup-200kb',
      'xv6-commands',
      'thttpd',
      'side-by-side',
    ])
    expect(claims).toHaveLength(14)
  })

  test('each states the cells that it needs, or the part that this version lacks', () => {
    for (const { name, comparisons, judged } of claims) {
      for (const { lacks } of comparisons) {
        if (lacks !== undefined) continue
        expect(judged?.points.length, name).toBeGreaterThan(0)
        expect(judged?.seeds, name).toBeGreaterThanOrEqual(3)
      }
    }
  })

  test('lines of the thesis without a config stand in the table, not measured', () => {
    const { claims: all } = summarise(syntheticRun(), claims)
    const waiting = all.filter(({ config }) => /direct|side-by-side/.test(config ?? ''))
    expect(new Set(waiting.map(({ name }) => name))).toEqual(
      new Set(['coverage', 'backup-200kb', 'xv6-commands', 'thttpd', 'side-by-side']),
    )
    for (const claim of waiting) {
      expect(claim).toMatchObject({ verdict: 'not measured', measured: null })
      expect(claim.notes.join()).toMatch(/needs .*, which this version does not have/)
    }
  })

  test('commands are judged on the geometric mean, with least and greatest', () => {
    const extra = (name: string): number => (name === 'commands/ls' ? 20 : 70)
    const judged = summarise(run(commands(extra)), claims).claims.filter(
      ({ name, config }) => name === 'xv6-commands' && config === 'memv6',
    )
    expect(judged.map(({ metric }) => metric)).toEqual(['wall', 'busy'])
    const [found, busy] = judged
    expect(found?.measured).toBeCloseTo((1.02 * 1.07 ** 9) ** 0.1 - 1, 12)
    expect(found).toMatchObject({ verdict: 'reproduced', seeds: 3, spread: 'range of 3 seeds' })
    expect(found?.min).toBeCloseTo(0.02, 12)
    expect(found?.max).toBeCloseTo(0.07, 12)
    expect(busy?.measured).toBeCloseTo((1.04 * 1.14 ** 9) ** 0.1 - 1, 12)
    expect(busy?.verdict).toBe('differs')
  })

  test('a spread that straddles an end of the range is inconclusive', () => {
    const summary = summarise(run(commands((_, seed) => 60 + 15 * seed)), claims)
    expect(verdict(summary, 'xv6-commands', 'memv6')).toMatchObject({ verdict: 'inconclusive' })
    expect(verdict(summary, 'xv6-commands', 'memv6')?.low).toBeCloseTo(0.075, 12)
    expect(verdict(summary, 'xv6-commands', 'memv6')?.high).toBeCloseTo(0.105, 12)
  })

  test('from six seeds on the spread is a 95 % interval', () => {
    const seeds = [1, 2, 3, 4, 5, 6]
    const of = (some: readonly number[]) =>
      verdict(summarise(run(commands(() => 60, COMMANDS, some)), claims), 'xv6-commands', 'memv6')
    expect(of(seeds)?.spread).toBe('95 % interval')
    expect(of(seeds.slice(1))?.spread).toBe('range of 5 seeds')
  })

  test('the web is judged on the worst load, and where none is idle under no load with any seed', () => {
    const load = (bytes: number, keepAlive: boolean, slower: number, idle: number): CellRecord[] =>
      [1, 2, 3].flatMap((seed) => {
        const of = (config: string, wall: number): CellRecord =>
          cell(['web', config, seed], 'load', { wall, busy: wall - idle }, { bytes, keepAlive })
        return [of('none', 1000), of('memv6', 1000 + slower)]
      })
    const loads = (slower: number, idle: number): CellRecord[] =>
      [1024, 10_240, 102_400].flatMap((bytes) => [
        ...load(bytes, true, bytes === 10_240 ? slower : 30, 1),
        ...load(bytes, false, 0, bytes === 1024 ? idle : 1),
      ])
    const found = verdict(summarise(run(loads(45, 1)), claims), 'thttpd', 'memv6')
    expect(found?.measured).toBeCloseTo(0.045, 12)
    expect(found?.verdict).toBe('reproduced')
    const idle = verdict(summarise(run(loads(45, 600)), claims), 'thttpd', 'memv6')
    expect(idle).toMatchObject({ verdict: 'not measured', measured: null })
    expect(idle?.notes.join()).toContain('60.0 %')
    const halved = loads(45, 1).map((one) =>
      one.config === 'none' && one.seed === 1 && one.parameters.bytes === 102_400
        ? {
            ...one,
            rows: one.rows.map((row) => ({
              ...row,
              value: row.value / (row.metric === 'busy' ? 2 : 1),
            })),
          }
        : one,
    )
    expect(verdict(summarise(run(halved), claims), 'thttpd', 'memv6')).toMatchObject({
      verdict: 'not measured',
      notes: [
        'the server of none idles for 50.0 % of the time in web bytes=102400 keepAlive=true · none · seed 1; the claim is judged below 1 %',
      ],
    })
  })

  test('a run without a config, or without backups, is not measured, with the reason', () => {
    const summary = summarise(run([], { ...syntheticManifest, configs: [] }), claims)
    expect(summary.claims.every((claim) => claim.verdict === 'not measured')).toBe(true)
    expect(summary.claims.every((claim) => claim.notes.join('').length > 10)).toBe(true)
  })
})

describe('a judged set', () => {
  const of = (cells: readonly CellRecord[]) =>
    verdict(summarise(run(cells), claims), 'xv6-commands', 'memv6')

  test('that is not whole gives no verdict, and says what is there', () => {
    const short = (cells: readonly CellRecord[]) => {
      expect(of(cells)).toMatchObject({ verdict: 'not measured', measured: null })
      return of(cells)?.notes
    }
    expect(short(commands(() => 60, ['commands/ls'], [1]))).toEqual([
      '1 of 10 commands, 1 of 3 seeds',
    ])
    expect(short(commands(() => 60, COMMANDS, [1, 2]))).toEqual(['10 of 10 commands, 2 of 3 seeds'])
    expect(short(commands(() => 60, COMMANDS.slice(1)))).toEqual(['9 of 10 commands, 3 seeds'])
    const unpaired = commands(() => 60).filter(({ config, seed }) => config === 'none' || seed > 1)
    expect(short(unpaired)).toEqual(['10 of 10 commands, 2 of 3 seeds'])
    const otherSeeds = commands(() => 60, COMMANDS, [1, 2, 3, 4]).filter(
      ({ workload, seed }) => seed !== (workload === 'commands/ls' ? 1 : 4),
    )
    expect(short(otherSeeds)).toEqual(['10 of 10 commands, 2 of 3 seeds'])
  })

  test('in which a cell failed gives no verdict, even with seeds enough', () => {
    const cells = commands(() => 60, COMMANDS, [1, 2, 3, 4])
    const broken = cells.map((one, n) => (n === 7 ? failed(one) : one))
    expect(of(broken)).toMatchObject({ verdict: 'not measured' })
    expect(of(broken)?.notes).toEqual([
      '10 of 10 commands, 3 seeds, 1 cell without a result (failed: commands/ls · memv6 · seed 4)',
    ])
  })

  test('is the same whatever else ran, or failed', () => {
    const cells = commands(() => 60)
    const others = commands(() => 900, ['commands/stressfs', 'commands/usertests-mem'])
    expect(of([...cells, ...others])).toEqual(of(cells))
    expect(of([...cells, ...others.map(failed)])).toEqual(of(cells))
  })
})

describe('the claim of coverage', () => {
  test('names what its 100 % are a share of', () => {
    const good = verdict(summarise(syntheticRun(), claims), 'coverage', 'memv6')
    expect(good).toMatchObject({ verdict: 'reproduced', measured: 1, spread: 'worst of 195 walks' })
    const visor = verdict(summarise(syntheticRun(), claims), 'coverage', 'memvisor')
    expect(visor?.of).toBe(
      "of the guest's frames: 300 of the 900 in use at the prompt (the hypervisor's own not counted)",
    )
    expect(good?.of).toBe(
      'of the frames of user pages and page tables: 300 of the 900 in use at the prompt',
    )
  })

  test('needs the cells of the other claims, walked', () => {
    const base = syntheticRun()
    const cells = base.cells.filter(({ workload }) => workload !== 'web')
    const part = verdict(summarise({ ...base, cells }, claims), 'coverage', 'memv6')
    expect(part).toMatchObject({
      verdict: 'not measured',
      notes: ['14 of 20 workload points, 3 seeds'],
    })
  })

  test('needs a walk after each of them', () => {
    const base = syntheticRun()
    const unwalked = (one: CellRecord): CellRecord => ({
      ...one,
      rows: one.rows.filter(({ region }) => !region.startsWith('coverage/')),
    })
    const cells = base.cells.map((one) => (one.cell === 'boot_memv6_2' ? unwalked(one) : one))
    expect(verdict(summarise({ ...base, cells }, claims), 'coverage', 'memv6')).toMatchObject({
      verdict: 'not measured',
      notes: ['no walk after boot · memv6 · seed 2'],
    })
    const none = summarise({ ...base, cells: base.cells.map(unwalked) }, claims)
    expect(verdict(none, 'coverage', 'memv6')?.notes).toEqual([
      'no walk after boot · memv6 · seed 1 and 59 more',
    ])
  })

  const refuted = (change: (one: CellRecord) => CellRecord) => {
    const base = syntheticRun()
    const cells = base.cells.map((one) => (one.cell === 'boot_memv6_2' ? change(one) : one))
    return summarise({ ...base, cells }, claims)
  }

  test('differs by one frame without a backup', () => {
    const bad = refuted((one) => ({
      ...one,
      rows: one.rows.map((row) => (row.metric === 'missing' ? { ...row, value: 3 } : row)),
    }))
    expect(verdict(bad, 'coverage', 'memv6')).toMatchObject({ verdict: 'differs', measured: 0.99 })
    expect(bad.coverage.find(({ config }) => config === 'memv6')).toMatchObject({
      missing: 3,
      cell: 'boot_memv6_2',
    })
  })

  test('differs by a violation that no count holds, in however small a run', () => {
    const violated = (one: CellRecord): CellRecord => ({
      ...one,
      outcome: { kind: 'violated', invariant: 'coverage', violations: 6, why: 'user-accessible' },
    })
    const bad = refuted(violated)
    expect(verdict(bad, 'coverage', 'memv6')).toMatchObject({ verdict: 'differs', measured: 0.98 })
    expect(bad.cells.violated).toMatchObject([{ cell: 'boot_memv6_2' }])
    const alone = syntheticRun().cells.filter(({ cell }) => cell === 'boot_memv6_2')
    const small = summarise(run(alone.map(violated)), claims)
    expect(verdict(small, 'coverage', 'memv6')?.verdict).toBe('differs')
  })
})
