// Text in columns: widths are those of a terminal, and nothing that a guest wrote makes a line of its own.

import fc from 'fast-check'
import stringWidth from 'string-width'
import { describe, expect, test } from 'vitest'
import { cut, flushLeft, table, tabulate, wrap } from './columns.ts'

describe('a table', () => {
  test('has figures to the right and no blanks at the end of a line', () => {
    const rows = [
      ['ls', '12', 'short'],
      ['cat-readme', '3', ''],
    ]
    expect(table(['workload', 'points', 'about'], rows, ['points'])).toBe(
      'workload    points  about\nls              12  short\ncat-readme       3\n',
    )
  })

  test('counts the columns that a terminal gives to wide and to combining characters', () => {
    const text = table(
      ['name', 'x'],
      [
        ['狼', '1'],
        ['e\u0301t', '2'],
        ['ab', '3'],
      ],
    )
    expect(text).toBe('name  x\n狼    1\ne\u0301t    2\nab    3\n')
  })

  test('keeps a row one line, and lets nothing through that a terminal acts on', () => {
    const text = table(['a', 'b'], [['x\n\u001b[2Jy', 'z']])
    expect(text).toBe('a        b\nx␊␛[2Jy  z\n')
  })
})

describe('on a narrow terminal', () => {
  const rows = [
    ['workload', 'memv6', 'memvisor'],
    ['commands', '7.4 %', '5.4 %'],
  ]

  test('figures that do not fit become a table of their own, with the names again', () => {
    expect(tabulate(rows, 30)).toEqual([['workload  memv6  memvisor', 'commands  7.4 %     5.4 %']])
    expect(tabulate(rows, 18)).toEqual([
      ['workload  memv6', 'commands  7.4 %'],
      ['workload  memvisor', 'commands     5.4 %'],
    ])
  })

  test('a row goes on below, and the last column is left out', () => {
    expect(flushLeft(rows, 40)).toEqual([['workload  memv6  memvisor'], ['commands  7.4 %  5.4 %']])
    expect(flushLeft(rows, 12)).toEqual([
      ['workload', '  memv6'],
      ['commands', '  7.4 %'],
    ])
  })

  test('no line is wider than asked, whatever the cells hold (property)', () => {
    const cell = fc.string({ unit: 'grapheme', maxLength: 12 })
    const grid = fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(grid, fc.integer({ min: 4, max: 40 }), (of, columns) => {
        for (const line of [...tabulate(of, columns), ...flushLeft(of, columns)].flat()) {
          expect(stringWidth(line)).toBeLessThanOrEqual(columns)
          expect(line).not.toContain('\n')
        }
      }),
    )
  })
})

test('a line is cut between characters, and text is wrapped between words', () => {
  expect(cut('狼狼狼', 5)).toBe('狼狼…')
  expect(cut('as long', 7)).toBe('as long')
  expect(wrap('one two three', 7)).toEqual(['one two', 'three'])
})
