// The extra time to create a space, against its size. What a claim says of one size is a rule at its bound
// and a rule at that size.

import type { TopLevelSpec } from 'vega-lite'
import { spreadName } from '../../results/spread.ts'
import { type CreationLatency, LATENCY_WORKLOAD } from '../../results/summary.ts'
import type { Chart, ChartResults } from '../chart.ts'
import { comparedWith } from '../comparison.ts'
import { panelHead } from '../overhead-plot.ts'
import { LIMIT, looks } from '../theme.ts'
import { figure, spread, type TooltipField, word } from '../tooltip.ts'

const KIB = 1024
/** The vertical axis is linear up to about this extra on both sides of zero, in ms. */
const LINEAR_TO_MS = 0.001
/** The ticks of the vertical axis, in ms. */
const DECADES = [-1, -0.1, -0.01, -1e-3, 0, 1e-3, 0.01, 0.1, 1, 10, 100]
const PANEL_HEIGHT = 320
/** All panels together, labels apart. */
const PANELS_WIDTH = 570
const SPACING = 16
/** A panel keeps this width, however many ways there are. */
const NARROWEST = 90
/** Sizes as people write them. */
const BYTES =
  "datum.value >= 1048576 ? format(datum.value / 1048576, '~') + ' MiB' : format(datum.value / 1024, '~') + ' KiB'"

export default {
  name: 'latency-size',
  title: 'The extra time to create a space with backups',
  about:
    'Extra virtual time to create a space of a given size, over the same config without ' +
    'backups, one panel for each way to create it; the median over seeds. Both axes are ' +
    'logarithmic, the vertical one on both sides of zero and linear between −1 µs and +1 µs. ' +
    'Solid: frames never touched since boot. Dashed and hollow: frames used before. The ' +
    'rules are the bound of the thesis and the size of which it speaks.',
  bars: shownLatencies,
  draw(results) {
    const values = points(results)
    if (values.length === 0) return undefined
    const labels = [...new Set(values.map(({ comparison }) => comparison))]
    const ways = [...new Set(values.map(({ how }) => how))]
    const width = Math.max(NARROWEST, Math.round(PANELS_WIDTH / ways.length) - 2 * SPACING)
    return {
      hconcat: ways.map((how, place) => ({
        width,
        height: PANEL_HEIGHT,
        data: { values: values.filter((value) => value.how === how) },
        layer: [
          panelHead(how, width),
          ...bounds(results).flatMap(ruleLayers),
          ...lineLayers(
            labels,
            values.filter((value) => value.how === how),
            place === 0,
          ),
        ],
      })),
      spacing: SPACING,
      resolve: { scale: { x: 'shared', y: 'shared' } },
    } as unknown as TopLevelSpec
  },
} satisfies Chart

interface Point {
  readonly comparison: string
  readonly how: string
  readonly frames: string
}

/** The latencies of configs with backups over the same without: like with like. */
function shownLatencies({ manifest, summary }: ChartResults): CreationLatency[] {
  const sides = comparedWith(manifest)
  return summary.latencies.filter(({ config, over }) => sides.get(config) === over)
}

function points(results: ChartResults): Point[] {
  return shownLatencies(results).map((latency) => {
    const { bytes, how, frames, extraMs, lowMs, highMs, extraCycles, cycles, samples } = latency
    const comparison = `${latency.config} over ${latency.over}`
    return {
      ...{ comparison, how, bytes, frames, extraMs, lowMs, highMs },
      ...{ extraCycles, cycles, spread: spreadName(samples) },
    }
  })
}

interface Bound {
  readonly ms: number
  readonly bytes: number
}

/** What claims say of the time to create a space of one size. */
function bounds({ claims }: ChartResults): Bound[] {
  return claims.flatMap(({ unit, accept, judged }) => {
    const sizes = (judged?.points ?? [])
      .filter(({ workload }) => workload === LATENCY_WORKLOAD)
      .map(({ parameters }) => parameters.bytes)
    const [bytes] = sizes
    const one = typeof bytes === 'number' && sizes.every((size) => size === bytes)
    return one && unit === 'ms' && accept.kind === 'at most' ? [{ ms: accept.bound, bytes }] : []
  })
}

function ruleLayers({ ms, bytes }: Bound): object[] {
  const rule = { type: 'rule', color: LIMIT, strokeDash: [2, 3] }
  const text = { type: 'text', color: LIMIT, fontSize: 12 }
  return [
    { data: { values: [{}] }, mark: rule, encoding: { y: { datum: ms } } },
    { data: { values: [{}] }, mark: rule, encoding: { x: { datum: bytes } } },
    {
      data: { values: [{}] },
      mark: { ...text, align: 'left', dx: 4, dy: -7, x: 0, text: `thesis: ${ms} ms` },
      encoding: { y: { datum: ms } },
    },
    {
      data: { values: [{}] },
      mark: { ...text, align: 'left', dx: 4, dy: -6, y: 'height', text: `${bytes / KIB} KB` },
      encoding: { x: { datum: bytes } },
    },
  ]
}

const tooltip: readonly TooltipField[] = [
  word('comparison'),
  word('how'),
  word('frames'),
  figure('bytes', 'bytes', ','),
  figure('extraMs', 'extra ms', '.5f'),
  ...spread('.5f', 'lowMs', 'highMs'),
  figure('extraCycles', 'extra cycles', ',.0f'),
  figure('cycles', 'all cycles', ',.0f'),
]

function lineLayers(labels: readonly string[], values: readonly Point[], named: boolean): object[] {
  const { colour, shape } = looks(labels)
  const isShown = (frames: string): boolean => values.some((value) => value.frames === frames)
  const x = {
    field: 'bytes',
    type: 'quantitative',
    scale: { type: 'log', base: 2, nice: false, padding: 10 },
    axis: { title: 'size', values: [4, 64, 1024].map((size) => size * KIB), labelExpr: BYTES },
  }
  const y = {
    field: 'extraMs',
    type: 'quantitative',
    scale: { type: 'symlog', constant: LINEAR_TO_MS, nice: false, padding: 12 },
    axis: {
      title: named ? 'extra virtual time' : null,
      values: DECADES,
      labels: named,
      labelExpr: `datum.value === 0 ? '0' : format(datum.value, '~') + ' ms'`,
    },
  }
  const color = { field: 'comparison', type: 'nominal', scale: colour }
  const strokeDash = {
    field: 'frames',
    type: 'nominal',
    scale: {
      domain: ['cold', 'recycled'],
      range: [
        [1, 0],
        [5, 3],
      ],
    },
    legend: { title: 'frames', symbolType: 'stroke' },
  }
  return [
    { mark: { type: 'line', strokeWidth: 2 }, encoding: { x, y, color, strokeDash } },
    {
      mark: { type: 'rule', strokeWidth: 1.5 },
      encoding: { x, y: { ...y, field: 'lowMs' }, y2: { field: 'highMs' }, color },
    },
    ...(['cold', 'recycled'] as const).filter(isShown).map((frames) => ({
      data: { values: values.filter((value) => value.frames === frames) },
      mark: { type: 'point', size: 60, filled: frames === 'cold', strokeWidth: 2 },
      encoding: {
        ...{ x, y, color },
        shape: { field: 'comparison', type: 'nominal', scale: shape },
        tooltip,
      },
    })),
  ]
}
