// Tables of the verbs: as wide as the terminal at the most, and into a pipe each row on one line.

import stringWidth from 'string-width'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { table } from './table.ts'
import list from './verbs/list.ts'

const before = Object.getOwnPropertyDescriptor(process.stdout, 'columns')

function beWide(columns: number | undefined): void {
  Object.defineProperty(process.stdout, 'columns', { value: columns, configurable: true })
}

afterEach(() => {
  vi.restoreAllMocks()
  if (before === undefined) Reflect.deleteProperty(process.stdout, 'columns')
  else Object.defineProperty(process.stdout, 'columns', before)
})

const HEAD = ['where', 'function', 'cycles', 'share', 'instructions']
const FUNCTION = 'a_function_whose_name_is_longer_than_a_narrow_terminal'
const ROWS = [['U pid 3 usertests', FUNCTION, '382381', '39.5 %', '96551']]

describe('a table', () => {
  test.each([40, 80])('keeps its figures and its names on a terminal of %d columns', (columns) => {
    beWide(columns)
    const text = table(HEAD, ROWS, HEAD.slice(2))
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(columns)
    for (const figure of ['382381', '39.5 %', '96551']) expect(text).toContain(figure)
    expect(text.replaceAll(/\s/g, '')).toContain(FUNCTION)
  })

  test('into a pipe has one line a row', () => {
    beWide(undefined)
    expect(table(HEAD, ROWS, HEAD.slice(2)).split('\n')).toHaveLength(3)
  })
})

test('list at 40 columns tells all that it tells into a pipe', async () => {
  const printed = async (columns: number | undefined): Promise<string> => {
    beWide(columns)
    const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
    await list.parseAsync([], { from: 'user' })
    const text = write.mock.calls.map(([piece]) => String(piece)).join('')
    write.mockRestore()
    return text
  }
  const words = (text: string): string[] => text.split(/\s+/).toSorted()
  const [wide, narrow] = [await printed(undefined), await printed(40)]
  const tables = narrow.slice(narrow.indexOf('\n\n'))
  for (const line of tables.split('\n')) expect(stringWidth(line)).toBeLessThanOrEqual(40)
  expect(words(narrow)).toEqual(words(wide))
  expect(narrow).toContain('points')
})
