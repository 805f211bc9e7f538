// The plot of absolute values: one line for each workload, one point for each config, on a
// logarithmic axis, with the range over seeds. Shared by every chart of cycles.

import type { TopLevelSpec } from 'vega-lite'
import { rowName } from '../results/cell.ts'
import type { Series } from '../results/series.ts'
import { median } from '../results/statistics.ts'
import { looks } from './theme.ts'

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

export function absolutePlot(plot: AbsolutePlot): TopLevelSpec | undefined {
  if (plot.series.length === 0) return undefined
  const configs = [...new Set(plot.series.map(({ config }) => config))]
  const lines = [...new Set(plot.series.map(plot.label))]
  const { colour, shape } = looks(configs)
  const format = plot.format ?? '.3~s'
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
    scale: plot.scale === 'log' ? { type: 'log', nice: false, padding: 20 } : { zero: true },
    axis: { title: plot.title, format, tickCount: 6 },
  }
  return {
    width: WIDTH,
    height: lines.length * (configs.length * STEP + LINE_PADDING),
    data: { values: plot.series.map((series) => point(plot, series)) },
    layer: [
      {
        mark: { type: 'rule', strokeWidth: 2 },
        encoding: { ...where, x: { ...x, field: 'least' }, x2: { field: 'greatest' } },
      },
      {
        mark: { type: 'point' },
        encoding: {
          ...where,
          x,
          shape: { field: 'config', type: 'nominal', scale: shape },
          tooltip: [
            { field: 'workload', type: 'nominal' },
            { field: 'config', type: 'nominal' },
            { field: 'value', type: 'quantitative', title: plot.title, format: ',.6~f' },
            { field: 'least', type: 'quantitative', title: 'least over seeds', format: ',.6~f' },
            { field: 'greatest', type: 'quantitative', title: 'greatest', format: ',.6~f' },
          ],
        },
      },
    ],
  } as unknown as TopLevelSpec
}

function point(plot: AbsolutePlot, series: Series): object {
  const values = [...series.bySeed.values()].map(({ value }) => value)
  return {
    line: plot.label(series),
    workload: rowName(series),
    config: series.config,
    value: median(values),
    least: Math.min(...values),
    greatest: Math.max(...values),
  }
}
