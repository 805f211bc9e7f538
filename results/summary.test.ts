// From rows to the summary: every figure here is computed by hand from rows made up for it.

import { describe, expect, test } from 'vitest'
import type { CellRecord } from './cell.ts'
import { loadClaims } from './claim.ts'
import { cell, overhead, run, verdict } from './made-up-cells.fixture.ts'
import { summarise, summarySchema } from './summary.ts'
import { syntheticRun } from './synthetic-run.fixture.ts'

const claims = await loadClaims()

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
    expect(overhead(summary, 'memv6', 'none', 'wall')?.value).toBeCloseTo(0.06, 12)
    expect(overhead(summary, 'memv6', 'none', 'busy')?.value).toBeCloseTo(0.075, 12)
    expect(overhead(summary, 'memvisor', 'visor-shadow', 'wall')?.value).toBeCloseTo(0.06, 12)
    expect(overhead(summary, 'memvisor', 'none', 'wall-net')?.value).toBeCloseTo(0.09, 12)
    expect(overhead(summary, 'memvisor', 'none', 'wall')?.value).toBeCloseTo(0.59, 12)
    expect(overhead(summary, 'memvisor', 'none', 'busy-net')?.value).toBeCloseTo(90 / 800, 12)
    expect(overhead(summary, 'memvisor', 'none', 'wall')?.cells).toEqual([
      'commands-ls--memvisor-1',
      'commands-ls--none-1',
    ])
  })

  test('only seeds that both sides have count, and the median is over them', () => {
    const cells = [
      ...[100, 100, 100].map((wall, i) => cell(['boot', 'none', i + 1], 'boot', { wall })),
      ...[110, 130, 120, 900].map((wall, i) => cell(['boot', 'memv6', i + 1], 'boot', { wall })),
    ]
    const found = overhead(summarise(run(cells), claims), 'memv6', 'none', 'wall')
    expect(found).toMatchObject({ samples: 3, baselineValue: 100, configValue: 120 })
    expect(found?.value).toBeCloseTo(0.2, 12)
    expect(found?.low).toBeCloseTo(0.1, 12)
    expect(found?.high).toBeCloseTo(0.3, 12)
  })

  test('live cycles without a count of requests give no figure', () => {
    const live = (config: string): CellRecord =>
      cell(['web-host', config, 1], 'load', { busy: 1000 }, {}, 'live-cycles')
    expect(summarise(run([live('none'), live('memv6')]), claims).overheads).toEqual([])
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
    expect(overhead(summary, 'memv6', 'none', 'busy')).toMatchObject({
      unit: 'fraction',
      comparedIn: 'live-cycles',
    })
    expect(overhead(summary, 'memv6', 'none', 'busy')?.value).toBeCloseTo(0.2, 12)
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
    expect(overhead(summary, 'memv6', 'none', 'wall')?.value).toBeCloseTo(0.1, 12)
  })
})

describe('the summary as a whole', () => {
  const summary = summarise(syntheticRun(), claims)

  test('keeps its schema, survives JSON, and is the same each time', () => {
    expect(summarySchema.parse(JSON.parse(JSON.stringify(summary)))).toEqual(summary)
    expect(summarise(syntheticRun(), claims)).toEqual(summary)
  })

  test('lists what did not run with the reason', () => {
    expect(summary.cells.failed).toMatchObject([{ cell: 'commands-stressfs_memvisor_1' }])
    expect(summary.cells.skipped[0]?.why).toContain('not on this back end')
  })
})

describe('a run that is not whole', () => {
  const whole = syntheticRun()
  const { planned } = summarise(whole, claims).cells

  test('says how many cells it lacks, and which', () => {
    expect(planned).toBe(whole.cells.length)
    const { cells } = summarise({ ...whole, cells: whole.cells.slice(40), torn: true }, claims)
    expect(cells).toMatchObject({ planned, torn: true })
    expect(cells.missing).toHaveLength(40)
    expect(cells.missing).toContain('noop · none · seed 1')
    expect(summarise(whole, claims).cells).toMatchObject({ missing: [], torn: false })
  })

  test('claims no seeds that have no cells, and each figure has its own', () => {
    const more = { ...whole.manifest, seeds: [1, 2, 3, 4, 5] }
    const noops = [4, 5].flatMap((seed) =>
      ['none', 'memv6'].map((config) => cell(['noop', config, seed], 'noop', { wall: 20 })),
    )
    const summary = summarise(
      { ...whole, manifest: more, cells: [...whole.cells, ...noops] },
      claims,
    )
    expect(summary.seeds).toEqual([1, 2, 3, 4, 5])
    const samples = (workload: string) =>
      summary.overheads.find((one) => one.workload === workload && one.config === 'memv6')?.samples
    expect([samples('noop'), samples('commands/ls')]).toEqual([5, 3])
    expect(verdict(summary, 'xv6-commands', 'memv6')?.seeds).toBe(3)
    expect(summarise({ ...whole, manifest: more }, claims).seeds).toEqual([1, 2, 3])
  })

  test('of an older version kept no plan, and then nothing is said of missing cells', () => {
    const { plan: _, ...manifest } = whole.manifest
    const { cells } = summarise({ ...whole, manifest, cells: whole.cells.slice(40) }, claims)
    expect(cells).toMatchObject({ planned: null, missing: [] })
  })
})
