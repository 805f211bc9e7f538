// Chart: one picture drawn from a run's results alone. Invariant: virtual and host time never stand
// in one chart, and a chart without data is absent instead of empty.

import { readdir } from 'node:fs/promises'
import type { TopLevelSpec } from 'vega-lite'
import type { CellRecord } from '../results/cell.ts'
import type { Manifest } from '../results/manifest.ts'
import { SeriesTable } from '../results/series.ts'
import { spreadNames } from '../results/spread.ts'
import type { RunRecord } from '../results/store.ts'
import type { Summary } from '../results/summary.ts'

export interface Chart {
  /** Equal to the file's name. */
  readonly name: string
  /** Where it stands in the report. */
  readonly order: number
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
  readonly series: SeriesTable
  readonly cells: readonly CellRecord[]
}

/** The chart with a caption that says what its bars are in this run: `range of 3 seeds`. */
export function captioned(chart: Chart, results: ChartResults): Chart {
  if (chart.bars === undefined) return chart
  return { ...chart, about: `${chart.about} Bars: ${spreadNames(chart.bars(results))}.` }
}

export function chartResults(run: RunRecord, summary: Summary): ChartResults {
  const series = new SeriesTable(run.cells)
  return { manifest: run.manifest, summary, series, cells: run.cells }
}

/** All charts of the folder `figures`, in their order. Throws if one has not its file's name. */
export async function loadCharts(): Promise<Chart[]> {
  const folder = new URL('figures/', import.meta.url)
  const files = (await readdir(folder)).filter((file) => /^[\w-]+\.(ts|js)$/.test(file))
  const charts = await Promise.all(
    files.map(async (file) => {
      const { default: chart } = (await import(new URL(file, folder).href)) as { default: Chart }
      if (chart.name === file.replace(/\.(ts|js)$/, '')) return chart
      throw new Error(`charts/figures/${file}: expected a chart of this name, got ${chart.name}`)
    }),
  )
  return charts.toSorted((a, b) => a.order - b.order)
}
