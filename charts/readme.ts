// README's table and chart, redrawn from a promoted run. Invariant: only what stands between the
// two marks changes, and a README without them is left alone.

import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DEFINITIONS, loadClaims, verdicts } from '../results/claim.ts'
import type { Manifest } from '../results/manifest.ts'
import { spreadNames } from '../results/spread.ts'
import { readRun } from '../results/store.ts'
import type { ClaimVerdict, Overhead } from '../results/summary.ts'
import { type ChartResults, chartResults } from './chart.ts'
import { byWorkload, comparedWith } from './comparison.ts'
import { extent } from './extent.ts'
import { inUnit, signedPercent } from './numbers.ts'
import { renderPng, renderSvg } from './render.ts'
import { drawFigures } from './report.ts'

export const BEGIN = '<!-- results: begin (redrawn by npm run readme) -->'
export const END = '<!-- results: end -->'

/** The charts that README shows, and the file names under docs/. */
const SHOWN = ['thesis', 'overhead-commands', 'latency-size'] as const

export interface ReadmeResult {
  readonly files: readonly string[]
  /** The text of README changed. */
  readonly changed: boolean
}

/** Redraws `root`/README.md and `root`/docs from the run in `baseline`. */
export async function redrawReadme(root: string, baseline: string): Promise<ReadmeResult> {
  const run = await readRun(baseline)
  const results = chartResults(run, await loadClaims())
  const { figures, problems } = await drawFigures(results)
  if (problems.length > 0) throw new Error(`expected every chart drawn, got ${problems.join('; ')}`)
  const shown = figures.filter(({ chart }) => SHOWN.some((name) => name === chart.name))
  await mkdir(join(root, 'docs'), { recursive: true })
  const files: string[] = []
  for (const { chart, spec } of shown) {
    const svg = await renderSvg({ ...spec, background: 'white' })
    for (const [ending, content] of [
      ['svg', svg],
      ['png', renderPng(svg)],
    ] as const) {
      const path = join(root, 'docs', `readme-${chart.name}.${ending}`)
      await writeFile(path, content)
      files.push(path)
    }
  }
  const path = join(root, 'README.md')
  const before = await readFile(path, 'utf8')
  const images = shown.map(({ chart }) => `![${chart.title}](docs/readme-${chart.name}.png)`)
  const after = replaceBlock(before, readmeBlock(results, images))
  if (after !== before) await writeFile(path, after)
  return { files: [...files, path], changed: after !== before }
}

/** Throws if the marks are not there once each and in order. */
export function replaceBlock(text: string, block: string): string {
  const begin = text.indexOf(BEGIN)
  const end = text.indexOf(END)
  const once = text.lastIndexOf(BEGIN) === begin && text.lastIndexOf(END) === end
  if (begin < 0 || end < begin || !once) {
    throw new Error(`README.md: expected the lines "${BEGIN}" and "${END}" once each, got others`)
  }
  return `${text.slice(0, begin + BEGIN.length)}\n\n${block.trim()}\n\n${text.slice(end)}`
}

/** The tables and images in Markdown. */
function readmeBlock(
  { manifest, summary }: Pick<ChartResults, 'manifest' | 'summary'>,
  images: readonly string[],
): string {
  const { profile } = manifest
  const [first, ...others] = images
  return [
    `Run \`${manifest.run}\`, profile \`${profile.name}\` (${profile.about}), policy \`space\`, ${extent(summary)}, virtual time.`,
    claimTable(summary.claims),
    definitions(summary.claims),
    ...(first === undefined ? [] : [first]),
    'Extra cycles, wall / busy, median over seeds:',
    overheadTable(manifest, summary.overheads),
    ...others,
  ].join('\n\n')
}

function claimTable(claims: readonly ClaimVerdict[]): string {
  const lines = claims
    .filter(({ config }) => config !== null)
    .map((claim) => {
      const over = claim.over === null ? '' : ` over ${claim.over}`
      const measured =
        claim.measured === null
          ? `– ${claim.metric ?? ''}`.trimEnd()
          : `**${inUnit(claim.measured, claim.unit)}**${claim.metric === null ? '' : ` ${claim.metric}`}${beside(claim)}`
      return [claim.says, `${claim.config}${over}`, claim.expected, measured, claim.verdict]
    })
  return table(['the thesis says', 'judged on', 'claimed', 'measured', 'verdict'], lines)
}

/** What stands beside a figure: its spread, or what it is a share of. */
function beside({ low, high, of, unit }: ClaimVerdict): string {
  if (of !== null) return ` ${of}`
  if (low === null || high === null || low === high) return ''
  return ` (${inUnit(low, unit)} … ${inUnit(high, unit)})`
}

/** The verdicts of the table, and what stands in brackets. */
function definitions(claims: readonly ClaimVerdict[]): string {
  const there = verdicts.filter((word) => claims.some(({ verdict }) => verdict === word))
  const judged = claims.flatMap(({ seeds, of }) =>
    seeds === null || of !== null ? [] : [{ samples: seeds }],
  )
  return [
    `In brackets the spread (${spreadNames(judged)}), which is what is judged.`,
    ...there.map((word) => `*${word}*: ${DEFINITIONS[word]}.`),
  ].join(' ')
}

function overheadTable(manifest: Manifest, overheads: readonly Overhead[]): string {
  const sides = [...comparedWith(manifest)]
  const shown = overheads.filter(
    ({ comparedIn, workload }) =>
      comparedIn === 'cycles' && (workload.startsWith('commands/') || /^web(-|$)/.test(workload)),
  )
  const rows = [...Map.groupBy(shown, byWorkload)].map(([name, row]) => [
    `\`${name}\``,
    ...sides.map(([config, over]) => pair(row, config, over)),
  ])
  return table(['workload', ...sides.map(([config, over]) => `${config} over ${over}`)], rows)
}

function pair(row: readonly Overhead[], config: string, over: string): string {
  const of = (metric: string): string => {
    const found = row.find(
      (one) => one.config === config && one.baseline === over && one.metric === metric,
    )
    return found === undefined ? '–' : signedPercent(found.value)
  }
  return `${of('wall')} / ${of('busy')}`
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}
