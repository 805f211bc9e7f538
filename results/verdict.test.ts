// Verdicts: every case of the definition, and the same words wherever they are explained.

import { readFile } from 'node:fs/promises'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SPREAD_DEFINITION, spreadName, spreadNames } from './spread.ts'
import { type Acceptance, DEFINITIONS, expected, judge, verdicts } from './verdict.ts'

const within: Acceptance = { kind: 'within', low: 0.05, high: 0.08 }
const most: Acceptance = { kind: 'at most', bound: 0.05 }
const exactly: Acceptance = { kind: 'exactly', value: 1 }

describe('a verdict', () => {
  test.each([
    [within, 0.055, 0.07, 'reproduced'],
    [within, 0.05, 0.08, 'reproduced'],
    [within, 0.02, 0.049, 'better'],
    [within, 0.04, 0.08, 'inconclusive'],
    [within, 0.063, 0.108, 'inconclusive'],
    [within, 0.02, 0.2, 'inconclusive'],
    [within, 0.081, 0.3, 'differs'],
    [most, 0.03, 0.05, 'reproduced'],
    [most, -0.02, 0, 'reproduced'],
    [most, 0.03, 0.051, 'inconclusive'],
    [most, 0.05, 0.051, 'inconclusive'],
    [most, 0.051, 0.06, 'differs'],
    [exactly, 1, 1, 'reproduced'],
    [exactly, 0.99, 0.99, 'differs'],
    [exactly, 0.999, 1, 'inconclusive'],
  ] as const)('on %j of %d … %d is %s', (accept, low, high, says) => {
    expect(judge(accept, { value: (low + high) / 2, low, high, samples: 3 })).toBe(says)
  })

  test('rests on the spread alone, and a wider spread never decides what a narrower left open', () => {
    const bound = fc.integer({ min: -100, max: 100 })
    const acceptance = fc.oneof(
      fc.record({ kind: fc.constant('at most' as const), bound }),
      fc.tuple(bound, bound).map(([a, b]) => {
        return { kind: 'within' as const, low: Math.min(a, b), high: Math.max(a, b) }
      }),
    )
    fc.assert(
      fc.property(acceptance, bound, bound, fc.nat(50), (accept, a, b, wider) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)]
        const of = (by: number) =>
          judge(accept, { value: low, low: low - by, high: high + by, samples: 3 })
        expect(verdicts).toContain(of(0))
        if (of(0) === 'inconclusive') expect(of(wider)).toBe('inconclusive')
        else expect([of(0), 'inconclusive']).toContain(of(wider))
      }),
    )
  })

  test('names what is expected', () => {
    expect(expected(within, 'fraction')).toBe('5–8 %')
    expect(expected({ kind: 'at most', bound: 1 }, 'ms')).toBe('≤ 1 ms')
    expect(expected(exactly, 'share of originals')).toBe('100 %')
  })
})

test('a spread is called an interval only where it is one', () => {
  expect([1, 3, 5, 6, 10].map(spreadName)).toEqual([
    ...['one seed', 'range of 3 seeds', 'range of 5 seeds', '95 % interval', '95 % interval'],
  ])
  const of = (...counts: number[]) => spreadNames(counts.map((samples) => ({ samples })))
  expect(of(3, 3)).toBe('range of 3 seeds')
  expect(of(1, 10, 3, 2)).toBe('95 % interval; range of 2 or 3 seeds; one seed')
  expect(of()).toBe('no seed')
})

test.each(['docs/results.md', 'GLOSSARY.md'])(
  '%s explains the words as the code does',
  async (path) => {
    const text = await readFile(new URL(`../${path}`, import.meta.url), 'utf8')
    const flowing = text.replaceAll(/\s+/g, ' ')
    for (const word of verdicts) expect(flowing).toContain(`*${word}*: ${DEFINITIONS[word]}`)
    expect(flowing).toContain(SPREAD_DEFINITION)
  },
)
