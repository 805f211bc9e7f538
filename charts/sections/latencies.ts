// The latencies as a table: the extra time to create a space, by size.

import { spreadNames } from '../../results/spread.ts'
import type { CreationLatency } from '../../results/summary.ts'
import { type Html, html } from '../html.ts'
import { bytes, milliseconds, whole } from '../numbers.ts'
import type { Page } from '../page.ts'
import { number, tableHead } from '../table-head.ts'
import { cellTitle } from './cells.ts'

export function latenciesSection({ results }: Page): Html | undefined {
  const { latencies } = results.summary
  if (latencies.length === 0) return undefined
  const sides = [...new Set(latencies.map(({ config, over }) => `${config} over ${over}`))]
  const ordered = latencies.toSorted(
    (a, b) => a.how.localeCompare(b.how) || a.frames.localeCompare(b.frames) || a.bytes - b.bytes,
  )
  const rows = [...Map.groupBy(ordered, (one) => `${one.how} ${one.frames} ${one.bytes}`).values()]
  return html`<section id="latencies">
<h2>Latency of creating a space</h2>
<div class="wide broad" tabindex="0" role="region" aria-label="Latencies"><table>
<caption>Extra virtual time over the same creation under the config after “over”, at
${results.manifest.profile.hz / 1e6} MHz (profile ${results.manifest.profile.name}); extra cycles
below, with their spread (${spreadNames(latencies)}).</caption>
${tableHead('By', 'Frames', number('Size'), ...sides.map(number))}
<tbody>${rows.map((row) => lineOf(row, sides))}</tbody></table></div>
</section>`
}

function lineOf(row: readonly CreationLatency[], sides: readonly string[]): Html {
  const first = row[0]
  if (first === undefined) return html``
  const cells = sides.map((side) =>
    figure(row.find(({ config, over }) => `${config} over ${over}` === side)),
  )
  return html`<tr><th scope="row">${first.how}</th><td>${first.frames}</td><td
class="number">${bytes(first.bytes)}</td>${cells}</tr>
`
}

function figure(latency: CreationLatency | undefined): Html {
  if (latency === undefined) return html`<td class="number">–</td>`
  const { extraMs, extraCycles, lowCycles, highCycles, cells } = latency
  const range = lowCycles === highCycles ? '' : ` (${whole(lowCycles)} … ${whole(highCycles)})`
  return html`<td class="number" title="${cellTitle(cells)}">${milliseconds(extraMs)}<span
class="interval">${whole(extraCycles)}${range}</span></td>`
}
