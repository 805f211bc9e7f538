// Chart: one picture drawn from a run's results alone. Invariant: virtual and host time never stand
// in one chart, and a chart without data is absent instead of empty.

import type { TopLevelSpec } from 'vega-lite'
import { arranged, entries } from '../registry/registry.ts'
import type { CellRecord } from '../results/cell.ts'
import type { Claim } from '../results/claim.ts'
import type { Manifest } from '../results/manifest.ts'
import { SeriesTable } from '../results/series.ts'
import { spreadNames } from '../results/spread.ts'
import type { StoredRun } from '../results/store.ts'
import { type Summary, summarise } from '../results/summary.ts'

export interface Chart {
  /** Equal to the file's name. */
  readonly name: string
  readonly title: string
  /** How to read it; the caption, and the text for who cannot see it. */
  readonly about: string
  /** The figures whose spread is drawn as bars; the caption then says what they are. */
  bars?(results: ChartResults): readonly { readonly samples: number }[]
  draw(results: ChartResults): TopLevelSpec | undefined
}

export interface ChartResults {
  readonly manifest: Manifest
  readonly summary: Summary
  /** What the summary judges, with the words for it. */
  readonly claims: readonly Claim[]
  readonly series: SeriesTable
  readonly cells: readonly CellRecord[]
}

/** The chart with a caption that says what its bars are in this run: `range of 3 seeds`. */
export function captioned(chart: Chart, results: ChartResults): Chart {
  if (chart.bars === undefined) return chart
  return { ...chart, about: `${chart.about} Bars: ${spreadNames(chart.bars(results))}.` }
}

/** Everything that can be drawn of a run, judged by `claims`. */
export function chartResults(run: StoredRun, claims: readonly Claim[]): ChartResults {
  const { manifest, cells } = run
  return {
    manifest,
    summary: summarise(run, claims),
    claims,
    series: new SeriesTable(cells),
    cells,
  }
}

/** The charts in the order of the report: answers first, then their parts; the rest by name. */
const PLACES = [
  ...['thesis', 'latency-size', 'overhead-commands', 'cycles-commands', 'hypervisor', 'micro'],
  ...['web', 'boot', 'web-host', 'web-host-cycles'],
]

/**
 * All charts of the folder `figures`, in their order. Throws RegistryError if one has not its file's name.
 */
export async function loadCharts(): Promise<Chart[]> {
  return arranged(await entries<Chart>('charts/figures'), PLACES)
}
