// Columns: text in columns for a terminal or a pipe. Invariant: a row is one line whatever its cells hold, or
// several where the terminal is too narrow for it; no line is wider than asked, measured in the columns that
// a terminal gives a character; no control character gets through.

import stringWidth from 'string-width'
import { printable, printableLine } from '../results/printable.ts'

export type TextRow = readonly string[]

/** Between two columns, and before what goes on from the line above. */
const GAP = '  '

export interface TableShape {
  /** Columns of figures, by their heads: they stand to the right. */
  readonly right?: TextRow
  /** The width of the terminal; without one the table is as wide as it is. */
  readonly columns?: number | undefined
}

/**
 * Rows under their head, each line with its newline. Where a terminal is too narrow, the text of the last
 * column is broken, and columns that do not fit go on below their row, as their heads do. Nothing is left
 * out.
 */
export function table(
  head: TextRow,
  rows: readonly TextRow[],
  { right = [], columns = Number.POSITIVE_INFINITY }: TableShape = {},
): string {
  const layout = layoutOf([head, ...rows], (column) => right.includes(head[column] ?? ''))
  const all = head.map((_, column) => column)
  const lines =
    lengthOf(layout.widths) <= columns
      ? layout.rows.map((row) => lineOf(row, all, layout))
      : folded(layout, columns)
  return lines.map((line) => `${line}\n`).join('')
}

/** Text beside other columns is broken into lines no shorter than this; with less room it goes below them. */
const TEXT_LEAST = 24

/** The lines of a table that is wider than the terminal. */
function folded(layout: ColumnLayout, columns: number): string[] {
  const room = Math.max(1, columns - GAP.length)
  const last = layout.widths.length - 1
  const widths = layout.widths.map((width, column) => {
    const needed = column === last && !layout.isRight(column) ? Math.min(width, TEXT_LEAST) : width
    return Math.min(needed, room)
  })
  const groups = grouped([...widths.keys()], widths, room)
  return layout.rows.flatMap((row) =>
    groups.flatMap((group, n) => {
      const lines = brokenLines(row, group, { ...layout, widths }, room).filter(Boolean)
      return lines.map((line) => cut(n > 0 ? GAP + line : line, columns))
    }),
  )
}

/** The columns `group` of a row, the last of them on as many lines as it takes. */
function brokenLines(
  row: TextRow,
  group: readonly number[],
  layout: ColumnLayout,
  room: number,
): string[] {
  const [last = 0, ...before] = group.toReversed()
  const taken = before.reduce((sum, column) => sum + (layout.widths[column] ?? 0) + GAP.length, 0)
  return broken(row[last] ?? '', room - taken).map((piece, n) => {
    const shown = row.map((text, column) => (column === last ? piece : n === 0 ? text : ''))
    return lineOf(shown, group, layout)
  })
}

/**
 * The lines of each table: first column to the left, the others to the right. What does not fit beside the
 * first becomes a table of its own, with the first again: no figure is lost on a narrow terminal.
 */
export function tabulate(rows: readonly TextRow[], columns: number): string[][] {
  const layout = layoutOf(rows, (column) => column > 0)
  const [first = 0, ...figures] = layout.widths
  // A name gives way to the figure that it names.
  const room = Math.max(1, Math.min(first, columns - GAP.length - Math.max(0, ...figures)))
  const narrowed = { ...layout, widths: [room, ...figures] }
  const indices = figures.map((_, i) => i + 1)
  return grouped(indices, layout.widths, columns - room - GAP.length).map((group) =>
    layout.rows.map(([name = '', ...rest]) =>
      cut(lineOf([cut(name, room), ...rest], [0, ...group], narrowed), columns),
    ),
  )
}

/**
 * The lines of each row, every column to the left. The last column is one that a narrow terminal may do
 * without; others that do not fit go on the row's next lines.
 */
export function flushLeft(rows: readonly TextRow[], columns: number): string[][] {
  const layout = layoutOf(rows, () => false)
  const all = layout.widths.map((_, column) => column)
  const kept = lengthOf(layout.widths) > columns ? all.slice(0, -1) : all
  const groups = grouped(kept, layout.widths, columns - GAP.length)
  return layout.rows.map((row) =>
    groups.map((group, n) => cut(`${n > 0 ? GAP : ''}${lineOf(row, group, layout)}`, columns)),
  )
}

/** One line, cut with an ellipsis. */
export function cut(text: string, columns: number): string {
  const clean = printableLine(text)
  if (stringWidth(clean) <= columns) return clean
  let kept = ''
  for (const { segment } of new Intl.Segmenter().segment(clean)) {
    if (stringWidth(kept + segment) > columns - 1) break
    kept += segment
  }
  return `${kept}…`
}

/** The text on as many lines as it takes; a word too long for a line has one of its own. */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = []
  for (const word of printable(text).split(/\s/)) {
    const last = lines.at(-1)
    if (last !== undefined && stringWidth(`${last} ${word}`) <= columns) {
      lines[lines.length - 1] = `${last} ${word}`
    } else lines.push(word)
  }
  return lines
}

/** The text on lines no wider than asked, but for a single character that is; between words if it can be. */
function broken(text: string, columns: number): string[] {
  const lines: string[] = []
  for (const line of wrap(text, columns)) {
    let rest = ''
    for (const { segment } of new Intl.Segmenter().segment(line)) {
      if (rest !== '' && stringWidth(rest + segment) > columns) {
        lines.push(rest)
        rest = ''
      }
      rest += segment
    }
    lines.push(rest)
  }
  return lines
}

/** Rows of clean cells, and for each column its width and its side. */
interface ColumnLayout {
  readonly rows: readonly TextRow[]
  readonly widths: readonly number[]
  readonly isRight: (column: number) => boolean
}

function layoutOf(rows: readonly TextRow[], isRight: (column: number) => boolean): ColumnLayout {
  const clean = rows.map((row) => row.map(printableLine))
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...clean.map((row) => stringWidth(row[column] ?? ''))),
  )
  return { rows: clean, widths, isRight }
}

/** The columns `shown` of a row, without blanks at its end. */
function lineOf(row: TextRow, shown: readonly number[], { widths, isRight }: ColumnLayout): string {
  const cells = shown.map((column) => {
    const text = row[column] ?? ''
    const blanks = ' '.repeat(Math.max(0, (widths[column] ?? 0) - stringWidth(text)))
    return isRight(column) ? blanks + text : text + blanks
  })
  return cells.join(GAP).trimEnd()
}

/** The columns in groups that fit beside each other, in order; each has at least one. */
function grouped(
  shown: readonly number[],
  widths: readonly number[],
  columns: number,
): readonly (readonly number[])[] {
  const groups: number[][] = [[]]
  for (const column of shown) {
    const last = groups.at(-1)!
    const beside = lengthOf([...last, column].map((other) => widths[other] ?? 0))
    if (last.length === 0 || beside <= columns) last.push(column)
    else groups.push([column])
  }
  return groups
}

function lengthOf(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width, GAP.length * (widths.length - 1))
}
