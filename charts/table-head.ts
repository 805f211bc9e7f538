// The head of a table in the report: every column named, numbers to the right.

import { type Html, html } from './html.ts'

/** Heads a column of numbers. */
export interface NumberColumn {
  readonly number: string
}

export function number(title: string): NumberColumn {
  return { number: title }
}

export function tableHead(...columns: readonly (string | NumberColumn)[]): Html {
  const cells = columns.map((column) =>
    typeof column === 'string'
      ? html`<th scope="col">${column}</th>`
      : html`<th scope="col" class="number">${column.number}</th>`,
  )
  return html`<thead><tr>${cells}</tr></thead>`
}
