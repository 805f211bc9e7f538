// A run comparison for a terminal or a pipe. Invariant: equal runs are one line; no line is wider than
// asked; no column is left out but the last, whose words stand above the figures as well.

import type { RunComparison } from '../results/run-comparison.ts'
import { cut, flushLeft, wrap } from './columns.ts'
import { count } from './extent.ts'
import { type Paints, paintsFor } from './paints.ts'
import {
  CHANGE_HEAD,
  changeRow,
  directionOfCell,
  INPUT_HEAD,
  inputRows,
  remaindersOf,
  titleOf,
  warningsOf,
} from './run-comparison-words.ts'

interface ComparisonLook {
  /** Default: as wide as the rows are. */
  readonly columns?: number
  readonly colour: boolean
  /** The most cells listed. */
  readonly limit: number
}

/** Lines, each with its newline. */
export function comparisonText(comparison: RunComparison, look: ComparisonLook): string {
  const { columns = Number.POSITIVE_INFINITY } = look
  const paints = paintsFor(look.colour)
  const wrapped = (texts: readonly string[]): string[] =>
    texts.flatMap((text) => wrap(text, columns)).map((line) => cut(line, columns))
  const warnings = wrapped(warningsOf(comparison)).map(paints.bad)
  const title = wrapped([titleOf(comparison)]).map(paints.bold)
  if (comparison.equal) return lines([...warnings, ...title])
  const rest = wrapped(remaindersOf(comparison))
  return lines([
    ...warnings,
    ...title,
    ...inputLines(comparison, columns, paints),
    ...changeLines(comparison, columns, look.limit, paints),
    ...(rest.length > 0 ? ['', ...rest.map(paints.dim)] : []),
  ])
}

function lines(all: readonly string[]): string {
  return all.map((line) => `${line}\n`).join('')
}

function inputLines(comparison: RunComparison, columns: number, paints: Paints): string[] {
  const rows = inputRows(comparison)
  if (rows.length === 0) return []
  // An empty last column is the one that a narrow terminal does without.
  const padded = [INPUT_HEAD, ...rows].map((row) => [...row, ''])
  const [head = [], ...body] = flushLeft(padded, columns)
  return ['', ...head.map(paints.bold), ...body.flat()]
}

function changeLines(
  comparison: RunComparison,
  columns: number,
  limit: number,
  paints: Paints,
): string[] {
  const shown = comparison.changes.slice(0, limit)
  if (comparison.changes.length === 0) return []
  const [head = [], ...body] = flushLeft([CHANGE_HEAD, ...shown.map(changeRow)], columns)
  const looks = { worse: paints.bad, better: paints.good, moved: (text: string) => text }
  const painted = body.flatMap((of, n) => of.map(looks[directionOfCell(shown[n]!)]))
  const more = comparison.changes.length - shown.length
  return [
    '',
    ...head.map(paints.bold),
    ...painted,
    ...(more > 0 ? [`… and ${count(more, 'more cell')}`] : []),
  ]
}
