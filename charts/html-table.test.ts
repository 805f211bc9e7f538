import { expect, test } from 'vitest'
import { html } from './html.ts'
import { htmlTable, number, TableCell } from './html-table.ts'

test('every cell but the first of its row bears the name of its column', () => {
  const rows = [{ cells: ['x', new TableCell(1, 'cell 5'), html`<em>y</em>`] }]
  const columns = ['A', number('B <'), 'C']
  const table = htmlTable({ label: 'Three', caption: 'c', columns, rows })
  expect(table.text.split('\n')).toEqual([
    '<div class="wide" tabindex="0" role="region" aria-label="Three"><table>',
    '<caption>c</caption>',
    '<thead><tr><th scope="col">A</th><th scope="col" class="number">B &lt;</th><th scope="col">C</th></tr></thead>',
    '<tbody>',
    '<tr><th scope="row">x</th><td data-column="B &lt;" class="number" title="cell 5">1</td><td data-column="C"><em>y</em></td></tr>',
    '</tbody></table></div>',
    '',
  ])
})

test('a row has its own title, and what a guest wrote is no markup', () => {
  const rows = [{ cells: ['<b>'], title: '"' }]
  expect(htmlTable({ columns: ['A'], rows }).text).toContain(
    '<tr title="&quot;"><th scope="row">&lt;b&gt;</th></tr>',
  )
})
