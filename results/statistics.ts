// Statistics: medians with their intervals, and means of ratios. Invariant: equal samples give equal
// figures on every host; nothing here knows what was measured.

/** A figure and what stands around it. `samples` is how many it rests on. */
export interface Estimate {
  readonly value: number
  readonly low: number
  readonly high: number
  readonly samples: number
}

/** The middle of the sorted samples; the mean of the two middle ones if their number is even. */
export function median(samples: readonly number[]): number {
  if (samples.length === 0) throw new RangeError('expected at least one sample, got none')
  const sorted = samples.toSorted((a, b) => a - b)
  const middle = (sorted.length - 1) / 2
  const [below, above] = [sorted[Math.floor(middle)]!, sorted[Math.ceil(middle)]!]
  return below + (above - below) / 2
}

/** The mean of ratios. Requires positive samples, at least one. */
export function geometricMean(samples: readonly number[]): number {
  if (samples.length === 0) throw new RangeError('expected at least one sample, got none')
  const bad = samples.find((sample) => !(sample > 0))
  if (bad !== undefined) throw new RangeError(`expected positive samples, got ${bad}`)
  const logs = samples.reduce((sum, sample) => sum + Math.log(sample), 0)
  return Math.exp(logs / samples.length)
}

const CONFIDENCE = 0.95

/**
 * The median, and its interval from order statistics (the sign test's; Conover 1999, §3.2): it covers the
 * median of any distribution with at least 95 %. Too few samples have no such interval, and then `low` and
 * `high` are the least and the greatest of them. Requires a sample.
 */
export function medianEstimate(samples: readonly number[]): Estimate {
  const value = median(samples)
  const sorted = samples.toSorted((a, b) => a - b)
  const cut = Math.max(1, depth(sorted.length)) - 1
  const [low, high] = [sorted[cut]!, sorted[sorted.length - 1 - cut]!]
  return { value, low, high, samples: sorted.length }
}

/** The fewest samples whose median has a 95 % interval: six, whose extremes cover 1 − 2^−5. */
export const INTERVAL_SAMPLES = leastWithInterval()

function leastWithInterval(): number {
  let count = 1
  while (depth(count) === 0) count++
  return count
}

/**
 * The greatest d for which the d-th sample from below and the d-th from above enclose the median with 95 %;
 * 0 if even the extremes do not. Outside lie too few samples on one side: a binomial tail at one half.
 */
function depth(count: number): number {
  let outside = 0
  let d = 0
  // Probabilities by their logarithms: 2^−count is no double from 1075 samples on.
  let log = -count * Math.LN2
  for (;;) {
    outside += 2 * Math.exp(log)
    if (outside > 1 - CONFIDENCE) return d
    d++
    log += Math.log((count - d + 1) / d)
  }
}
