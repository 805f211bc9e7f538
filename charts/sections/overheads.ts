// The overheads as a table: every workload, every comparison, wall and busy, with their spread.

import { rowName } from '../../results/cell.ts'
import { spreadNames } from '../../results/spread.ts'
import { LATENCY_WORKLOAD, type Overhead } from '../../results/summary.ts'
import { type Html, html } from '../html.ts'
import { htmlTable, number, TableCell, type TableRow } from '../html-table.ts'
import { signedPercent, whole } from '../numbers.ts'
import type { Page } from '../section.ts'
import { cellTitle } from './cells.ts'

/** Latencies have a table of their own. */
const COSTS = /^(wall|busy)(-net)?$/

export function overheadsSection({ results }: Page): Html | undefined {
  const shown = results.summary.overheads.filter(
    ({ metric, workload, comparedIn }) =>
      COSTS.test(metric) &&
      workload !== LATENCY_WORKLOAD &&
      (comparedIn !== 'live-cycles' || metric.startsWith('busy')),
  )
  if (shown.length === 0) return undefined
  const configs = [...new Set(shown.map(({ config }) => config))]
  const tables = configs.map((config) =>
    tableOf(
      config,
      shown.filter((one) => one.config === config),
    ),
  )
  return html`<section id="overheads">
<h2>Overheads</h2>
<p>Extra cycles as a fraction, in wall cycles above and in busy cycles below, with the spread over
seeds (${spreadNames(shown)}) where it has a width. The keys of the cells behind a number are its
title; the cells themselves stand in <a href="#cells">the list of cells</a>. Figures of
<code>web-host</code> are live: they do not repeat, are cycles per request, and have no wall time but
the host’s own pace.</p>
${tables}
</section>`
}

interface Column {
  readonly baseline: string
  /** After the clock's name in the metric: nothing, or `-net`. */
  readonly kind: string
  readonly title: string
}

function tableOf(config: string, overheads: readonly Overhead[]): Html {
  const columns = columnsOf(overheads)
  const rows = [
    ...Map.groupBy(overheads, ({ workload, parameters, region }) =>
      JSON.stringify([rowName({ workload, parameters }), region]),
    ).values(),
  ]
  const policy = overheads[0]?.policy ?? '–'
  const profile = overheads[0]?.profile ?? '–'
  return html`<details ${policy === 'none' ? undefined : html`open`}><summary>${config}: ${rows.length} rows</summary>
${htmlTable({
  ...{ label: `Overheads of ${config}`, broad: true },
  caption: `${config}, policy ${policy}, profile ${profile}`,
  columns: ['Workload', number('Cycles'), ...columns.map(({ title }) => number(title))],
  rows: rows.map((row) => rowOf(row, columns)),
})}</details>
`
}

/** The columns of a table, in the order of the summary: like with like first. */
function columnsOf(overheads: readonly Overhead[]): Column[] {
  const seen = new Map<string, Column>()
  for (const { baseline, metric } of overheads) {
    const kind = metric.replace(/^(wall|busy)/, '')
    const title = kind === '' ? `over ${baseline}` : `net of control, of ${baseline}`
    seen.set(`${baseline} ${kind}`, { baseline, kind, title })
  }
  return [...seen.values()]
}

const CLOCKS = ['wall', 'busy'] as const

function rowOf(row: readonly Overhead[], columns: readonly Column[]): TableRow {
  const first = row[0]
  const cycles = CLOCKS.map((clock) => row.find(({ metric }) => metric === clock))
  const cells = columns.map(({ baseline, kind }) =>
    CLOCKS.map((clock) =>
      row.find((one) => one.baseline === baseline && one.metric === `${clock}${kind}`),
    ),
  )
  const clocks = CLOCKS.map(
    (clock, i) => html`<span class="clock">${clock}</span>
${cycles[i] === undefined ? '–' : whole(cycles[i].configValue)}<br>`,
  )
  return { cells: [first === undefined ? '' : rowName(first), clocks, ...cells.map(figures)] }
}

/** Wall above, busy below, each with its spread where that has a width. */
function figures(overheads: readonly (Overhead | undefined)[]): TableCell {
  const keys = overheads.find((one) => one !== undefined)?.cells ?? []
  return new TableCell(overheads.map(figure), cellTitle(keys))
}

function figure(overhead: Overhead | undefined): Html {
  if (overhead === undefined) return html`–<br>`
  const [value, low, high] = [overhead.value, overhead.low, overhead.high].map((one) =>
    signedPercent(one, 2),
  )
  const interval = low === high ? undefined : html`<span class="inline">(${low} … ${high})</span> `
  return html`${interval}${value}<br>`
}
