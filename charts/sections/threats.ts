// Threats to validity: what these numbers do not say. Each stands only where it applies.

import { INTERVAL_SAMPLES } from '../../results/statistics.ts'
import { count } from '../extent.ts'
import { type Html, html } from '../html.ts'
import type { Page } from '../section.ts'

export function threatsSection({ results }: Page): Html {
  const { manifest, summary } = results
  const fewest = Math.min(
    summary.seeds.length,
    ...[...summary.overheads, ...summary.latencies].map(({ samples }) => samples),
  )
  const policies = new Set(manifest.configs.map(({ policy }) => policy))
  const coverages = manifest.configs.map(({ coverage }) => coverage)
  const threats: readonly (Html | undefined)[] = [
    policies.has('space')
      ? html`<strong>Policy <code>space</code> protects nothing by itself.</strong> Backup frames
and entries are created with their originals, which is what the thesis prices, but their contents
are not kept equal. A config that keeps them equal costs more.`
      : undefined,
    manifest.profile.name === 'flat'
      ? html`<strong>Profile <code>flat</code> has no caches, TLBs or memory latency.</strong> Every
instruction takes one cycle, so a cost that is mostly memory traffic looks cheaper here than on a
real computer, and milliseconds are instructions at 1 GHz. Conclusions about time need a profile
with a memory hierarchy.`
      : undefined,
    coverages.includes('user+tables')
      ? html`<strong>Coverage <code>user+tables</code> leaves the kernel out.</strong> User memory
and page tables have backups; the kernel’s stacks, heap and data do not yet.`
      : undefined,
    html`<strong>Zeroing.</strong> Backup frames are not zeroed under policy <code>space</code>; a
policy that exposes them must fill them first, which would add to each creation.`,
    fewest < INTERVAL_SAMPLES
      ? html`<strong>${count(fewest, 'seed')}.</strong> So few layouts have no 95 % interval: beside a
figure stands the range of what was seen, and another layout may lie outside.`
      : undefined,
    html`<strong>One emulated computer.</strong> The kernel is xv6-compatible but our own, and the
machine is an emulator: ratios between configs carry over further than absolute cycles.`,
    html`<strong>Live figures.</strong> <code>web-host</code> is driven by this host in host time.
It does not repeat, and nothing is judged by it.`,
  ]
  const items = threats
    .filter((threat) => threat !== undefined)
    .map((threat) => html`<li>${threat}</li>\n`)
  return html`<section id="threats">
<h2>Threats to validity</h2>
<ul>${items}</ul>
</section>`
}
