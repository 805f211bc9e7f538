// Table: rows of text in columns, for a terminal or a pipe.

/** Left-aligned columns, two spaces apart; columns named in `right` are right-aligned. */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  right: readonly string[] = [],
): string {
  const all = [head, ...rows]
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
