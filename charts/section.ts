// What a section of the page is made from. Invariant: a section reads these and draws nothing itself.

import type { TopLevelSpec } from 'vega-lite'
import type { StoredRun } from '../results/store.ts'
import type { Chart, ChartResults } from './chart.ts'
import type { Html } from './html.ts'

/** A chart drawn. */
export interface Figure {
  readonly chart: Chart
  readonly spec: TopLevelSpec
  readonly svg: string
}

export interface Page {
  readonly run: StoredRun
  readonly results: ChartResults
  readonly figures: readonly Figure[]
  /** What could not be drawn. */
  readonly problems: readonly string[]
}

/** Undefined where the run has nothing that the section could show. */
export type PageSection = (page: Page) => Html | undefined
