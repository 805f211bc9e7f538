// The set-up: what ran, on what, from which images.

import { commandsOf } from '../../results/manifest.ts'
import type { ManifestConfig } from '../../results/store.ts'
import { extent } from '../extent.ts'
import { type Html, html } from '../html.ts'
import { htmlTable, type TableRow } from '../html-table.ts'
import { duration } from '../numbers.ts'
import type { Page } from '../section.ts'

const HASH_SHOWN = 8

export function setupSection({ results }: Page): Html {
  const { manifest, summary } = results
  const commands = commandsOf(manifest)
  const [, ...resumed] = commands
  const facts: readonly (readonly [string, string])[] = [
    ['Back end', manifest.backend],
    [
      'Profile',
      `${manifest.profile.name}: ${manifest.profile.about} (${manifest.profile.hz / 1e6} MHz)`,
    ],
    ['Cells', extent(summary)],
    ['Seeds', summary.seeds.join(', ')],
    ['Suite', [...new Set(commands.map(({ suite }) => suite))].join(', ')],
    ['Command', manifest.command.join(' ')],
    ['Started', manifest.started],
    ...resumed.map(
      ({ command, started }) => ['Resumed', `${started}: ${command.join(' ')}`] as const,
    ),
    ['Versions', words(manifest.versions)],
    ['Host', words(manifest.host)],
    ['Host time of all cells', duration(summary.hostMs)],
  ]
  return html`<section id="setup">
<h2>Set-up</h2>
${htmlTable({
  label: 'Configurations',
  caption: `Configurations. A config with backups is compared with its control where it has one, so
that like is compared with like.`,
  columns: ['Config', 'What runs', 'Baseline', 'Control', 'Policy', 'Coverage', 'Images (sha256)'],
  rows: manifest.configs.map(configRow),
})}
<details><summary>Machine, versions and host</summary>
<div class="wide"><table><tbody>${facts.map(
    ([name, value]) => html`<tr><th scope="row">${name}</th>
<td>${value}</td></tr>\n`,
  )}</tbody></table></div></details>
</section>`
}

function configRow(config: ManifestConfig): TableRow {
  const images = Object.entries(config.images).map(
    ([role, hash]) =>
      html`<span class="image">${role} <code title="${hash}">${hash.slice(0, HASH_SHOWN)}</code>
</span><br>`,
  )
  const { name, about, baseline = '–', control = '–', policy, coverage } = config
  return { cells: [name, withCode(about), baseline, control, policy, coverage, images] }
}

/** Text in which `…` marks code, as in the configs' own descriptions. */
function withCode(text: string): Html[] {
  return text
    .split('`')
    .map((part, i) => (i % 2 === 1 ? html`<code>${part}</code>` : html`${part}`))
}

function words(record: Readonly<Record<string, string>>): string {
  return Object.entries(record)
    .map(([name, word]) => `${name} ${word}`)
    .join(', ')
}
