// Region: what the guest itself brackets with marks. Invariant: begin and end pair up, in
// order, with nothing lost; otherwise there is no measurement.

import type { Mark, MarkLog } from '../machine/machine.ts'
import { type Guest, WorkloadFailure } from './workload.ts'

/** Numbers of guest/include/mark.h (a test compares the two). */
export const REGIONS = {
  syscall: 1,
  fork: 2,
  'page-fault': 3,
  switch: 4,
  pipe: 5,
  space: 6,
  noop: 7,
  exec: 8,
  wait: 9,
} as const
export type RegionName = keyof typeof REGIONS

/** The cycles and instructions between a begin and its end. */
export interface RegionCost {
  readonly wall: number
  readonly busy: number
  readonly instructions: number
}

/** The cost of each `name` in the log, oldest first; other regions are passed over. */
export function regionCosts(log: MarkLog, name: RegionName): RegionCost[] {
  if (log.lost > 0) throw new WorkloadFailure(`${log.lost} marks were lost in region ${name}`)
  const begin = 2 * REGIONS[name]
  const found: RegionCost[] = []
  let open: Mark | undefined
  for (const mark of log.marks) {
    if (mark.n === begin) {
      if (open !== undefined) throw new WorkloadFailure(`region ${name} began twice`)
      open = mark
    } else if (mark.n === begin + 1) {
      if (open === undefined) throw new WorkloadFailure(`region ${name} ended before it began`)
      found.push(between(open, mark))
      open = undefined
    }
  }
  if (open !== undefined) throw new WorkloadFailure(`region ${name} began and did not end`)
  return found
}

/** One reading of a region: a row each for wall and busy cycles and for instructions. */
export function addRegionCost(guest: Guest, region: RegionName, cost: RegionCost): void {
  guest.addReading(region, 'wall', 'cycles', cost.wall)
  guest.addReading(region, 'busy', 'cycles', cost.busy)
  guest.addReading(region, 'instructions', 'instructions', cost.instructions)
}

function between(begin: Mark, end: Mark): RegionCost {
  return {
    wall: end.cycles - begin.cycles,
    busy: end.busy - begin.busy,
    instructions: end.instructions - begin.instructions,
  }
}
