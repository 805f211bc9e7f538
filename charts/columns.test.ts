// Text in columns: widths are those of a terminal, and nothing that a guest wrote makes a line of its own.

import fc from 'fast-check'
import stringWidth from 'string-width'
import { describe, expect, test } from 'vitest'
import { printableLine } from '../results/printable.ts'
import { cut, flushLeft, table, tabulate, wrap } from './columns.ts'

describe('a table', () => {
  test('has figures to the right and no blanks at the end of a line', () => {
    const rows = [
      ['ls', '12', 'short'],
      ['cat-readme', '3', ''],
    ]
    expect(table(['workload', 'points', 'about'], rows, { right: ['points'] })).toBe(
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

  test('columns of a table go on below, as their heads do: all figures stay', () => {
    const head = ['after', 'guest', 'in use', 'originals', 'same bank']
    const of = [['boot', 'kernel', '323', '96', '0']]
    const right = head.slice(2)
    expect(table(head, of, { right, columns: 43 }).split('\n')).toEqual([
      'after  guest   in use  originals  same bank',
      'boot   kernel     323         96          0',
      '',
    ])
    expect(table(head, of, { right, columns: 42 }).split('\n')).toEqual([
      'after  guest   in use  originals',
      '  same bank',
      'boot   kernel     323         96',
      '          0',
      '',
    ])
  })

  test('the text of the last column is broken beside the others, or below them', () => {
    const head = ['workload', 'about']
    const of = [
      ['commands/ls', 'what stands in the root folder'],
      ['noop', ''],
    ]
    expect(table(head, of, { columns: 40 })).toBe(`workload     about
commands/ls  what stands in the root
             folder
noop
`)
    expect(table(head, of, { columns: 30 })).toBe(`workload
  about
commands/ls
  what stands in the root
  folder
noop
`)
  })

  test('a name longer than a line goes on below: no character of it is lost', () => {
    const text = table(['function'], [['extraordinarily_long']], { columns: 10 })
    expect(text).toBe('function\nextraord\ninarily_\nlong\n')
  })

  test('no table is wider than asked, and none loses a character (property)', () => {
    const cell = fc.string({ unit: 'grapheme', maxLength: 12 })
    const grid = fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 4 })
    const letters = (text: string) => text.replaceAll(/\s/g, '')
    const sorted = (text: string) => [...letters(text)].toSorted().join('')
    fc.assert(
      fc.property(grid, fc.integer({ min: 4, max: 40 }), ([head, ...rows], columns) => {
        const text = table(head!, rows, { right: [head![1]], columns })
        for (const line of text.split('\n')) expect(stringWidth(line)).toBeLessThanOrEqual(columns)
        // One character may be wider than a line of very few columns.
        if (columns < 16) return
        expect(sorted(text)).toBe(sorted([head!, ...rows].flat().map(printableLine).join('')))
      }),
    )
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
