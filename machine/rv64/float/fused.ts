// a * b + c on the host's doubles, rounded once, for operands of ordinary size. Invariant: the sum is
// first rounded to odd, after which rounding to nearest is as if done once (Boldo and Melquiond,
// "Emulation of FMA and correctly rounded sums", 2008).

const doubles = new Float64Array(1)
const longs = new BigInt64Array(doubles.buffer)

/** Splits a double into halves whose products are exact (Dekker). */
const SPLITTER = 2 ** 27 + 1

/** What a + b loses when it is rounded to `sum`. */
export function lostBySum(a: number, b: number, sum: number): number {
  const second = sum - a
  return a - (sum - second) + (b - second)
}

/** What a * b loses when it is rounded to `product`. */
function lostByProduct(a: number, b: number, product: number): number {
  const wideA = SPLITTER * a
  const highA = wideA - (wideA - a)
  const lowA = a - highA
  const wideB = SPLITTER * b
  const highB = wideB - (wideB - b)
  const lowB = b - highB
  return lowA * lowB - (product - highA * highB - lowA * highB - highA * lowB)
}

/** a + b, and if that is not exact, of its two neighbours the one with an odd last bit. */
export function sumToOdd(a: number, b: number): number {
  const sum = a + b
  const lost = lostBySum(a, b, sum)
  if (lost === 0) return sum
  doubles[0] = sum
  if ((longs[0]! & 1n) === 0n) longs[0] = longs[0]! + (lost > 0 === sum > 0 ? 1n : -1n)
  return doubles[0]!
}

/** Requires that nothing over- or underflows, errors of products included. */
export function fusedToNearest(a: number, b: number, c: number): number {
  const product = a * b
  const rest = lostByProduct(a, b, product)
  const low = c + rest
  const high = product + low
  return high + sumToOdd(lostBySum(c, rest, low), lostBySum(product, low, high))
}
