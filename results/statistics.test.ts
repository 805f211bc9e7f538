// Statistics against published tables, hand-computed values and properties.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { random } from './random.fixture.ts'
import {
  geometricMean,
  hodgesLehmann,
  INTERVAL_SAMPLES,
  mannWhitney,
  median,
  medianEstimate,
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

describe('the interval of a median', () => {
  test('takes the order statistics of the published table', () => {
    // Table of the sign test's 95 % limits: of 6 samples the 1st and the last, of 9 the 2nd, of 25 the 8th.
    const ranks = (count: number): number[] => {
      const { low, high } = medianEstimate(Array.from({ length: count }, (_, i) => i + 1))
      return [low, high]
    }
    expect(ranks(6)).toEqual([1, 6])
    expect(ranks(8)).toEqual([1, 8])
    expect(ranks(9)).toEqual([2, 8])
    expect(ranks(25)).toEqual([8, 18])
    expect(ranks(100)).toEqual([40, 61])
    expect(ranks(10_000)).toEqual([4902, 5099])
  })

  test('does not exist below six samples: their extremes cover at most 93.75 %', () => {
    expect(INTERVAL_SAMPLES).toBe(6)
    expect(medianEstimate([2, 9, 1])).toEqual({ value: 2, low: 1, high: 9, samples: 3 })
    expect(medianEstimate([7])).toEqual({ value: 7, low: 7, high: 7, samples: 1 })
    expect(() => medianEstimate([])).toThrow(/at least one sample/)
  })

  test.each([
    ['even', (u: number) => u - 0.5],
    ['skewed', (u: number) => -Math.log(1 - u) - Math.LN2],
    ['of two values', (u: number) => (u < 0.5 ? 0 : 1)],
  ])('covers the median of %s samples in 95 of 100 cases', (_, shape) => {
    const source = random(5)
    const runs = 4000
    for (const count of [6, 7, 9, 10, 15]) {
      let covered = 0
      for (let run = 0; run < runs; run++) {
        const { low, high } = medianEstimate(Array.from({ length: count }, () => shape(source())))
        if (low <= 0 && high >= 0) covered++
      }
      expect(covered / runs).toBeGreaterThan(0.945)
    }
  })

  test('holds the median, whatever the order', () => {
    fc.assert(
      fc.property(sample, (xs) => {
        const { value, low, high, samples } = medianEstimate(xs)
        expect(low).toBeLessThanOrEqual(value)
        expect(high).toBeGreaterThanOrEqual(value)
        expect(medianEstimate(xs.toReversed())).toEqual({ value, low, high, samples })
      }),
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
