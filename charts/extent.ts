// Extent: how much of a run stands behind its figures, as every header says it.

import type { Summary } from '../results/summary.ts'

/** `40 of 96 cells, 3 seeds`. */
export function extent(summary: Summary): string {
  return `${cellsOf(summary)}, ${seedsOf(summary)}`
}

/** Cells that are done of those that were asked for; a run of an older version kept no plan. */
export function cellsOf({ cells: { done, planned } }: Summary): string {
  const whole = count(planned ?? done, 'cell')
  return planned === null ? whole : `${done.toLocaleString('en-US')} of ${whole}`
}

/** The seeds that figures have, which may be fewer than the run had, and not the same for all. */
function seedsOf({ overheads, latencies, seeds }: Summary): string {
  const samples = [...overheads, ...latencies].map(({ samples }) => samples)
  const [least, most] = [Math.min(...samples), Math.max(...samples)]
  if (samples.length === 0) return count(seeds.length, 'seed')
  return least === most ? count(most, 'seed') : `${least} to ${count(most, 'seed')} a figure`
}

export function count(n: number, noun: string): string {
  return `${n.toLocaleString('en-US')} ${noun}${n === 1 ? '' : 's'}`
}

/** What is missing or out of order in the rows, a phrase each; empty for a whole run. */
export function gaps({ cells }: Summary): string[] {
  const { violated, failed, skipped, missing, torn } = cells
  return [
    ...(violated.length > 0 ? [`${count(violated.length, 'cell')} with a violated invariant`] : []),
    ...(failed.length > 0 ? [`${count(failed.length, 'cell')} failed`] : []),
    ...(skipped.length > 0 ? [`${count(skipped.length, 'cell')} skipped`] : []),
    ...(missing.length > 0 ? [`${count(missing.length, 'planned cell')} not run`] : []),
    ...(torn ? ['the rows end in an unfinished cell, which was left out'] : []),
  ]
}
