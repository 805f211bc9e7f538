// Every claim of the literature that we know of, with our figure and the verdict.

import { DEFINITIONS, verdicts } from '../../results/claim.ts'
import { SPREAD_DEFINITION } from '../../results/spread.ts'
import type { ClaimVerdict } from '../../results/summary.ts'
import { type Html, html } from '../html.ts'
import { htmlTable, number, TableCell, type TableRow } from '../html-table.ts'
import { inUnit } from '../numbers.ts'
import type { Page } from '../section.ts'
import { verdictMark } from './answers.ts'
import { cellTitle } from './cells.ts'

export function claimsSection({ results }: Page): Html {
  const judged = results.summary.claims.filter(({ config }) => config !== null)
  const waiting = results.summary.claims.filter(({ config }) => config === null)
  return html`<section id="claims">
<h2>Claims and verdicts</h2>
<p>The <em>spread</em> of a figure is ${SPREAD_DEFINITION}. It is the spread that is judged:</p>
<ul>${verdicts.map((verdict) => html`<li>${verdictMark({ verdict })}: ${DEFINITIONS[verdict]}</li>\n`)}</ul>
${htmlTable({
  label: 'Claims',
  columns: ['Claim', 'Judged on', number('Claimed'), number('Measured'), 'Verdict'],
  rows: judged.map(row),
})}
${waiting.length > 0 ? waitingTable(waiting) : undefined}
</section>`
}

function waitingTable(claims: readonly ClaimVerdict[]): Html {
  return html`<h3>Not measured</h3>
${htmlTable({
  label: 'Claims not measured',
  columns: ['Claim', 'Source', 'Why not'],
  rows: claims.map(({ says, source, notes }) => ({ cells: [says, source, notes.join('; ')] })),
})}`
}

function row(claim: ClaimVerdict): TableRow {
  const notes =
    claim.notes.length > 0
      ? html`<br><span class="note">${claim.notes.join('; ')}</span>`
      : undefined
  const says = html`${claim.says} <span class="note">(${claim.source})</span>${notes}`
  const measured = new TableCell(figure(claim), cellTitle(claim.cells))
  return { cells: [says, subject(claim), claim.expected, measured, verdictMark(claim)] }
}

function subject(claim: ClaimVerdict): Html | string {
  if (claim.config === null) return '–'
  const over = claim.over === null ? '' : ` over ${claim.over}`
  const clock = claim.metric === null ? '' : `, ${claim.metric} cycles`
  return html`${claim.config}${over}${clock}<br><span class="note">profile ${claim.profile}, policy
${claim.policy ?? '–'}</span>`
}

function figure(claim: ClaimVerdict): Html | string {
  const { measured, low, high, unit } = claim
  if (measured === null || low === null || high === null) return '–'
  const spread =
    low === high ? undefined : `${claim.spread}: ${inUnit(low, unit)} … ${inUnit(high, unit)}`
  const single =
    claim.min === null || claim.max === null || claim.min === claim.max
      ? undefined
      : `single: ${inUnit(claim.min, unit)} … ${inUnit(claim.max, unit)}`
  return html`${inUnit(measured, unit)}${[spread, single].map((text) =>
    text === undefined
      ? undefined
      : html`<span
class="interval">${text}</span>`,
  )}${claim.of === null ? undefined : html`<span class="interval share">${claim.of}</span>`}`
}
