// The answers at a glance: a card for each claim of the thesis, and the chart that compares.

import type { ClaimVerdict } from '../../results/summary.ts'
import { type Html, html } from '../html.ts'
import { inUnit } from '../numbers.ts'
import type { Page } from '../page.ts'
import { figureOf } from './figures.ts'

const titles: ReadonlyMap<string, string> = new Map([
  ['coverage', 'Originals backed'],
  ['backup-200kb', 'Backup of 200 KB'],
  ['xv6-commands', 'xv6 commands'],
  ['thttpd', 'Web server'],
])

export function answersSection({ results, figures }: Page): Html {
  const shown = [...titles.keys()].map((name) =>
    results.summary.claims.filter((claim) => claim.name === name),
  )
  const thesis = figures.find(({ chart }) => chart.name === 'thesis')
  return html`<section id="answers">
<h2>The answers</h2>
<ul class="cards">
${shown.filter((claims) => claims.length > 0).map(card)}
</ul>
${thesis === undefined ? undefined : figureOf(thesis)}
</section>`
}

function card(claims: readonly ClaimVerdict[]): Html {
  const first = claims[0]
  return html`<li class="card"><h3>${titles.get(first?.name ?? '')}</h3>
<p class="claimed">thesis: ${first?.expected}</p>
<dl>${claims.map(line)}</dl></li>
`
}

function line(claim: ClaimVerdict): Html {
  const value = claim.measured === null ? '–' : inUnit(claim.measured, claim.unit)
  const over = claim.over === null ? undefined : html` <span class="over">over ${claim.over}</span>`
  return html`<dt>${claim.config ?? 'no config'}${over}</dt><dd title="${claim.notes.join('; ')}"><span class="figure">${value}</span>${verdictMark(claim)}</dd>`
}

export function verdictMark({ verdict }: Pick<ClaimVerdict, 'verdict'>): Html {
  return html`<em class="verdict ${verdict.replace(' ', '-')}">${verdict}</em>`
}
