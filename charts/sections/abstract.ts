// The abstract: the whole run in a few sentences, every figure of it taken from the summary.

import type { ClaimVerdict, Summary } from '../../results/summary.ts'
import { type Html, html } from '../html.ts'
import { inUnit } from '../numbers.ts'
import type { Page } from '../page.ts'

export function abstractSection({ results }: Page): Html {
  const { manifest, summary } = results
  const { profile } = manifest
  return html`<section class="abstract" aria-label="Abstract">
<p>${manifest.configs.length} configurations were booted on an emulated RISC-V computer and ${workloads(summary)} workloads run on each with ${summary.seeds.length} ${summary.seeds.length === 1 ? 'seed' : 'seeds'}; ${summary.cells.done} cells were measured. ${sentences(summary)} All times are virtual, under profile <code>${profile.name}</code> (${profile.about}) and policy ${policies(page(results))}, which creates a backup for every original and does not keep its contents equal.</p>
</section>`
}

/** One sentence a claim, with each config's figure and the thesis's beside it. */
function sentences(summary: Summary): Html[] {
  const templates: readonly [name: string, before: string][] = [
    ['coverage', 'Of the original frames, the walk found a backup of their own for'],
    ['backup-200kb', 'Creating a space of 200 KB with backups takes longer by'],
    ['xv6-commands', 'Commands at the shell take, on geometric average,'],
    ['thttpd', 'The web server takes, at worst,'],
  ]
  return templates.flatMap(([name, before]) => {
    const claims = summary.claims.filter((one) => one.name === name && one.measured !== null)
    if (claims.length === 0) return []
    return [html`${before} ${listed(claims.map(figure))} (the thesis: ${claims[0]?.expected}). `]
  })
}

function figure(claim: ClaimVerdict): string {
  const value = inUnit(claim.measured ?? 0, claim.unit)
  const longer = claim.unit === 'fraction' ? ' cycles' : ''
  return `${value}${longer} under ${claim.config}${claim.over === null ? '' : ` over ${claim.over}`}`
}

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
}

function workloads(summary: Summary): number {
  return new Set(summary.overheads.map(({ workload }) => workload)).size
}

function page(results: Page['results']): readonly string[] {
  return results.manifest.configs.map(({ policy }) => policy)
}

function policies(names: readonly string[]): Html[] {
  const kept = [...new Set(names)].filter((name) => name !== 'none')
  return kept.map((name) => html`<code>${name}</code>`)
}
