// What ran and what did not: every cell with its key, and the reason where it has no result.
// A guest's console is shown as text and nothing else.

import { type CellRecord, cellName } from '../../results/cell.ts'
import { type Html, html } from '../html.ts'
import { duration } from '../numbers.ts'
import type { Page } from '../page.ts'
import { number, tableHead } from '../table-head.ts'

const TORN =
  ' The rows end in a cell that was being written when the run was killed; it was left out.'
const KEY_SHOWN = 12
const KEYS_SHOWN = 12

/** The title of a number: the cells that it comes from. */
export function cellTitle(keys: readonly string[]): string {
  const shown = keys.slice(0, KEYS_SHOWN).map((key) => key.slice(0, KEY_SHOWN))
  const more = keys.length > KEYS_SHOWN ? ` and ${keys.length - KEYS_SHOWN} more` : ''
  return `cells ${shown.join(' ')}${more}`
}

export function cellsSection({ run }: Page): Html {
  const { cells } = run
  const unfinished = cells.filter(({ outcome }) => outcome.kind !== 'done')
  const done = cells.length - unfinished.length
  return html`<section id="cells">
<h2>Cells</h2>
<p>${done} cells are done, ${unfinished.length} are
not${unfinished.length > 0 ? ', each for the reason given' : ''}.${run.torn ? TORN : ''}</p>
${unfinished.map(reason)}
<details><summary>All ${cells.length} cells and their keys</summary>
<div class="wide"><table>
${tableHead('Cell', 'Outcome', number('Host time'), 'Key')}
<tbody>${cells.map(line)}</tbody></table></div></details>
</section>`
}

function reason(cell: CellRecord): Html {
  const { outcome } = cell
  if (outcome.kind === 'done') return html``
  const failed = outcome.kind === 'failed' ? outcome : undefined
  return html`<details ${failed === undefined ? undefined : html`open`}><summary><span
class="${failed ? 'differs' : 'note'}">${outcome.kind}</span> ${cellName(cell)}:
${outcome.why}</summary>
${failed?.stop === undefined ? undefined : html`<p>The machine stopped: ${failed.stop}.</p>`}
${
  failed?.console === undefined
    ? undefined
    : html`<pre
aria-label="Last lines of the console">${failed.console}</pre>`
}
${
  failed?.backtrace === undefined
    ? undefined
    : html`<pre
aria-label="Backtrace">${failed.backtrace.join('\n')}</pre>`
}
</details>
`
}

function line(cell: CellRecord): Html {
  return html`<tr><th scope="row">${cellName(cell)}</th><td>${cell.outcome.kind}</td><td
class="number">${duration(cell.hostMs)}</td><td><code class="hash">${cell.cell}</code></td></tr>
`
}
