// The plot of absolute values: one line for each workload, one point for each config, on a
// logarithmic axis, with its spread over seeds. Shared by every chart of cycles.

import type { TopLevelSpec } from 'vega-lite'
import { rowName } from '../results/cell.ts'
import type { Series } from '../results/series.ts'
import { spreadName } from '../results/spread.ts'
import { medianEstimate } from '../results/statistics.ts'
import { looks } from './theme.ts'
import { figure, spread, word } from './tooltip.ts'

export interface AbsolutePlot {
  readonly series: readonly Series[]
  readonly label: (series: Series) => string
  readonly title: string
  readonly scale: 'log' | 'zero'
  /** d3 format of the axis and the tooltip. */
  readonly format?: string
}

const STEP = 11
const LINE_PADDING = 14
const WIDTH = 560
const TOOLTIP_FORMAT = ',.6~f'

export function absolutePlot(plot: AbsolutePlot): TopLevelSpec | undefined {
  if (plot.series.length === 0) return undefined
  const configs = [...new Set(plot.series.map(({ config }) => config))]
  const lines = [...new Set(plot.series.map(plot.label))]
  const { colour, shape } = looks(configs)
  const format = plot.format ?? '.3~s'
  const values = plot.series.map((series) => point(plot, series))
  const where = {
    y: {
      field: 'line',
      type: 'nominal',
      sort: lines,
      scale: { paddingInner: 0.25, paddingOuter: 0.15 },
      axis: {
        title: null,
        ticks: false,
        domain: false,
        grid: true,
        tickBand: 'extent',
        labelPadding: 8,
      },
    },
    yOffset: { field: 'config', type: 'nominal', sort: configs },
    color: { field: 'config', type: 'nominal', scale: colour },
  }
  const x = {
    field: 'value',
    type: 'quantitative',
    scale: plot.scale === 'log' ? logarithmic(values) : { zero: true },
    axis: { title: plot.title, format, tickCount: 6 },
  }
  return {
    width: WIDTH,
    height: lines.length * (configs.length * STEP + LINE_PADDING),
    data: { values },
    layer: [
      {
        mark: { type: 'rule', strokeWidth: 2 },
        encoding: { ...where, x: { ...x, field: 'low' }, x2: { field: 'high' } },
      },
      {
        mark: { type: 'point' },
        encoding: {
          ...where,
          x,
          shape: { field: 'config', type: 'nominal', scale: shape },
          tooltip: [
            word('workload'),
            word('config'),
            figure('value', plot.title, TOOLTIP_FORMAT),
            ...spread(TOOLTIP_FORMAT),
          ],
        },
      },
    ],
  } as unknown as TopLevelSpec
}

/** A logarithm has no zero: with one among the values, the axis is linear below the least of the others. */
function logarithmic(values: readonly { readonly low: number }[]): object {
  const positive = values.map(({ low }) => low).filter((low) => low > 0)
  if (positive.length === values.length) return { type: 'log', nice: false, padding: 20 }
  return {
    type: 'symlog',
    constant: positive.length > 0 ? Math.min(...positive) : 1,
    nice: false,
    padding: 20,
  }
}

function point(plot: AbsolutePlot, series: Series) {
  const { value, low, high, samples } = medianEstimate(seedValues(series))
  return {
    line: plot.label(series),
    workload: rowName(series),
    config: series.config,
    ...{ value, low, high, spread: spreadName(samples) },
  }
}

/** What the bars of such a plot rest on, for its caption. */
export function barsOf(series: readonly Series[]): { readonly samples: number }[] {
  return series.map(({ bySeed }) => ({ samples: bySeed.size }))
}

function seedValues({ bySeed }: Series): number[] {
  return Array.from(bySeed.values(), ({ value }) => value)
}
