// Columns of text for a terminal. Invariant: no line is wider than asked, and no control character
// gets through.

import { printable } from '../results/printable.ts'

/**
 * First column to the left, the others to the right. What does not fit beside it becomes a table of its own,
 * with the first column again: no figure is lost on a narrow terminal.
 */
export function tabulate(rows: readonly (readonly string[])[], columns: number): string[][] {
  const widths = widthsOf(rows)
  const [, ...figures] = widths
  // A name gives way to the figure that it names.
  const name = Math.max(1, Math.min(widths[0] ?? 0, columns - GAP - Math.max(0, ...figures)))
  return grouped(figures, columns - name - GAP).map((group) =>
    rows.map(([first = '', ...rest]) => {
      const cells = group.map((i) => (rest[i] ?? '').padStart(figures[i]!))
      return cut([cut(first, name).padEnd(name), ...cells].join('  '), columns)
    }),
  )
}

/**
 * Every column to the left; the lines of each row. The last column is one that a narrow terminal may do
 * without; others that do not fit go on the row's next lines.
 */
export function flushLeft(rows: readonly (readonly string[])[], columns: number): string[][] {
  const widths = widthsOf(rows)
  const kept = lengthOf(widths) > columns ? widths.slice(0, -1) : widths
  const groups = grouped(kept, columns - INDENT.length)
  return rows.map((row) =>
    groups.map((group, n) => {
      const cells = group.map((i) => (row[i] ?? '').padEnd(kept[i]!))
      return cut(`${n > 0 ? INDENT : ''}${cells.join('  ')}`.trimEnd(), columns)
    }),
  )
}

/** Between two columns. */
const GAP = 2
const INDENT = '  '

/** Indices of columns that fit beside each other, in order; each has at least one. */
function grouped(widths: readonly number[], columns: number): number[][] {
  const groups: number[][] = [[]]
  widths.forEach((width, i) => {
    const last = groups.at(-1)!
    const beside = lengthOf([...last.map((other) => widths[other]!), width])
    if (last.length === 0 || beside <= columns) last.push(i)
    else groups.push([i])
  })
  return groups
}

const lengthOf = (widths: readonly number[]): number => sum(widths) + GAP * (widths.length - 1)

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
