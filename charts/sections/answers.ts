// The answers at a glance: a card for each claim of the thesis, and the chart that compares.

import { DEFINITIONS } from '../../results/claim.ts'
import type { ClaimVerdict } from '../../results/summary.ts'
import { type Html, html } from '../html.ts'
import { inUnit } from '../numbers.ts'
import type { Page } from '../section.ts'
import { figureOf } from './figures.ts'

export function answersSection({ results, figures }: Page): Html {
  const { claims, summary } = results
  const cards = claims.flatMap(({ name, words }) => {
    const judged = summary.claims.filter((claim) => claim.name === name)
    return words === undefined || judged.length === 0 ? [] : [card(words.card, judged)]
  })
  const thesis = figures.find(({ chart }) => chart.name === 'thesis')
  return html`<section id="answers">
<h2>The answers</h2>
<ul class="cards">
${cards}
</ul>
${thesis === undefined ? undefined : figureOf(thesis)}
</section>`
}

function card(title: string, judged: readonly ClaimVerdict[]): Html {
  return html`<li class="card"><h3>${title}</h3>
<p class="claimed">thesis: ${judged[0]?.expected}</p>
<dl>${[...Map.groupBy(judged, subject).values()].map(lines)}</dl></li>
`
}

function subject({ config, over }: ClaimVerdict): string {
  return JSON.stringify([config, over])
}

/** The first figure large, the same by another clock small below it; one line where neither was measured. */
function lines(claims: readonly ClaimVerdict[]): Html {
  const first = claims[0]
  const shown = claims.some(({ measured }) => measured !== null) ? claims : claims.slice(0, 1)
  const over = first?.over ? html` <span class="over">over ${first.over}</span>` : undefined
  return html`<dt>${first?.config ?? 'no config'}${over}</dt>${shown.map(line)}`
}

function line(claim: ClaimVerdict, place: number): Html {
  if (claim.measured === null) {
    return html`<dd title="${claim.notes.join('; ')}">${verdictMark(claim)}<br><span
class="over why">${claim.notes.join('; ')}</span></dd>`
  }
  const value = inUnit(claim.measured, claim.unit)
  const of = claim.of === null ? undefined : html`<br><span class="over why">${claim.of}</span>`
  const clock = claim.metric === null ? undefined : html` <span class="over">${claim.metric}</span>`
  return html`<dd title="${claim.notes.join('; ')}"><span
class="${place === 0 ? 'figure' : 'second'}">${value}${clock}</span> ${verdictMark(claim)}${of}</dd>`
}

export function verdictMark({ verdict }: Pick<ClaimVerdict, 'verdict'>): Html {
  return html`<em class="verdict ${verdict.replace(' ', '-')}" title="${DEFINITIONS[verdict]}">${verdict}</em>`
}
