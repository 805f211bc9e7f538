// Narrow tables: on a narrow screen the rows of a table stand as blocks, and each cell needs its
// column's name beside it. Invariant: the names are those of the table's own head, and only
// attributes are added to the page.

const TABLE = /<table>.*?<\/table>/gs
const HEAD = /<thead>.*?<\/thead>/s
const COLUMN = /<th scope="col"[^>]*>(.*?)<\/th>/gs
const ROW = /<tr>.*?<\/tr>/gs
const CELL = /<(th|td)(?=[\s>])/g

/** Gives each cell of a table with a head the attribute `data-column`; the first names the row. */
export function namedCells(page: string): string {
  return page.replace(TABLE, (table) => {
    const head = HEAD.exec(table)?.[0]
    if (head === undefined) return table
    const names = Array.from(head.matchAll(COLUMN), ([, name = '']) => name)
    const [before = '', after = ''] = table.split(head)
    return before + head + after.replace(ROW, (row) => namedRow(row, names))
  })
}

function namedRow(row: string, names: readonly string[]): string {
  let column = 0
  return row.replace(CELL, (cell) => {
    const name = names[column++]
    return name === undefined || column === 1 ? cell : `${cell} data-column="${name}"`
  })
}
