// What the walks over the stopped guests counted.

import { violations } from '../../results/coverage.ts'
import type { Summary } from '../../results/summary.ts'
import { type Html, html } from '../html.ts'
import { htmlTable, number, type TableRow } from '../html-table.ts'
import { whole } from '../numbers.ts'
import type { Page } from '../section.ts'
import { cellTitle } from './cells.ts'

export function coverageSection({ results }: Page): Html | undefined {
  const { coverage } = results.summary
  if (coverage.length === 0) return undefined
  const covers = (config: string): string =>
    results.manifest.configs.find(({ name }) => name === config)?.coverage ?? '–'
  return html`<section id="coverage">
<h2>Coverage</h2>
<p>After each cell the guest is stopped and its tables and its allocator are walked from outside.
Frames are counted, not entries: an original counts as backed only if exactly one frame in the other
bank is its backup and of no other.</p>
${htmlTable({
  label: 'Coverage',
  caption: CAPTION,
  columns: [
    ...['Config', 'Covers', number('At the prompt'), 'Guest'],
    ...counts.map(([title]) => number(title)),
    'Holds',
  ],
  rows: coverage.map((line) => rowOf(covers(line.config), line)),
})}
</section>`
}

type Line = Summary['coverage'][number]

const CAPTION = `The worst walk of each guest; the largest, if none was bad. At the prompt: of the original
frames that are in use after boot, those that the config covers; the others have no backups. Images,
and a hypervisor’s own memory, are not counted.`

const counts: readonly (readonly [string, (line: Line) => number])[] = [
  ['Originals', ({ originals }) => originals],
  ['Backups', ({ backups }) => backups],
  ['Missing', ({ missing }) => missing],
  ['Aliased', ({ aliased }) => aliased],
  ['Same bank', ({ sameBank }) => sameBank],
  ['Stale', ({ stale }) => stale],
  ['Walks', ({ walks }) => walks],
]

function atPrompt({ prompt }: Line): string {
  return prompt === null ? '–' : `${whole(prompt.originals)} of ${whole(prompt.inUse)}`
}

function rowOf(covers: string, line: Line): TableRow {
  const holds = violations(line) === 0
  const mark = holds
    ? html`<em class="verdict reproduced">yes</em>`
    : html`<em class="verdict differs">no</em>`
  const numbers = counts.map(([, of]) => whole(of(line)))
  const cells = [line.config, covers, atPrompt(line), line.guest, ...numbers, mark]
  return { cells, title: cellTitle([line.cell]) }
}
