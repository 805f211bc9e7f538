// The plot of overheads: a line for each row, a point with its spread for each comparison, one
// panel for each metric. Shared by every chart of fractions.

import type { TopLevelSpec } from 'vega-lite'
import { spreadName } from '../results/spread.ts'
import type { Overhead } from '../results/summary.ts'
import { comparisonLabel } from './comparison.ts'
import { BAND, LIMIT, looks } from './theme.ts'
import { figure, spread, type TooltipField, word } from './tooltip.ts'

export interface OverheadPlot {
  readonly overheads: readonly Overhead[]
  /** What its line is called; equal labels share a line. */
  readonly label: (overhead: Overhead) => string
  /** A panel each. */
  readonly metrics: readonly ('wall' | 'busy')[]
  /** Symmetric logarithmic where overheads of tenths and of thousands of percent stand together: it
   * is linear about zero, so nothing is left out. Default `linear`. */
  readonly scale?: 'linear' | 'symlog'
  /** Figures of the thesis, drawn behind. */
  readonly thesis?: { readonly low?: number; readonly high: number }
}

const panelTitle = { wall: 'wall cycles', busy: 'busy cycles (without waiting)' } as const
/** Height of one comparison within a line, in pixels. */
const STEP = 15
const LINE_PADDING = 10
/** A point at the end of the axis keeps clear of its edge, in pixels. */
const EDGE = 8
/** The symmetric logarithmic axis is linear up to about this overhead on both sides of zero. */
const LINEAR_TO = 0.01
/** The ticks of the axis, as fractions. */
const DECADES = [-1, -0.1, -0.01, 0, 0.01, 0.1, 1, 10, 100]
/** No sign at zero. */
export const SIGNED_PERCENT = "datum.value === 0 ? '0' : format(datum.value, '+,.3~%')"
const WIDTH = { one: 520, two: 272 } as const
const HEAD_FONT = { fontWeight: 600, fontSize: 14 } as const

export function overheadPlot(plot: OverheadPlot): TopLevelSpec | undefined {
  const { overheads, metrics } = plot
  const symlog = plot.scale === 'symlog'
  const shown = overheads.filter(({ metric }) => metrics.some((wanted) => wanted === metric))
  if (shown.length === 0) return undefined
  const labels = [...new Set(shown.map(comparisonLabel))]
  const lines = [...new Set(shown.map(plot.label))]
  const width = metrics.length > 1 ? WIDTH.two : WIDTH.one
  const panels = metrics.map((metric, place) => ({
    width,
    height: lines.length * (labels.length * STEP + LINE_PADDING),
    data: { values: shown.filter((one) => one.metric === metric).map((one) => point(plot, one)) },
    layer: [
      ...thesisLayers(plot.thesis),
      panelHead(panelTitle[metric], width),
      zeroRule,
      ...pointLayers(labels, lines, place === 0, symlog),
    ],
  }))
  return {
    hconcat: panels,
    spacing: 16,
    resolve: { scale: { x: 'shared' } },
  } as unknown as TopLevelSpec
}

const zeroRule = {
  data: { values: [{}] },
  mark: { type: 'rule', color: LIMIT },
  encoding: { x: { datum: 0 } },
}

/**
 * A panel's title as a mark, no wider than the panel: titles of panels with and without labels would not
 * line up.
 */
export function panelHead(text: string, width: number): object {
  return {
    data: { values: [{}] },
    mark: { ...{ type: 'text', text, limit: width, align: 'left' }, x: 0, y: -9, ...HEAD_FONT },
  }
}

function point(plot: OverheadPlot, overhead: Overhead): object {
  const { metric, value, low, high, samples, configValue, baselineValue } = overhead
  return {
    line: plot.label(overhead),
    comparison: comparisonLabel(overhead),
    clock: metric,
    ...{ value, low, high, configValue, baselineValue },
    spread: spreadName(samples),
  }
}

function thesisLayers(thesis: OverheadPlot['thesis']): object[] {
  if (thesis === undefined) return []
  return [
    {
      data: { values: [{}] },
      mark: { type: 'rect', color: BAND, opacity: 0.7 },
      encoding: { x: { datum: thesis.low ?? 0 }, x2: { datum: thesis.high } },
    },
  ]
}

function pointLayers(
  labels: readonly string[],
  lines: readonly string[],
  named: boolean,
  symlog: boolean,
): object[] {
  const { colour, shape } = looks(labels)
  const where = {
    y: {
      field: 'line',
      type: 'nominal',
      sort: [...lines],
      scale: { paddingInner: 0.25, paddingOuter: 0.15 },
      axis: {
        title: null,
        labels: named,
        ticks: false,
        domain: false,
        grid: true,
        labelPadding: 8,
        tickBand: 'extent',
      },
    },
    yOffset: { field: 'comparison', type: 'nominal', sort: [...labels] },
    color: { field: 'comparison', type: 'nominal', scale: colour },
  }
  const x = (field: string): object => ({
    field,
    type: 'quantitative',
    scale: symlog
      ? { type: 'symlog', constant: LINEAR_TO, nice: false, padding: 2 * EDGE }
      : { padding: EDGE },
    axis: {
      labelExpr: SIGNED_PERCENT,
      title: 'overhead',
      ...(symlog ? { values: DECADES } : { tickCount: 5 }),
    },
  })
  return [
    {
      mark: { type: 'rule', strokeWidth: 2 },
      encoding: { ...where, x: x('low'), x2: { field: 'high' } },
    },
    {
      mark: { type: 'point' },
      encoding: {
        ...where,
        x: x('value'),
        shape: { field: 'comparison', type: 'nominal', scale: shape },
        tooltip,
      },
    },
  ]
}

const FORMAT = '+.2%'
const tooltip: readonly TooltipField[] = [
  word('line', 'workload'),
  word('comparison'),
  word('clock'),
  figure('value', 'overhead', FORMAT),
  ...spread(FORMAT),
  figure('configValue', 'cycles', ',.0f'),
  figure('baselineValue', 'cycles compared with', ',.0f'),
]
