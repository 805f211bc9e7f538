// What ran and what did not: every cell with its key, and the reason where it has no result.
// A guest's console is shown as text and nothing else.

import { type CellRecord, cellName } from '../../results/cell.ts'
import { type Html, html } from '../html.ts'
import { htmlTable, number, type TableRow } from '../html-table.ts'
import { duration } from '../numbers.ts'
import type { Page } from '../section.ts'

const TORN =
  ' The rows end in a cell that was being written when the run was killed; it was left out.'
const KEY_SHOWN = 12
const KEYS_SHOWN = 12
const MISSING_SHOWN = 40
/** Consoles shown of cells that failed for one reason. */
const CONSOLES_SHOWN = 3

/** The title of a number: the cells that it comes from. */
export function cellTitle(keys: readonly string[]): string {
  const shown = keys.slice(0, KEYS_SHOWN).map((key) => key.slice(0, KEY_SHOWN))
  const more = keys.length > KEYS_SHOWN ? ` and ${keys.length - KEYS_SHOWN} more` : ''
  return `cells ${shown.join(' ')}${more}`
}

export function cellsSection({ run, results }: Page): Html {
  const { cells } = run
  const { missing } = results.summary.cells
  const unfinished = cells.filter(({ outcome }) => outcome.kind !== 'done')
  const done = cells.length - unfinished.length
  return html`<section id="cells">
<h2>Cells</h2>
<p>${done} cells are done, ${unfinished.length} are
not${unfinished.length > 0 ? ', each for the reason given' : ''}.${run.torn ? TORN : ''}</p>
${[...Map.groupBy(unfinished, sameReason).values()].map(reason)}
${missing.length > 0 ? notRun(missing) : undefined}
<details><summary>All ${cells.length} cells and the first digits of their keys</summary>
${htmlTable({ columns: ['Cell', 'Outcome', number('Host time'), 'Key'], rows: cells.map(line) })}</details>
</section>`
}

/** Planned cells without a record: the run was cut short, or its rows were. */
function notRun(missing: readonly string[]): Html {
  return html`<details open><summary><strong class="bad">not run</strong> ${missing.length} planned
cells</summary>
<ul>${missing.slice(0, MISSING_SHOWN).map((name) => html`<li>${name}</li>`)}</ul>
${missing.length > MISSING_SHOWN ? html`<p>… and ${missing.length - MISSING_SHOWN} more, in summary.json.</p>` : undefined}
</details>
`
}

function sameReason({ outcome }: CellRecord): string {
  return outcome.kind === 'done' ? '' : JSON.stringify([outcome.kind, outcome.why])
}

/** Cells that ended the same way for the same reason. */
function reason(cells: readonly CellRecord[]): Html {
  const outcome = cells[0]?.outcome
  if (outcome === undefined || outcome.kind === 'done') return html``
  const failed = outcome.kind !== 'skipped'
  const kind = html`<strong class="${failed ? 'bad' : 'note'}">${outcome.kind}</strong>`
  const what = cells.length === 1 ? cellName(cells[0]!) : `${cells.length} cells`
  return html`<details ${failed ? html`open` : undefined}><summary>${kind} ${what}</summary>
<p class="why">${outcome.why}</p>
${cells.length === 1 ? undefined : html`<ul>${cells.map((cell) => html`<li>${cellName(cell)}</li>`)}</ul>`}
${cells.slice(0, CONSOLES_SHOWN).map(lastWords)}
</details>
`
}

/** What the guest last said, and where it stood. */
function lastWords({ outcome }: CellRecord): Html | undefined {
  if (outcome.kind !== 'failed' && outcome.kind !== 'violated') return undefined
  const { console: text, backtrace } = outcome
  const stop = outcome.kind === 'failed' ? outcome.stop : undefined
  const trace = backtrace?.join('\n')
  return html`${stop && html`<p>The machine stopped: ${stop}.</p>`}
${text && html`<pre aria-label="Last lines of the console">${text}</pre>`}
${trace && html`<pre aria-label="Backtrace">${trace}</pre>`}`
}

function line(cell: CellRecord): TableRow {
  const key = html`<code class="hash" title="${cell.cell}">${cell.cell.slice(0, KEY_SHOWN)}</code>`
  return { cells: [cellName(cell), cell.outcome.kind, duration(cell.hostMs), key] }
}
