// From rows to the summary: every figure here is computed by hand from rows made up for it.

import { describe, expect, test } from 'vitest'
import type { CellRecord } from './cell.ts'
import { type Acceptance, expected, judge, loadClaims } from './claim.ts'
import { csvTables } from './csv.ts'
import type { Manifest } from './manifest.ts'
import type { Measurement, Parameters, Unit } from './measurement.ts'
import type { RunRecord } from './store.ts'
import { type Summary, summarise, summaryJsonSchema, summarySchema } from './summary.ts'
import { syntheticManifest, syntheticRun } from './synthetic-run.fixture.ts'

const claims = await loadClaims()

interface Figures {
  readonly [metric: string]: number
}

function cell(
  [workload, config, seed]: readonly [string, string, number],
  region: string,
  figures: Figures,
  parameters: Parameters = {},
  unit: Unit = 'cycles',
): CellRecord {
  const words = Object.values(parameters).join('-')
  const place = {
    cell: `${workload.replace('/', '-')}-${words}-${config}-${seed}`,
    ...{ workload, parameters, config, seed },
    ...{ backend: 'rv64', profile: 'flat', policy: config === 'memv6' ? 'space' : 'none' },
  }
  const rows: Measurement[] = Object.entries(figures).map(([metric, value]) => ({
    ...{ run: 'synthetic', ...place, region, metric },
    ...{ unit: metric === 'requests' ? 'count' : unit, iteration: 0, value },
  }))
  return { ...place, hostMs: 2, outcome: { kind: 'done' }, rows }
}

function run(cells: readonly CellRecord[], manifest: Manifest = syntheticManifest): RunRecord {
  return { directory: 'x', manifest, cells, torn: false }
}

const of = (summary: Summary, config: string, baseline: string, metric: string) =>
  summary.overheads.find(
    (one) => one.config === config && one.baseline === baseline && one.metric === metric,
  )

describe('overheads', () => {
  test('three figures for Memvisor stand together, in wall and busy cycles', () => {
    const figures: Readonly<Record<string, [number, number]>> = {
      none: [1000, 800],
      memv6: [1060, 860],
      'visor-shadow': [1500, 1300],
      memvisor: [1590, 1390],
    }
    const cells = Object.entries(figures).map(([config, [wall, busy]]) =>
      cell(['commands/ls', config, 1], 'command', { wall, busy }),
    )
    const summary = summarise(run(cells), claims)
    expect(of(summary, 'memv6', 'none', 'wall')?.value).toBeCloseTo(0.06, 12)
    expect(of(summary, 'memv6', 'none', 'busy')?.value).toBeCloseTo(0.075, 12)
    expect(of(summary, 'memvisor', 'visor-shadow', 'wall')?.value).toBeCloseTo(0.06, 12)
    expect(of(summary, 'memvisor', 'none', 'wall-net')?.value).toBeCloseTo(0.09, 12)
    expect(of(summary, 'memvisor', 'none', 'wall')?.value).toBeCloseTo(0.59, 12)
    expect(of(summary, 'memvisor', 'none', 'busy-net')?.value).toBeCloseTo(90 / 800, 12)
    expect(of(summary, 'memvisor', 'none', 'wall')?.cells).toEqual([
      'commands-ls--memvisor-1',
      'commands-ls--none-1',
    ])
  })

  test('only seeds that both sides have count, and the median is over them', () => {
    const cells = [
      ...[100, 100, 100].map((wall, i) => cell(['boot', 'none', i + 1], 'boot', { wall })),
      ...[110, 130, 120, 900].map((wall, i) => cell(['boot', 'memv6', i + 1], 'boot', { wall })),
    ]
    const found = of(summarise(run(cells), claims), 'memv6', 'none', 'wall')
    expect(found).toMatchObject({ samples: 3, baselineValue: 100, configValue: 120 })
    expect(found?.value).toBeCloseTo(0.2, 12)
    expect(found?.low).toBeCloseTo(0.1, 12)
    expect(found?.high).toBeCloseTo(0.3, 12)
  })

  test('a cell that failed gives no figure, a zero in the denominator neither', () => {
    const failed: CellRecord = {
      ...cell(['boot', 'memv6', 1], 'boot', { wall: 5 }),
      outcome: { kind: 'failed', why: 'panic' },
    }
    const none = cell(['boot', 'none', 1], 'boot', { wall: 5 })
    expect(summarise(run([none, failed]), claims).overheads).toEqual([])
    const zero = [
      cell(['noop', 'none', 1], 'noop', { wall: 0 }),
      cell(['noop', 'memv6', 1], 'noop', { wall: 5 }),
    ]
    expect(summarise(run(zero), claims).overheads).toEqual([])
  })

  test('live cycles are counted per request and never as cycles', () => {
    const live = (config: string, busy: number, requests: number): CellRecord =>
      cell(['web-host', config, 1], 'load', { busy, requests }, {}, 'live-cycles')
    const summary = summarise(run([live('none', 1000, 10), live('memv6', 2400, 20)]), claims)
    expect(of(summary, 'memv6', 'none', 'busy')).toMatchObject({ unit: 'live-cycles' })
    expect(of(summary, 'memv6', 'none', 'busy')?.value).toBeCloseTo(0.2, 12)
  })

  test('iterations of a cell are reduced before seeds are', () => {
    const many = (config: string, values: readonly number[]): CellRecord => {
      const one = cell(['micro/fork', config, 1], 'fork', { wall: 0 })
      const row = one.rows[0]!
      return { ...one, rows: values.map((value, iteration) => ({ ...row, iteration, value })) }
    }
    const summary = summarise(
      run([many('none', [9000, 100, 100]), many('memv6', [110, 110, 5])]),
      claims,
    )
    expect(of(summary, 'memv6', 'none', 'wall')?.value).toBeCloseTo(0.1, 12)
  })
})

describe('latencies', () => {
  test('extra cycles become ms by the clock of the profile', () => {
    const parameters = { bytes: 204_800, how: 'sbrk', frames: 'cold' }
    const cells = [
      cell(['backup-latency', 'none', 1], 'space', { wall: 400_000 }, parameters),
      cell(['backup-latency', 'memv6', 1], 'space', { wall: 650_000 }, parameters),
    ]
    const manifest = { ...syntheticManifest, profile: { name: 'flat', about: '', hz: 500_000_000 } }
    const summary = summarise(run(cells, manifest), claims)
    expect(summary.latencies).toMatchObject([
      {
        bytes: 204_800,
        how: 'sbrk',
        frames: 'cold',
        over: 'none',
        extraCycles: 250_000,
        extraMs: 0.5,
      },
    ])
    expect(verdict(summary, 'backup-200kb', 'memv6')).toMatchObject({
      verdict: 'reproduced',
      measured: 0.5,
      profile: 'flat',
    })
    expect(verdict(summary, 'backup-200kb', 'memv6')?.notes.join()).toContain('without caches')
    expect(verdict(summary, 'backup-200kb', 'memvisor')?.verdict).toBe('not measured')
  })

  test('recycled frames are shown but not judged', () => {
    const parameters = { bytes: 204_800, how: 'sbrk', frames: 'recycled' }
    const cells = ['none', 'memv6'].map((config) =>
      cell(['backup-latency', config, 1], 'space', { wall: 10 }, parameters),
    )
    const summary = summarise(run(cells), claims)
    expect(summary.latencies).toHaveLength(1)
    expect(verdict(summary, 'backup-200kb', 'memv6')?.verdict).toBe('not measured')
  })
})

const verdict = (summary: Summary, name: string, config: string) =>
  summary.claims.find((claim) => claim.name === name && claim.config === config)

describe('claims', () => {
  const within: Acceptance = { kind: 'within', low: 0.05, high: 0.08 }
  const most: Acceptance = { kind: 'at most', bound: 0.05 }
  const exactly: Acceptance = { kind: 'exactly', value: 1 }
  test.each([
    [within, 0.06, 0.055, 0.07, 'reproduced'],
    [within, 0.05, 0.04, 0.08, 'reproduced'],
    [within, 0.03, 0.02, 0.049, 'better'],
    [within, 0.07, 0.06, 0.081, 'differs'],
    [within, 0.2, 0.1, 0.3, 'differs'],
    [most, 0.04, 0.03, 0.05, 'reproduced'],
    [most, 0.04, 0.03, 0.051, 'differs'],
    [most, -0.01, -0.02, 0, 'reproduced'],
    [exactly, 1, 1, 1, 'reproduced'],
    [exactly, 1, 0.999, 1, 'differs'],
  ] as const)('%j judges %d (%d … %d) as %s', (accept, value, low, high, says) => {
    expect(judge(accept, { value, low, high, samples: 3 })).toBe(says)
  })

  test('what is expected, in words', () => {
    expect(expected(within, 'fraction')).toBe('5–8 %')
    expect(expected({ kind: 'at most', bound: 1 }, 'ms')).toBe('≤ 1 ms')
    expect(expected(exactly, 'share of originals')).toBe('100 %')
  })

  test('every claim of the table is there, each of its own name, in order', () => {
    expect(claims.map(({ name }) => name).slice(0, 4)).toEqual([
      'coverage',
      'backup-200kb',
      'xv6-commands',
      'thttpd',
    ])
    expect(claims).toHaveLength(13)
    expect(new Set(claims.map(({ order }) => order)).size).toBe(13)
  })

  test('commands are judged on the geometric mean, with least and greatest', () => {
    // Ratios 1.02 and 1.10: geometric mean 1.0592450…
    const cells = [
      cell(['commands/ls', 'none', 1], 'command', { wall: 100, busy: 50 }),
      cell(['commands/ls', 'memv6', 1], 'command', { wall: 102, busy: 52 }),
      cell(['commands/rm', 'none', 1], 'command', { wall: 200, busy: 100 }),
      cell(['commands/rm', 'memv6', 1], 'command', { wall: 220, busy: 120 }),
    ]
    const judged = summarise(run(cells), claims).claims.filter(
      ({ name, config }) => name === 'xv6-commands' && config === 'memv6',
    )
    expect(judged.map(({ metric }) => metric)).toEqual(['wall', 'busy'])
    const [found, busy] = judged
    expect(found?.measured).toBeCloseTo(Math.sqrt(1.02 * 1.1) - 1, 12)
    expect(found).toMatchObject({ verdict: 'reproduced' })
    expect(found?.min).toBeCloseTo(0.02, 12)
    expect(found?.max).toBeCloseTo(0.1, 12)
    expect(busy?.measured).toBeCloseTo(Math.sqrt(1.04 * 1.2) - 1, 12)
    expect(busy?.verdict).toBe('differs')
  })

  test('the web is judged where none is not idle, on the worst load', () => {
    const load = (bytes: number, config: string, wall: number, busy: number): CellRecord =>
      cell(['web', config, 1], 'load', { wall, busy }, { bytes })
    const cells = [
      ...[load(1024, 'none', 1000, 995), load(1024, 'memv6', 1030, 1030)],
      ...[load(10_240, 'none', 1000, 999), load(10_240, 'memv6', 1045, 1045)],
      ...[load(102_400, 'none', 1000, 400), load(102_400, 'memv6', 2000, 800)],
    ]
    const found = verdict(summarise(run(cells), claims), 'thttpd', 'memv6')
    expect(found?.measured).toBeCloseTo(0.045, 12)
    expect(found?.verdict).toBe('reproduced')
    const idle = verdict(summarise(run(cells.slice(4)), claims), 'thttpd', 'memv6')
    expect(idle).toMatchObject({ verdict: 'not measured', measured: null })
    expect(idle?.notes.join()).toContain('60.0 %')
  })

  test('one frame without a backup and coverage differs', () => {
    const good = summarise(syntheticRun(), claims)
    expect(verdict(good, 'coverage', 'memv6')).toMatchObject({ verdict: 'reproduced', measured: 1 })
    const base = syntheticRun()
    const cells = base.cells.map((one) =>
      one.config === 'memv6' && one.workload === 'boot' && one.seed === 2
        ? {
            ...one,
            rows: one.rows.map((row) => (row.metric === 'missing' ? { ...row, value: 3 } : row)),
          }
        : one,
    )
    const bad = summarise({ ...base, cells }, claims)
    expect(verdict(bad, 'coverage', 'memv6')).toMatchObject({ verdict: 'differs', measured: 0.99 })
    expect(bad.coverage.find(({ config }) => config === 'memv6')).toMatchObject({
      missing: 3,
      cell: 'boot_memv6_2',
    })
  })

  test('a run without a config, or without backups, is not measured, with the reason', () => {
    const summary = summarise(run([], { ...syntheticManifest, configs: [] }), claims)
    expect(summary.claims.every((claim) => claim.verdict === 'not measured')).toBe(true)
    expect(summary.claims.every((claim) => claim.notes.join('').length > 10)).toBe(true)
  })
})

describe('the summary as a whole', () => {
  const summary = summarise(syntheticRun(), claims)

  test('keeps its schema, survives JSON, and is the same each time', () => {
    expect(summarySchema.parse(JSON.parse(JSON.stringify(summary)))).toEqual(summary)
    expect(summarise(syntheticRun(), claims)).toEqual(summary)
    expect(summaryJsonSchema()).toMatchObject({ $schema: expect.stringContaining('2020-12') })
  })

  test('lists what did not run with the reason', () => {
    expect(summary.cells.failed).toMatchObject([{ cell: 'commands-forktest_memvisor_1' }])
    expect(summary.cells.skipped[0]?.why).toContain('not on this back end')
  })
})

describe('CSV', () => {
  test('quotes what needs it, one line a row', () => {
    const base = syntheticRun([1])
    const tables = csvTables(base, summarise(base, claims))
    expect([...tables.keys()]).toEqual([
      'rows.csv',
      'cells.csv',
      'overheads.csv',
      'latencies.csv',
      'claims.csv',
      'coverage.csv',
    ])
    const lines = tables.get('rows.csv')?.trimEnd().split('\n') ?? []
    expect(lines).toHaveLength(1 + base.cells.flatMap((one) => one.rows).length)
    expect(lines.find((line) => line.includes('backup-latency'))).toContain(
      '"{""bytes"":4096,""how"":""sbrk"",""frames"":""cold""}"',
    )
    expect(tables.get('claims.csv')).toContain('"thesis 2013, abstract"')
  })
})
