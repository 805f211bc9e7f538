// Spread: what stands beside a figure as `low … high`. Invariant: it is called an interval only where
// it covers the median with 95 %; with fewer seeds it is the range of what was seen.

import { INTERVAL_SAMPLES } from './statistics.ts'

/** The sentence that page, docs and glossary share. */
export const SPREAD_DEFINITION = `the 95 % interval of the median over seeds; with fewer than ${INTERVAL_SAMPLES} seeds, which have none, the range of n seeds (least and greatest)`

/** What the spread of a figure over so many seeds is: `95 % interval`, `range of 3 seeds`, `one seed`. */
export function spreadName(seeds: number): string {
  if (seeds >= INTERVAL_SAMPLES) return '95 % interval'
  return seeds === 1 ? 'one seed' : `range of ${seeds} seeds`
}

/** The spreads of figures that stand together: `range of 3 seeds`, `range of 2 or 3 seeds`. */
export function spreadNames(figures: readonly { readonly samples: number }[]): string {
  const counts = [...new Set(figures.map(({ samples }) => samples))].toSorted((a, b) => a - b)
  const few = counts.filter((count) => count > 1 && count < INTERVAL_SAMPLES)
  const names = [
    ...(counts.some((count) => count >= INTERVAL_SAMPLES) ? [spreadName(INTERVAL_SAMPLES)] : []),
    ...(few.length > 0 ? [`range of ${few.join(' or ')} seeds`] : []),
    ...(counts.includes(1) ? [spreadName(1)] : []),
  ]
  return names.join('; ') || 'no seed'
}
