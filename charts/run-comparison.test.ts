// What a run comparison looks like: equal runs are one line, no line is too wide, no text of a run is
// markup.

import stringWidth from 'string-width'
import { describe, expect, test } from 'vitest'
import { cell, type Figures, run } from '../results/made-up-cells.fixture.ts'
import type { Manifest } from '../results/manifest.ts'
import { compareRuns, type RunComparison } from '../results/run-comparison.ts'
import { syntheticManifest } from '../results/synthetic-run.fixture.ts'
import { comparisonMarkdown } from './run-comparison-markdown.ts'
import { comparisonText } from './run-comparison-text.ts'

const ALL = Number.POSITIVE_INFINITY
const { plan: _, ...unplanned } = syntheticManifest
const named = (name: string, emulator: string): Manifest => ({
  ...unplanned,
  run: name,
  versions: { ...unplanned.versions, emulator },
})
const PARAMETERS = { bytes: 204_800, frames: 'cold', how: 'sbrk' }
const latency = (figures: Figures, config: string, region = 'space') =>
  cell(['backup-latency', config, 1], region, figures, PARAMETERS)

function compared(region = 'space'): RunComparison {
  const figures = { wall: 1_000_000, busy: 900_000 }
  const base = [latency(figures, 'none', region), latency(figures, 'memv6', region)]
  const next = [
    latency({ wall: 1_000_001, busy: 800_000 }, 'none', region),
    latency({ wall: 1_300_000, busy: 900_000 }, 'memv6', region),
    cell(['noop', 'none', 1], 'noop', { wall: 1 }),
  ].map((one) => ({ ...one, cell: `${one.cell}-b` }))
  return compareRuns(run(base, named('yesterday', 'a')), run(next, named('tonight', 'b')))
}

describe('in text', () => {
  test('a difference has its share, its values, its cell and what may be its cause', () => {
    const text = comparisonText(compared(), { colour: false, limit: ALL })
    expect(
      text,
    ).toBe(`base yesterday → new tonight: 2 of 2 cells differ; of 4 virtual figures 2 worse, 1 better, 1 equal

of       input that differs  base → new
the run  emulator            a → b

change   figure      base       new        workload        parameters                         config  seed    besides  may be due to
+30.0 %  space wall  1,000,000  1,300,000  backup-latency  bytes=204800 frames=cold how=sbrk  memv6   seed 1           emulator
−11.1 %  space busy  900,000    800,000    backup-latency  bytes=204800 frames=cold how=sbrk  none    seed 1  1 worse  emulator

only in new tonight, 1 cell: noop · none · seed 1
`)
  })

  test('equal runs are one line', () => {
    const cells = [latency({ wall: 5 }, 'none'), latency({ wall: 6 }, 'memv6')]
    const [a, b] = [run(cells, named('a', '1')), run(cells, named('b', '2'))]
    expect(comparisonText(compareRuns(a, b), { colour: false, limit: ALL, columns: 80 })).toBe(
      'equal: base a and new b, 2 cells, 2 virtual figures\n',
    )
  })

  test('one cycle of a million is told with the digits that show it', () => {
    const [base, next] = [1_000_000, 1_000_001].map((wall) => run([latency({ wall }, 'none')]))
    const text = comparisonText(compareRuns(base!, next!), { colour: false, limit: ALL })
    expect(text).toMatch(/^\+0\.00010 % {2}space wall {2}1,000,000 {2}1,000,001 /m)
  })

  test.each([40, 80])('no line is wider than %i columns, and every figure stands', (columns) => {
    const text = comparisonText(compared(), { colour: false, limit: ALL, columns })
    const widest = Math.max(...text.split('\n').map((line) => stringWidth(line)))
    expect(widest).toBeLessThanOrEqual(columns)
    const words = ['+30.0 %', '1,300,000', 'bytes=204800 frames=cold how=sbrk', 'memv6', 'a → b']
    for (const word of words) expect(text).toContain(word)
  })

  test('what is unlike stands above every figure', () => {
    const seeded = { ...named('c', 'a'), seeds: [1] }
    const [base, next] = [
      run([latency({ wall: 5 }, 'none')]),
      run([latency({ wall: 6 }, 'none')], seeded),
    ]
    const comparison = compareRuns(base, next)
    const said = 'unlike runs, compared on request: seeds 1, 2, 3 → 1'
    expect(comparisonText(comparison, { colour: false, limit: ALL })).toMatch(`${said}\n`)
    expect(comparisonText(comparison, { colour: false, limit: ALL })).toMatch(/^unlike runs/)
    expect(comparisonMarkdown(comparison, ALL)).toMatch(/^> \*\*<code>unlike runs/)
  })

  test('cells beyond the limit are counted', () => {
    expect(comparisonText(compared(), { colour: false, limit: 1 })).toContain('… and 1 more cell\n')
    expect(comparisonMarkdown(compared(), 1)).toContain('… and 1 more cell.\n')
  })
})

test('in Markdown no text of a run is markup, a mention or another column', () => {
  const hostile = 'a|b <img src=x> @someone `x` [l](http://x) *b* _i_ &lt; \\ ~~s~~'
  const markdown = comparisonMarkdown(compared(hostile), ALL)
  const rows = markdown.split('\n').filter((line) => line.includes('someone'))
  expect(rows).toHaveLength(2)
  for (const row of rows) {
    expect(row.split('|')).toHaveLength(12)
    const bare = row.replaceAll(/<\/?code>|&#\d+;/g, '')
    expect(bare).not.toMatch(/[<>@`[\]*_\\~&(]|http:\/\//)
  }
})
