// Table: rows of text in columns, as the verbs print them: no wider than the terminal, and into a pipe each
// row on one line.

import { table as columnsOf, type TextRow } from '../charts/columns.ts'

/** Rows under their head; columns named in `right` are figures. */
export function table(head: TextRow, rows: readonly TextRow[], right: TextRow = []): string {
  return columnsOf(head, rows, { right, columns: process.stdout.columns || undefined })
}
