// Columns of text for a terminal. Invariant: no line is wider than asked, and no control character
// gets through.

import { printable } from '../results/printable.ts'

/** First column to the left, the others to the right. Narrow terminals lose columns, not lines. */
export function tabulate(rows: readonly (readonly string[])[], columns: number): string[] {
  const widths = widthsOf(rows)
  const count = widths.length
  const fits = widths.findIndex((_, i) => sum(widths.slice(0, i + 1)) + 2 * i > columns)
  const kept = fits < 0 ? count : Math.max(1, fits)
  const lines = rows.map((row) =>
    row
      .slice(0, kept)
      .map((text, i) => (i === 0 ? text.padEnd(widths[i]!) : text.padStart(widths[i]!)))
      .join('  '),
  )
  return lines.map((line) => cut(line, columns))
}

/** Every column to the left. */
export function flushLeft(rows: readonly (readonly string[])[], columns: number): string[] {
  const widths = widthsOf(rows)
  return rows.map((row) =>
    cut(
      row
        .map((text, i) => text.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
      columns,
    ),
  )
}

function widthsOf(rows: readonly (readonly string[])[]): number[] {
  return Array.from({ length: rows[0]?.length ?? 0 }, (_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  )
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

/** One line, cut with an ellipsis. */
export function cut(text: string, columns: number): string {
  const clean = printable(text).replaceAll(/[\t\n]/g, ' ')
  return clean.length > columns ? `${clean.slice(0, Math.max(0, columns - 1))}…` : clean
}

/** As many lines as it takes; a word too long for a line has one of its own. */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = []
  for (const word of printable(text).split(/\s/)) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= columns) {
      lines[lines.length - 1] = `${last} ${word}`
    } else lines.push(word)
  }
  return lines
}
