import { expect, test } from 'vitest'
import { namedCells } from './narrow-tables.ts'

test('every cell but the first of its row bears the name of its column', () => {
  const head =
    '<thead><tr><th scope="col">A</th><th scope="col" class="number">B &lt;</th></tr></thead>'
  const page = `<p><table><caption>c</caption>${head}
<tbody><tr><th scope="row">x</th><td
class="number">1</td></tr></tbody></table></p>`
  expect(namedCells(page)).toBe(page.replace('<td\nclass', '<td data-column="B &lt;"\nclass'))
})

test('a table without a head stays as it is', () => {
  const page = '<table><tbody><tr><th>x</th><td>1</td></tr></tbody></table>'
  expect(namedCells(page)).toBe(page)
})
