// The table at the end of a run, for a terminal. Invariant: no line is wider than asked, no guest's
// text reaches the terminal raw, and without colour there is no escape character in it.

import { rowName } from '../results/cell.ts'
import type { Manifest } from '../results/manifest.ts'
import { LATENCY_WORKLOAD, type Overhead, type Summary } from '../results/summary.ts'
import { claimBlock } from './claim-lines.ts'
import { cut, tabulate, wrap } from './columns.ts'
import { comparedWith } from './comparison.ts'
import { extent, gaps } from './extent.ts'
import { bytes, milliseconds, signedPercent } from './numbers.ts'
import { type Paints, paintsFor } from './paints.ts'

export interface TerminalOptions {
  /** Default 100. */
  readonly columns?: number
  readonly colour: boolean
}

const COLUMNS = 100

/** Overheads, latencies, coverage and verdicts, then what did not run. Ends with a newline. */
export function terminalReport(
  manifest: Manifest,
  summary: Summary,
  options: TerminalOptions,
): string {
  const columns = options.columns ?? COLUMNS
  const paints = paintsFor(options.colour)
  const blocks = [
    ...wrap(header(manifest, summary), columns),
    ...overheadBlock(manifest, summary, columns, paints),
    ...latencyBlock(manifest, summary, columns, paints),
    ...claimBlock(summary, columns, paints),
    ...unfinishedBlock(summary, columns, paints),
  ]
  return `${blocks.join('\n')}\n`
}

function header(manifest: Manifest, summary: Summary): string {
  const { profile, backend } = manifest
  const policies = [...new Set(manifest.configs.map(({ policy }) => policy))].filter(
    (policy) => policy !== 'none',
  )
  const words = [
    extent(summary),
    `profile ${profile.name}`,
    `policy ${policies.join(', ') || 'none'}`,
    backend,
  ]
  return `${manifest.run} · ${words.join(' · ')}`
}

/** A line for each workload; for each comparison its overhead in wall and in busy cycles. */
function overheadBlock(
  manifest: Manifest,
  summary: Summary,
  columns: number,
  paints: Paints,
): string[] {
  const sides = columnsOf(manifest)
  const shown = summary.overheads.filter(
    ({ comparedIn, workload }) => comparedIn === 'cycles' && workload !== LATENCY_WORKLOAD,
  )
  const rows = [...Map.groupBy(shown, rowKey).values()]
  if (rows.length === 0) return []
  const cells = rows.map((row) => [
    nameOf(row[0]!),
    ...sides.map(({ config, over }) => pair(row, config, over)),
  ])
  const top = heads('overhead', 'wall / busy cycles', sides)
  return tabulate([...top, ...cells], columns).flatMap((lines) => ['', ...headed(lines, paints)])
}

/** Two lines, so that four comparisons stand side by side in 100 columns. */
function heads(first: string, second: string, sides: readonly ComparedConfigs[]): string[][] {
  return [
    [first, ...sides.map(({ config }) => config)],
    [second, ...sides.map(({ over }) => `over ${over}`)],
  ]
}

function headed([first = '', second = '', ...body]: readonly string[], paints: Paints): string[] {
  return [paints.bold(first), paints.dim(second), ...body]
}

interface ComparedConfigs {
  readonly config: string
  readonly over: string
}

/** Every config over its baseline, and over its control, which is the like-with-like figure. */
function columnsOf(manifest: Manifest): ComparedConfigs[] {
  return manifest.configs.flatMap(({ name, baseline, control }) =>
    [control, baseline].flatMap((over) => (over === undefined ? [] : [{ config: name, over }])),
  )
}

function rowKey({ workload, parameters, region }: Overhead): string {
  return JSON.stringify([rowName({ workload, parameters }), region])
}

function nameOf(overhead: Overhead): string {
  const { bytes: size, concurrency, keepAlive, ...rest } = overhead.parameters
  const words = [
    rowName({ workload: overhead.workload.replace(/^commands\//, ''), parameters: rest }),
    ...(typeof size === 'number' ? [bytes(size)] : []),
    ...(concurrency === undefined ? [] : [`×${concurrency}`]),
    ...(keepAlive === true ? ['keep-alive'] : []),
  ]
  return words.join(' ')
}

/** The overhead from which on a tenth of a percent says nothing. */
const LARGE = 1

function pair(row: readonly Overhead[], config: string, over: string): string {
  const of = (metric: string): string => {
    const found = row.find(
      (one) => one.config === config && one.baseline === over && one.metric === metric,
    )
    if (found === undefined) return '–'
    const text = signedPercent(found.value, Math.abs(found.value) < LARGE ? 1 : 0)
    return text.replace('+', '')
  }
  const [wall, busy] = [of('wall'), of('busy')]
  return wall === '–' && busy === '–' ? '–' : `${wall} / ${busy}`
}

/** Extra milliseconds of the cold sizes, slowest way, over the like-with-like side. */
function latencyBlock(
  manifest: Manifest,
  summary: Summary,
  columns: number,
  paints: Paints,
): string[] {
  const sides = [...comparedWith(manifest)].map(([config, over]) => ({ config, over }))
  const cold = summary.latencies.filter(({ frames }) => frames === 'cold')
  if (cold.length === 0) return []
  const ways = cold.toSorted((a, b) => a.how.localeCompare(b.how) || a.bytes - b.bytes)
  const rows = [...Map.groupBy(ways, (one) => `${one.how} ${one.bytes}`).values()]
  const cells = rows.map((row) => [
    `${row[0]!.how} ${bytes(row[0]!.bytes)}`,
    ...sides.map(({ config, over }) => {
      const found = row.find((one) => one.config === config && one.over === over)
      return found === undefined ? '–' : milliseconds(found.extraMs)
    }),
  ])
  const top = heads(
    'extra time to create a space',
    `virtual time, profile ${manifest.profile.name}`,
    sides,
  )
  return tabulate([...top, ...cells], columns).flatMap((lines) => ['', ...headed(lines, paints)])
}

const LISTED = 8

/** Cells without a result, those of one reason together. */
function unfinishedBlock(summary: Summary, columns: number, paints: Paints): string[] {
  const { done, skipped, failed, violated } = summary.cells
  const line = `${done} cells done, ${skipped.length} skipped, ${failed.length} failed`
  const list = [
    ...reasons('violated', violated),
    ...reasons('failed  ', failed),
    ...reasons('skipped ', skipped),
  ]
  const shown = list.slice(0, LISTED).map((text) => cut(text, columns))
  const more = list.length > LISTED ? [`… and ${list.length - LISTED} more, see the report`] : []
  const lacks = gaps(summary).flatMap((text) => wrap(`not whole: ${text}`, columns))
  return [
    '',
    line,
    ...lacks.map((text) => paints.bad(cut(text, columns))),
    ...[...shown, ...more].map(paints.dim),
  ]
}

function reasons(kind: string, cells: Summary['cells']['failed']): string[] {
  return [...Map.groupBy(cells, ({ why }) => why)].map(([why, same]) => {
    const what = same.length === 1 ? same[0]!.name : `${same[0]!.name} and ${same.length - 1} more`
    return `${kind}  ${what}: ${firstLine(why)}`
  })
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? ''
}
