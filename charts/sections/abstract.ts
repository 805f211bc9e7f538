// The abstract: the whole run in a few sentences, every figure of it taken from the summary.

import type { ClaimVerdict, Summary } from '../../results/summary.ts'
import { count, extent, gaps } from '../extent.ts'
import { type Html, html } from '../html.ts'
import { inUnit } from '../numbers.ts'
import type { Page } from '../section.ts'

export function abstractSection({ run, results, problems }: Page): Html {
  const { manifest, summary } = results
  const { profile } = manifest
  return html`<section class="abstract" aria-label="Abstract">
<p>${count(manifest.configs.length, 'configuration')} of one kernel ran
${count(workloads(run.cells), 'workload')} on an emulated RISC-V computer: ${extent(summary)}. Each config with backups is compared
with the same system without them. ${sentences(results)} All times are virtual, under profile
<code>${profile.name}</code> (${profile.about})${policies(results)}.</p>
${warning(summary, problems)}
</section>`
}

/** What the run lacks, said at once, because a figure may lack it too. */
function warning(summary: Summary, problems: readonly string[]): Html | undefined {
  const undrawn =
    problems.length > 0 ? [`${count(problems.length, 'chart')} could not be drawn`] : []
  const told = [...gaps(summary), ...undrawn]
  if (told.length === 0) return undefined
  return html`<p class="warning">This run is not whole: ${told.join('; ')}. What is missing, and why,
stands under <a href="#cells">Cells</a>${undrawn.length > 0 ? ' and Figures' : undefined}.</p>`
}

/** One sentence a claim, with each config's figure and the thesis's beside it. */
function sentences({ claims, summary }: Page['results']): Html[] {
  return claims.flatMap(({ name, words }) => {
    const all = summary.claims.filter((one) => one.name === name && one.measured !== null)
    const judged = all.filter(({ metric }) => metric !== 'busy')
    const busy = all.filter(({ metric }) => metric === 'busy')
    if (words === undefined || judged.length === 0) return []
    const unwaited =
      busy.length > 0 ? html`, or ${listed(busy.map(figure))} without its waiting` : undefined
    const tail = words.after === undefined ? '' : ` ${words.after}`
    return [
      html`${words.before} ${listed(judged.map(figure))}${tail}${unwaited} (the thesis:
${judged[0]?.expected}). `,
    ]
  })
}

function figure(claim: ClaimVerdict): Html {
  return html`<strong>${inUnit(claim.measured ?? 0, claim.unit)}</strong> under
<code>${claim.config ?? ''}</code>${claim.of === null ? undefined : ` (${claim.of})`}`
}

function listed(words: readonly Html[]): Html {
  if (words.length < 2) return html`${words}`
  return html`${words.slice(0, -1).map((word, i) => (i === 0 ? word : html`, ${word}`))} and
${words.at(-1)}`
}

/** How many workloads gave a result under at least one config. */
function workloads(cells: Page['run']['cells']): number {
  return new Set(
    cells.flatMap(({ outcome, workload }) => (outcome.kind === 'done' ? [workload] : [])),
  ).size
}

/** What the policies of the configs mean. */
function policies({ manifest }: Page['results']): Html | undefined {
  if (!manifest.configs.some(({ policy }) => policy === 'space')) return undefined
  return html`, and policy <code>space</code>, which creates a backup for every original that it
covers but does not keep its contents equal`
}
