// The answer at a glance: what backups cost, against what the thesis says, one line a claim.

import type { TopLevelSpec } from 'vega-lite'
import type { ClaimVerdict } from '../../results/summary.ts'
import type { Chart, ChartResults } from '../chart.ts'
import { SIGNED_PERCENT } from '../overhead-plot.ts'
import { BAND, LIMIT, looks } from '../theme.ts'

/** The claims drawn, what their line says, and the thesis's figure. */
const lines = [
  { claim: 'xv6-commands', metric: 'wall', line: 'xv6 commands', low: 0.05, high: 0.08 },
  { claim: 'xv6-commands', metric: 'busy', line: 'without waiting', low: 0.05, high: 0.08 },
  { claim: 'thttpd', metric: null, line: 'web server', low: 0, high: 0.05 },
  { claim: 'backup-200kb', metric: null, line: 'backup of 200 KB', low: 0, high: 1 },
] as const
const WIDTH = 560
const LINE = 46

export default {
  name: 'thesis',
  order: 1,
  title: 'What the backups cost, and what the thesis says',
  about:
    'One line a claim; commands also without waiting for the disk and the console (busy ' +
    'cycles). Points: our figure, the median over seeds. Grey: the figure of the thesis. ' +
    'Above in extra time as a fraction, below in extra milliseconds of virtual time ' +
    'for a space of 200 KB.',
  bars: (results) => drawn(results).map(({ seeds }) => ({ samples: seeds ?? 0 })),
  draw(results) {
    const { manifest } = results
    const shown = drawn(results)
    const labels = [...new Set(shown.map(comparisonOf))].toSorted()
    const fractions = panel(shown, ['xv6-commands', 'thttpd'], labels, {
      title: 'extra time',
      labelExpr: SIGNED_PERCENT,
      format: '+.2%',
    })
    const ms = panel(shown, ['backup-200kb'], labels, {
      title: `extra ms of virtual time (profile ${manifest.profile.name})`,
      labelExpr: "datum.value === 0 ? '0' : format(datum.value, '.3~') + ' ms'",
      format: '.4f',
    })
    const panels = [fractions, ms].filter((one) => one !== undefined)
    if (panels.length === 0) return undefined
    return {
      vconcat: panels,
      spacing: 18,
      resolve: { legend: { color: 'shared' } },
    } as unknown as TopLevelSpec
  },
} satisfies Chart

/** The claims of the lines that have a figure. */
function drawn({ summary }: ChartResults): ClaimVerdict[] {
  return summary.claims.filter(
    (claim) => claim.measured !== null && lines.some((line) => isOf(line, claim)),
  )
}

interface Scale {
  readonly title: string
  readonly labelExpr: string
  readonly format: string
}

function panel(
  claims: readonly ClaimVerdict[],
  names: readonly string[],
  labels: readonly string[],
  scale: Scale,
): object | undefined {
  const shown = claims.filter((claim) => names.includes(claim.name))
  if (shown.length === 0) return undefined
  const rows = lines.filter((line) => shown.some((claim) => isOf(line, claim)))
  const values = shown.map((claim) => ({
    line: rows.find((row) => isOf(row, claim))?.line,
    comparison: comparisonOf(claim),
    ...{ measured: claim.measured, low: claim.low, high: claim.high },
    ...{ spread: claim.spread, verdict: claim.verdict },
  }))
  return {
    width: WIDTH,
    height: rows.length * LINE,
    layer: [...thesisLayers(rows, scale), ...pointLayers(values, labels, scale)],
  }
}

function comparisonOf({ config, over }: ClaimVerdict): string {
  return [config, ...(over === null ? [] : ['over', over])].join(' ')
}

function isOf(line: (typeof lines)[number], claim: ClaimVerdict): boolean {
  return line.claim === claim.name && line.metric === claim.metric
}

const y = {
  field: 'line',
  type: 'nominal',
  sort: lines.map(({ line }) => line),
  axis: { title: null, ticks: false, domain: false, labelPadding: 10, labelFontSize: 15 },
}

function thesisLayers(rows: readonly (typeof lines)[number][], scale: Scale): object[] {
  const x = {
    field: 'from',
    type: 'quantitative',
    axis: { title: scale.title, labelExpr: scale.labelExpr, tickCount: 6 },
  }
  const values = rows.map(({ line, low, high }) => ({ line, from: low, to: high }))
  return [
    {
      data: { values },
      mark: { type: 'bar', color: BAND, height: { band: 0.8 } },
      encoding: { y, x, x2: { field: 'to' } },
    },
    {
      data: { values },
      mark: { type: 'tick', color: LIMIT, thickness: 2, height: LINE * 0.8, orient: 'vertical' },
      encoding: { y, x: { ...x, field: 'to' } },
    },
  ]
}

function pointLayers(values: readonly object[], labels: readonly string[], scale: Scale): object[] {
  const { colour, shape } = looks(labels)
  const where = {
    y,
    yOffset: { field: 'comparison', type: 'nominal', sort: [...labels] },
    color: { field: 'comparison', type: 'nominal', scale: colour },
  }
  const number = (field: string, title: string): object => ({
    ...{ field, title, format: scale.format },
    type: 'quantitative',
  })
  return [
    {
      data: { values },
      mark: { type: 'rule', strokeWidth: 3 },
      encoding: { ...where, x: { field: 'low', type: 'quantitative' }, x2: { field: 'high' } },
    },
    {
      data: { values },
      mark: { type: 'point', size: 130 },
      encoding: {
        ...where,
        x: { field: 'measured', type: 'quantitative' },
        shape: { field: 'comparison', type: 'nominal', scale: shape },
        tooltip: [
          { field: 'line', type: 'nominal', title: 'claim' },
          { field: 'comparison', type: 'nominal' },
          number('measured', 'measured'),
          { field: 'spread', type: 'nominal' },
          number('low', 'from'),
          number('high', 'to'),
          { field: 'verdict', type: 'nominal' },
        ],
      },
    },
  ]
}
