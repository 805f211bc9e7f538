// Table: rows of text in columns, for a terminal or a pipe. Invariant: a row is a line, whatever its cells
// hold.

import { printableLine } from '../results/printable.ts'

/** Left-aligned columns, two spaces apart; columns named in `right` are right-aligned. */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  right: readonly string[] = [],
): string {
  const all = [head, ...rows].map((row) => row.map(printableLine))
  const widths = head.map((_, n) => Math.max(...all.map((row) => (row[n] ?? '').length)))
  const line = (row: readonly string[]) =>
    head
      .map((name, n) => {
        const text = row[n] ?? ''
        return right.includes(name) ? text.padStart(widths[n]!) : text.padEnd(widths[n]!)
      })
      .join('  ')
      .trimEnd()
  return `${all.map(line).join('\n')}\n`
}
