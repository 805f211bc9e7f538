// Statistics against published tables, hand-computed values and properties.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  bootstrap,
  geometricMean,
  hodgesLehmann,
  mannWhitney,
  median,
  pairedOverhead,
  quantile,
} from './statistics.ts'

const sample = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 1, maxLength: 30 })

describe('median and quantile', () => {
  test('hand-computed values', () => {
    expect(median([3])).toBe(3)
    expect(median([4, 1, 3])).toBe(3)
    expect(median([4, 1, 3, 2])).toBe(2.5)
    // Definition 7 of Hyndman and Fan, as R's quantile(1:9, .95).
    expect(quantile([1, 2, 3, 4, 5, 6, 7, 8, 9], 0.95)).toBeCloseTo(8.6, 12)
  })

  test('does not depend on the order of the samples', () => {
    fc.assert(fc.property(sample, (xs) => median(xs) === median(xs.toReversed())))
  })

  test('refuses an empty sample', () => {
    expect(() => median([])).toThrow(/at least one sample/)
  })
})

describe('geometric mean', () => {
  test('hand-computed values', () => {
    expect(geometricMean([1, 4])).toBeCloseTo(2, 12)
    expect(geometricMean([1.05, 1.05, 1.05])).toBeCloseTo(1.05, 12)
    expect(geometricMean([0.5, 2])).toBeCloseTo(1, 12)
  })

  test.each([[[1, 0]], [[1, -1]], [[Number.NaN]]])('refuses %j', (samples) => {
    expect(() => geometricMean(samples)).toThrow(/positive/)
  })
})

describe('bootstrap', () => {
  test('lists all resamples of three, as counted by hand', () => {
    // Of the 27 draws from {1, 2, 9} 7 have median 1, 13 median 2 and 7 median 9.
    const estimate = bootstrap(3, (drawn) => median(drawn.map((i) => [1, 2, 9][i]!)))
    expect(estimate).toEqual({ value: 2, low: 1, high: 9, samples: 3 })
    const half = bootstrap(3, (drawn) => median(drawn.map((i) => [1, 2, 9][i]!)), {
      confidence: 0.4,
    })
    expect([half.low, half.high]).toEqual([2, 2])
  })

  test('one sample has an interval without width', () => {
    expect(bootstrap(1, () => 7)).toEqual({ value: 7, low: 7, high: 7, samples: 1 })
  })

  test('the interval holds the median, and repeats', () => {
    fc.assert(
      fc.property(sample, (xs) => {
        const of = (): ReturnType<typeof bootstrap> =>
          bootstrap(xs.length, (drawn) => median(drawn.map((i) => xs[i]!)), { resamples: 200 })
        const { value, low, high } = of()
        expect(low).toBeLessThanOrEqual(value)
        expect(high).toBeGreaterThanOrEqual(value)
        expect(of()).toEqual({ value, low, high, samples: xs.length })
      }),
      { numRuns: 50 },
    )
  })

  test('the seed decides where resamples are drawn', () => {
    const xs = Array.from({ length: 12 }, (_, i) => i ** 2)
    const mean = (drawn: readonly number[]): number =>
      drawn.reduce((sum, i) => sum + xs[i]!, 0) / drawn.length
    const one = bootstrap(xs.length, mean, { seed: 1 })
    const two = bootstrap(xs.length, mean, { seed: 2 })
    expect(one).not.toEqual(two)
    // The normal interval of the same mean is 42.17 ± 23.7; the bootstrap lies near it.
    expect(one.low).toBeGreaterThan(15)
    expect(one.high).toBeLessThan(72)
  })
})

describe('paired overhead', () => {
  test('takes the median of the ratios, pair by pair', () => {
    const pairs = [
      { value: 106, base: 100 },
      { value: 215, base: 200 },
      { value: 52, base: 50 },
    ]
    const { value, low, high } = pairedOverhead(pairs)
    expect(value).toBeCloseTo(0.06, 12)
    expect(low).toBeCloseTo(0.04, 12)
    expect(high).toBeCloseTo(0.075, 12)
  })

  test('a constant factor has no spread, whatever the bases', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 10 ** 6 }), { minLength: 1 }), (bases) => {
        const { value, low, high } = pairedOverhead(
          bases.map((base) => ({ value: 2 * base, base })),
        )
        expect([value, low, high]).toEqual([1, 1, 1])
      }),
      { numRuns: 30 },
    )
  })
})

describe('Mann–Whitney U', () => {
  test('Hollander and Wolfe 1973, table 4.1: U = 35, one-sided p = 0.1272', () => {
    const at = [0.8, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46]
    const term = [1.15, 0.88, 0.9, 0.74, 1.21]
    const { u, p, effect } = mannWhitney(at, term)
    expect(u).toBe(35)
    expect(p / 2).toBeCloseTo(0.1272, 4)
    expect(effect).toBe(0.7)
  })

  test('critical values of the published table (two-sided 5 %)', () => {
    // n = m = 5: 2 is significant, 3 is not; n = m = 8: 13 and 14; n = 4, m = 6: 2 and 3.
    const table = [
      [5, 5, 2],
      [8, 8, 13],
      [4, 6, 2],
      [10, 10, 23],
    ] as const
    for (const [n, m, critical] of table) {
      expect(mannWhitney(...withU(n, m, critical)).p).toBeLessThanOrEqual(0.05)
      expect(mannWhitney(...withU(n, m, critical + 1)).p).toBeGreaterThan(0.05)
    }
  })

  test('with ties, the normal approximation as R computes it', () => {
    // wilcox.test(c(1,1,2), c(1,2,3,4), correct = TRUE): W = 2.5, p = 0.2664.
    const { u, p } = mannWhitney([1, 1, 2], [1, 2, 3, 4])
    expect(u).toBe(2.5)
    expect(p).toBeCloseTo(0.2664, 4)
  })

  test('is symmetric, and equal samples say nothing', () => {
    fc.assert(
      fc.property(sample, sample, (a, b) => {
        const [one, two] = [mannWhitney(a, b), mannWhitney(b, a)]
        expect(one.u + two.u).toBe(a.length * b.length)
        expect(one.p).toBeCloseTo(two.p, 9)
        expect(one.p).toBeLessThanOrEqual(1)
      }),
      { numRuns: 60 },
    )
    expect(mannWhitney([5, 5], [5, 5])).toEqual({ u: 2, p: 1, effect: 0.5 })
  })
})

describe('Hodges–Lehmann', () => {
  test('hand-computed, and Hollander and Wolfe 1973: 0.305', () => {
    expect(hodgesLehmann([1, 2, 3], [4, 5, 6])).toBe(-3)
    const at = [0.8, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46]
    expect(hodgesLehmann(at, [1.15, 0.88, 0.9, 0.74, 1.21])).toBeCloseTo(0.305, 12)
  })

  test('finds a shift exactly', () => {
    fc.assert(
      fc.property(sample, fc.integer({ min: -50, max: 50 }), (xs, shift) => {
        const moved = xs.map((x) => x + shift)
        expect(hodgesLehmann(moved, xs)).toBe(shift)
      }),
      { numRuns: 50 },
    )
  })
})

/** Samples of n and m without ties whose U is the one asked for. */
function withU(n: number, m: number, u: number): [number[], number[]] {
  const below = Array.from({ length: m }, (_, i) => 2 * i + 1)
  const above: number[] = []
  let rest = u
  for (let i = 0; i < n; i++) {
    const wins = Math.min(m, rest)
    rest -= wins
    above.push(2 * wins - i / (n + 1))
  }
  return [above, below]
}
