// Charts and page of runs that are unlike the usual one: more seeds, one config, a zero, a long name.

import { describe, expect, test } from 'vitest'
import type { CellRecord } from '../results/cell.ts'
import { loadClaims } from '../results/claim.ts'
import type { StoredRun } from '../results/store.ts'
import { syntheticRun } from '../results/synthetic-run.fixture.ts'
import { type Chart, chartResults } from './chart.ts'
import { chartNumbers } from './chart-numbers.ts'
import boot from './figures/boot.ts'
import commands from './figures/cycles-commands.ts'
import latency from './figures/latency-size.ts'
import web from './figures/web.ts'
import { reportPage } from './page.ts'
import { drawFigures } from './report.ts'

const claims = await loadClaims()

async function figureOf(chart: Chart, run: StoredRun) {
  const { figures, problems } = await drawFigures(chartResults(run, claims), [chart])
  expect(problems).toEqual([])
  return figures[0]!
}

const changed = (run: StoredRun, change: (cell: CellRecord) => CellRecord): StoredRun => ({
  ...run,
  cells: run.cells.map(change),
})

describe('bars', () => {
  const nine = syntheticRun([1, 2, 3, 4, 5, 6, 7, 8, 9])
  const cycles = nine.cells
    .filter(({ workload, config }) => workload === 'boot' && config === 'none')
    .map(({ rows }) => rows.find(({ metric }) => metric === 'wall')!.value)
    .toSorted((a, b) => a - b)

  test('of absolute values are the interval that the caption says, as those of overheads', async () => {
    const { chart, spec } = await figureOf(boot, nine)
    expect(chart.about).toContain('Bars: 95 % interval.')
    const [table] = chartNumbers(spec)
    const none = table!.rows.find((row) => row[1] === 'none')
    // The second of nine from below and from above enclose the median with 96 %.
    const [low, middle, high] = [cycles[1], cycles[4], cycles[7]].map((n) =>
      n?.toLocaleString('en'),
    )
    expect(none).toEqual(['boot', 'none', middle, '95 % interval', low, high])
  })

  test.each([boot, commands, web])('of few seeds are named a range: $name', async (chart) => {
    const { chart: shown, spec } = await figureOf(chart, syntheticRun([1, 2, 3]))
    expect(shown.about).toMatch(/Bars: range of 3 seeds\.$/)
    for (const { columns, rows } of chartNumbers(spec)) {
      const spread = columns.findIndex(({ title }) => title === 'spread')
      expect(new Set(rows.map((row) => row[spread]))).toEqual(new Set(['range of 3 seeds']))
    }
  })
})

test('charts and their tables write a percentage as the other tables do', async () => {
  const { figures } = await drawFigures(chartResults(syntheticRun(), claims))
  const drawn = figures.flatMap(({ spec, svg }) => [
    ...[...svg.matchAll(/>([^<>]*)<\/text>/g)].map(([, text = '']) => text),
    ...chartNumbers(spec).flatMap(({ rows }) => rows.flat()),
  ])
  const percentages = drawn.filter((text) => /^[+−]?[\d.,]+ ?%$/.test(text))
  expect(percentages.length).toBeGreaterThan(100)
  for (const text of percentages) expect(text).toMatch(/^[+−][\d.,]+ %$/)
})

test('the set-up of a run that went on names every suite and command', async () => {
  const run = syntheticRun([1])
  const resumed = [
    {
      suite: 'thesis',
      command: ['mirrorbench', 'run', '--suite', 'thesis', '--resume'],
      started: '2026-01-03T00:00:00.000Z',
    },
  ]
  const whole = { ...run, manifest: { ...run.manifest, resumed } }
  const page = await reportPage({
    run: whole,
    results: chartResults(whole, claims),
    figures: [],
    problems: [],
  })
  for (const fact of [
    /Suite<\/th>\s*<td>quick, thesis</,
    /Command<\/th>\s*<td>mirrorbench run --suite quick</,
    /Resumed<\/th>\s*<td>2026-01-03T00:00:00.000Z: mirrorbench run --suite thesis --resume</,
  ]) {
    expect(page).toMatch(fact)
  }
})

test('a zero does not vanish from a logarithmic chart, nor takes the chart with it', async () => {
  const zero = changed(syntheticRun([1]), (cell) => ({
    ...cell,
    rows: cell.rows.map((row) =>
      cell.workload === 'commands/ls' && cell.config === 'none' && row.metric === 'busy'
        ? { ...row, value: 0 }
        : row,
    ),
  }))
  const { svg } = await figureOf(commands, zero)
  const whole = await figureOf(commands, syntheticRun([1]))
  const marks = (text: string): number => text.match(/aria-roledescription="point"/g)?.length ?? 0
  expect(marks(svg)).toBe(marks(whole.svg))
  expect(svg).not.toContain('NaN')
})

test('a way to create a space with a long name leaves its chart as wide as it is', async () => {
  const how = 'W'.repeat(250)
  const long = changed(syntheticRun([1]), (cell) => {
    if (cell.workload !== 'backup-latency') return cell
    const parameters = { ...cell.parameters, how }
    return { ...cell, parameters, rows: cell.rows.map((row) => ({ ...row, parameters })) }
  })
  const width = (svg: string): number => Number(/width="([\d.]+)"/.exec(svg)?.[1])
  const { svg } = await figureOf(latency, long)
  expect(width(svg)).toBeLessThan(width((await figureOf(latency, syntheticRun([1]))).svg) + 40)
  expect(svg).toMatch(/>W+…</)
})

test('the abstract counts workloads where nothing was compared', async () => {
  const run = syntheticRun([1])
  const alone = { ...run, cells: run.cells.filter(({ config }) => config === 'none') }
  const results = chartResults(alone, claims)
  const page = await reportPage({ run: alone, results, figures: [], problems: [] })
  const names = new Set(alone.cells.map(({ workload }) => workload))
  expect(page.replace(/\s+/g, ' ')).toContain(`ran ${names.size} workloads on an emulated`)
})
