// HtmlTable: a table of the report. Invariant: every column is named in the head, and every cell but the
// first of its row bears that name too, since on a narrow screen the rows stand as blocks.

import { type Html, type HtmlPart, html } from './html.ts'

export interface HtmlTable {
  /** The table's name for readers who cannot see it; without one it does not scroll by keys. */
  readonly label?: string
  /** Wider than the text where the screen is. */
  readonly broad?: boolean
  readonly caption?: HtmlPart
  readonly columns: readonly TableColumn[]
  readonly rows: readonly TableRow[]
}

/** A title, and whether numbers stand below it, to the right. */
export type TableColumn = string | { readonly number: string }

export interface TableRow {
  /** One cell for each column, in their order; the first names the row. */
  readonly cells: readonly (HtmlPart | TableCell)[]
  readonly title?: string
}

/** A cell with a title: the cells of the run that stand behind a figure. */
export class TableCell {
  readonly content: HtmlPart
  readonly title: string
  constructor(content: HtmlPart, title: string) {
    this.content = content
    this.title = title
  }
}

/** Heads a column of numbers. */
export function number(title: string): TableColumn {
  return { number: title }
}

export function htmlTable({ label, broad = false, caption, columns, rows }: HtmlTable): Html {
  const scrolls =
    label === undefined ? undefined : html` tabindex="0" role="region" aria-label="${label}"`
  return html`<div class="wide${broad ? ' broad' : ''}"${scrolls}><table>
${caption === undefined ? undefined : html`<caption>${caption}</caption>\n`}<thead><tr>${columns.map(heading)}</tr></thead>
<tbody>
${rows.map((row) => rowOf(row, columns))}</tbody></table></div>
`
}

function heading(column: TableColumn): Html {
  return html`<th scope="col"${numberClass(column)}>${titleOf(column)}</th>`
}

function rowOf({ cells, title }: TableRow, columns: readonly TableColumn[]): Html {
  const [name, ...others] = cells
  return html`<tr${titled(title)}><th scope="row">${contentOf(name)}</th>${others.map((cell, i) =>
    cellOf(cell, columns[i + 1] ?? ''),
  )}</tr>
`
}

function cellOf(cell: HtmlPart | TableCell, column: TableColumn): Html {
  const title = cell instanceof TableCell ? cell.title : undefined
  return html`<td data-column="${titleOf(column)}"${numberClass(column)}${titled(title)}>${contentOf(cell)}</td>`
}

function contentOf(cell: HtmlPart | TableCell): HtmlPart {
  return cell instanceof TableCell ? cell.content : cell
}

function titled(title: string | undefined): Html | undefined {
  return title === undefined ? undefined : html` title="${title}"`
}

function titleOf(column: TableColumn): string {
  return typeof column === 'string' ? column : column.number
}

function numberClass(column: TableColumn): Html | undefined {
  return typeof column === 'string' ? undefined : html` class="number"`
}
