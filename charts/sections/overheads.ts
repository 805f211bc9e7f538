// The overheads as a table: every workload, every comparison, wall and busy, with intervals.

import { rowName } from '../../results/cell.ts'
import type { Overhead } from '../../results/summary.ts'
import { type Html, html } from '../html.ts'
import { signedPercent, whole } from '../numbers.ts'
import type { Page } from '../page.ts'
import { cellTitle } from './cells.ts'

/** Latencies have a table of their own. */
const COSTS = /^(wall|busy)(-net)?$/

export function overheadsSection({ results }: Page): Html | undefined {
  const shown = results.summary.overheads.filter(
    ({ metric, workload }) => COSTS.test(metric) && workload !== 'backup-latency',
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
<p>Extra cycles as a fraction, with the 95 % interval over seeds below. The keys of the cells behind a number are its title; the cells themselves stand in <a href="#cells">the list of cells</a>. Figures of <code>web-host</code> are live: they do not repeat, and are cycles per request.</p>
${tables}
</section>`
}

interface Column {
  readonly baseline: string
  readonly metric: string
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
  return html`<details ${openAttribute(policy !== 'none')}><summary>${config}: ${rows.length} rows</summary>
<div class="wide" tabindex="0" role="region" aria-label="Overheads of ${config}"><table>
<caption>${config}, policy ${policy}, profile ${profile}</caption>
<thead><tr><th scope="col">Workload</th><th scope="col" class="number">Cycles, wall</th>${columns.map(({ title }) => html`<th scope="col" class="number">${title}</th>`)}</tr></thead>
<tbody>${rows.map((row) => lineOf(row, columns))}</tbody></table></div></details>
`
}

function openAttribute(open: boolean): Html | undefined {
  return open ? html`open` : undefined
}

function columnsOf(overheads: readonly Overhead[]): Column[] {
  const seen = new Map<string, Column>()
  for (const { baseline, metric, config } of overheads) {
    const [clock, net] = metric.split('-')
    const title =
      net === undefined ? `${clock} over ${baseline}` : `${clock}, net of control, of ${baseline}`
    seen.set(`${config} ${baseline} ${metric}`, { baseline, metric, title })
  }
  return [...seen.values()]
}

function lineOf(row: readonly Overhead[], columns: readonly Column[]): Html {
  const first = row[0]
  const cells = columns.map(({ baseline, metric }) =>
    figure(row.find((one) => one.baseline === baseline && one.metric === metric)),
  )
  const wall = row.find(({ metric }) => metric === 'wall')
  return html`<tr><th scope="row">${first === undefined ? '' : rowName(first)}</th><td class="number">${wall === undefined ? '–' : whole(wall.configValue)}</td>${cells}</tr>
`
}

function figure(overhead: Overhead | undefined): Html {
  if (overhead === undefined) return html`<td class="number">–</td>`
  const { value, low, high, cells } = overhead
  const interval =
    low === high
      ? undefined
      : html`<span class="interval">${signedPercent(low, 2)} … ${signedPercent(high, 2)}</span>`
  return html`<td class="number" title="${cellTitle(cells)}">${signedPercent(value, 2)}${interval}</td>`
}
