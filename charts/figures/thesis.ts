// The answer at a glance: what backups cost, against what the thesis says. Each line is one that a claim asks
// for in its own file, with the claim's acceptance in grey.

import type { TopLevelSpec } from 'vega-lite'
import type { Acceptance, Claim } from '../../results/claim.ts'
import type { ClaimVerdict } from '../../results/summary.ts'
import type { Chart, ChartResults } from '../chart.ts'
import { SIGNED_PERCENT } from '../overhead-plot.ts'
import { BAND, LIMIT, looks } from '../theme.ts'
import { figure, spread, word } from '../tooltip.ts'

const WIDTH = 560
const LINE = 46

/** A line of the chart: its verdicts that have a figure, and what the thesis says. */
interface DrawnLine {
  readonly label: string
  readonly unit: string
  readonly accept: Acceptance
  readonly verdicts: readonly ClaimVerdict[]
}

export default {
  name: 'thesis',
  title: 'What the backups cost, and what the thesis says',
  about:
    'One line a claim; commands also without waiting for the disk and the console (busy ' +
    'cycles). Points: our figure, the median over seeds. Grey: the figure of the thesis. ' +
    'Above in extra time as a fraction, below in extra milliseconds of virtual time.',
  bars: (results) =>
    linesOf(results).flatMap(({ verdicts }) =>
      verdicts.map(({ seeds }) => ({ samples: seeds ?? 0 })),
    ),
  draw(results) {
    const lines = linesOf(results)
    if (lines.length === 0) return undefined
    const shown = lines.flatMap(({ verdicts }) => verdicts)
    const labels = [...new Set(shown.map(comparisonOf))].toSorted()
    const units = [...new Set(lines.map(({ unit }) => unit))].toSorted(fractionsFirst)
    const panels = units.map((unit) => {
      const scale = scaleOf(unit, results.manifest.profile.name)
      return panel(
        lines.filter((line) => line.unit === unit),
        labels,
        scale,
      )
    })
    return {
      vconcat: panels,
      spacing: 18,
      resolve: { legend: { color: 'shared' } },
    } as unknown as TopLevelSpec
  },
} satisfies Chart

/** The lines of all claims that have a figure, in the order of the claims. */
function linesOf({ claims, summary }: ChartResults): DrawnLine[] {
  const measured = summary.claims.filter((verdict) => verdict.measured !== null)
  return claims.flatMap(({ name, words, unit, accept }: Claim) =>
    (words?.lines ?? []).flatMap(({ label, metric = null }) => {
      const verdicts = measured.filter((one) => one.name === name && one.metric === metric)
      return verdicts.length === 0 ? [] : [{ label, unit, accept, verdicts }]
    }),
  )
}

function fractionsFirst(a: string, b: string): number {
  return Number(b === 'fraction') - Number(a === 'fraction')
}

interface Scale {
  readonly title: string
  readonly labelExpr: string
  readonly format: string
}

function scaleOf(unit: string, profile: string): Scale {
  if (unit === 'fraction') {
    return { title: 'extra time', labelExpr: SIGNED_PERCENT, format: '+.2%' }
  }
  return {
    title: `extra ${unit} of virtual time (profile ${profile})`,
    labelExpr: `datum.value === 0 ? '0' : format(datum.value, '.3~') + ' ${unit}'`,
    format: '.4f',
  }
}

function panel(lines: readonly DrawnLine[], labels: readonly string[], scale: Scale): object {
  const values = lines.flatMap(({ label, verdicts }) =>
    verdicts.map((verdict) => ({
      line: label,
      comparison: comparisonOf(verdict),
      ...{ measured: verdict.measured, low: verdict.low, high: verdict.high },
      ...{ spread: verdict.spread, verdict: verdict.verdict },
    })),
  )
  const y = rowsOf(lines)
  return {
    width: WIDTH,
    height: lines.length * LINE,
    layer: [...thesisLayers(lines, y, scale), ...pointLayers(values, y, labels, scale)],
  }
}

function comparisonOf({ config, over }: ClaimVerdict): string {
  return [config, ...(over === null ? [] : ['over', over])].join(' ')
}

/** The vertical axis: a row a line. */
function rowsOf(lines: readonly DrawnLine[]): object {
  return {
    field: 'line',
    type: 'nominal',
    sort: lines.map(({ label }) => label),
    axis: { title: null, ticks: false, domain: false, labelPadding: 10, labelFontSize: 15 },
  }
}

/** The figures for which a claim holds, lowest and highest; an upper bound is drawn from zero. */
function bandOf(accept: Acceptance): { from: number; to: number } {
  switch (accept.kind) {
    case 'at most':
      return { from: 0, to: accept.bound }
    case 'within':
      return { from: accept.low, to: accept.high }
    case 'exactly':
      return { from: accept.value, to: accept.value }
    default:
      return accept satisfies never
  }
}

function thesisLayers(lines: readonly DrawnLine[], y: object, scale: Scale): object[] {
  const x = {
    field: 'from',
    type: 'quantitative',
    axis: { title: scale.title, labelExpr: scale.labelExpr, tickCount: 6 },
  }
  const values = lines.map(({ label, accept }) => ({ line: label, ...bandOf(accept) }))
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

function pointLayers(
  values: readonly object[],
  y: object,
  labels: readonly string[],
  scale: Scale,
): object[] {
  const { colour, shape } = looks(labels)
  const where = {
    y,
    yOffset: { field: 'comparison', type: 'nominal', sort: [...labels] },
    color: { field: 'comparison', type: 'nominal', scale: colour },
  }
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
          word('line', 'claim'),
          word('comparison'),
          figure('measured', 'measured', scale.format),
          ...spread(scale.format),
          word('verdict'),
        ],
      },
    },
  ]
}
