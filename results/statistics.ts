// Statistics: medians with their intervals, means of ratios, and rank tests. Invariant: equal
// samples give equal figures on every host; nothing here knows what was measured.

/** A figure and what stands around it. `samples` is how many it rests on. */
export interface Estimate {
  readonly value: number
  readonly low: number
  readonly high: number
  readonly samples: number
}

/** The middle of the sorted samples; the mean of the two middle ones if their number is even. */
export function median(samples: readonly number[]): number {
  return quantile(samples, 0.5)
}

/** Linear between order statistics (definition 7 of Hyndman and Fan 1996). Requires a sample. */
export function quantile(samples: readonly number[], share: number): number {
  if (samples.length === 0) throw new RangeError('expected at least one sample, got none')
  const sorted = samples.toSorted((a, b) => a - b)
  const place = (sorted.length - 1) * share
  const lower = Math.floor(place)
  const below = sorted[lower]!
  const above = sorted[Math.min(lower + 1, sorted.length - 1)]!
  return below + (above - below) * (place - lower)
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

export interface RankTest {
  /** Pairs (a, b) with a > b, ties counted half. */
  readonly u: number
  /** Two-sided probability of a difference as large if both came from one distribution. */
  readonly p: number
  /** Share of pairs in which a > b, ties half: 0.5 means no effect. */
  readonly effect: number
}

/** Where all arrangements are counted; beyond, or with ties, the normal approximation is used. */
const EXACT_PRODUCT = 400

/** Mann–Whitney U (1947): exact for small samples without ties. Requires a sample on each side. */
export function mannWhitney(a: readonly number[], b: readonly number[]): RankTest {
  if (a.length === 0 || b.length === 0) throw new RangeError('expected samples on both sides')
  let u = 0
  for (const x of a) for (const y of b) u += x > y ? 1 : x === y ? 0.5 : 0
  const tied = new Set([...a, ...b]).size < a.length + b.length
  const exact = !tied && a.length * b.length <= EXACT_PRODUCT
  const p = exact ? exactP(u, a.length, b.length) : normalP(u, a, b)
  return { u, p, effect: u / (a.length * b.length) }
}

/** The median of all differences a − b (Hodges and Lehmann 1963): by how much a lies above b. */
export function hodgesLehmann(a: readonly number[], b: readonly number[]): number {
  return median(a.flatMap((x) => b.map((y) => x - y)))
}

function exactP(u: number, n: number, m: number): number {
  const counts = arrangements(n, m)
  const total = counts.reduce((sum, count) => sum + count, 0)
  const smaller = Math.min(u, n * m - u)
  const tail = counts.slice(0, smaller + 1).reduce((sum, count) => sum + count, 0)
  return Math.min(1, (2 * tail) / total)
}

/** How many arrangements of n and m samples have each U: the Gaussian binomial's coefficients. */
function arrangements(n: number, m: number): number[] {
  let counts = [1]
  for (let i = 1; i <= n; i++) counts = divide(multiply(counts, m + i), i)
  return counts
}

/** Times (1 − q^k). */
function multiply(polynomial: readonly number[], k: number): number[] {
  const result = [...polynomial, ...Array<number>(k).fill(0)]
  polynomial.forEach((coefficient, i) => {
    result[i + k]! -= coefficient
  })
  return result
}

/** Divided by (1 − q^k); the remainder is zero by construction. */
function divide(polynomial: readonly number[], k: number): number[] {
  const result = [...polynomial]
  for (let i = k; i < result.length; i++) result[i]! += result[i - k]!
  return result.slice(0, result.length - k)
}

/** The normal approximation with correction for ties and continuity. */
function normalP(u: number, a: readonly number[], b: readonly number[]): number {
  const [n, m] = [a.length, b.length]
  const ties = new Map<number, number>()
  for (const x of [...a, ...b]) ties.set(x, (ties.get(x) ?? 0) + 1)
  const N = n + m
  const tieTerm = [...ties.values()].reduce((sum, t) => sum + t ** 3 - t, 0) / (N * (N - 1))
  const deviation = Math.sqrt(((n * m) / 12) * (N + 1 - tieTerm))
  if (!(deviation > 0)) return 1
  const z = Math.max(0, Math.abs(u - (n * m) / 2) - 0.5) / deviation
  return Math.min(1, erfc(z / Math.SQRT2))
}

/** Complementary error function for x ≥ 0 (Abramowitz and Stegun 7.1.26; error < 1.5e-7). */
function erfc(x: number): number {
  const t = 1 / (1 + 0.3275911 * x)
  const coefficients = [0, 0.254829592, -0.284496736, 1.421413741, -1.453152027, 1.061405429]
  return coefficients.reduceRight((sum, c) => sum * t + c, 0) * Math.exp(-x * x)
}
