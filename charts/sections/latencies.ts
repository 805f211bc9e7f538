// The latencies as a table: the extra time to create a space, by size.

import { spreadNames } from '../../results/spread.ts'
import type { CreationLatency } from '../../results/summary.ts'
import { type Html, html } from '../html.ts'
import { htmlTable, number, TableCell, type TableRow } from '../html-table.ts'
import { bytes, milliseconds, whole } from '../numbers.ts'
import type { Page } from '../section.ts'
import { cellTitle } from './cells.ts'

export function latenciesSection({ results }: Page): Html | undefined {
  const { latencies } = results.summary
  const { profile } = results.manifest
  if (latencies.length === 0) return undefined
  const sides = [...new Set(latencies.map(({ config, over }) => `${config} over ${over}`))]
  const ordered = latencies.toSorted(
    (a, b) => a.how.localeCompare(b.how) || a.frames.localeCompare(b.frames) || a.bytes - b.bytes,
  )
  const rows = [...Map.groupBy(ordered, (one) => `${one.how} ${one.frames} ${one.bytes}`).values()]
  return html`<section id="latencies">
<h2>Latency of creating a space</h2>
${htmlTable({
  ...{ label: 'Latencies', broad: true },
  caption: html`Extra virtual time over the same creation under the config after “over”, at
${profile.hz / 1e6} MHz (profile ${profile.name}); extra cycles
below, with their spread (${spreadNames(latencies)}).`,
  columns: ['By', 'Frames', number('Size'), ...sides.map(number)],
  rows: rows.map((row) => rowOf(row, sides)),
})}
</section>`
}

function rowOf(row: readonly CreationLatency[], sides: readonly string[]): TableRow {
  const { how, frames, bytes: size } = row[0]!
  const cells = sides.map((side) =>
    figure(row.find(({ config, over }) => `${config} over ${over}` === side)),
  )
  return { cells: [how, frames, bytes(size), ...cells] }
}

function figure(latency: CreationLatency | undefined): TableCell | string {
  if (latency === undefined) return '–'
  const { extraMs, extraCycles, lowCycles, highCycles, cells } = latency
  const range = lowCycles === highCycles ? '' : ` (${whole(lowCycles)} … ${whole(highCycles)})`
  const extra = html`${milliseconds(extraMs)}<span class="interval">${whole(extraCycles)}${range}</span>`
  return new TableCell(extra, cellTitle(cells))
}
