// Statistics against published tables, hand-computed values and properties.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { random } from './random.fixture.ts'
import { geometricMean, INTERVAL_SAMPLES, median, medianEstimate } from './statistics.ts'

const sample = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 1, maxLength: 30 })

describe('median', () => {
  test('hand-computed values', () => {
    expect(median([3])).toBe(3)
    expect(median([4, 1, 3])).toBe(3)
    expect(median([4, 1, 3, 2])).toBe(2.5)
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
