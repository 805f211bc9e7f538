// FigureChange: one virtual figure that is not the same in two records of a cell. Invariant: figures are
// exact, so any difference is a change, however small; host time and what a live peer touched are no
// virtual figures.

import { z } from 'zod'
import type { CellRecord } from './cell.ts'
import { type Measurement, units } from './measurement.ts'

/** What a change is for the one who waits for the guest; `moved` where neither more nor less is better. */
export const directions = ['worse', 'better', 'moved'] as const
export type Direction = (typeof directions)[number]

export const figureChangeSchema = z.object({
  region: z.string(),
  metric: z.string(),
  unit: z.enum(units),
  iteration: z.number().int(),
  /** null where only the other run has the figure. */
  base: z.number().nullable(),
  new: z.number().nullable(),
  /** new / base − 1; null where base is 0 or a side is missing. */
  change: z.number().nullable(),
  direction: z.enum(directions),
})
export type FigureChange = Readonly<z.infer<typeof figureChangeSchema>>

export interface ComparedFigures {
  /** Figures that both records have, or one. */
  readonly compared: number
  readonly changes: readonly FigureChange[]
  /** Readings of host time and of live cells, which were left out. */
  readonly leftOut: number
}

/** A cell with a live outside peer: no figure of it repeats. */
export function isLive({ rows }: CellRecord): boolean {
  return rows.some(({ unit }) => unit === 'live-cycles')
}

/** Compares each virtual reading with the reading of the same name. Both cells are done. */
export function compareFigures(base: CellRecord, next: CellRecord): ComparedFigures {
  const all = base.rows.length + next.rows.length
  if (isLive(base) || isLive(next)) return { compared: 0, changes: [], leftOut: all }
  const [before, after] = [readingsOf(base), readingsOf(next)]
  const names = [...new Set([...before.keys(), ...after.keys()])]
  const changes = names.flatMap((name) => {
    const [one, other] = [before.get(name), after.get(name)]
    return one?.value === other?.value ? [] : [changeOf(one, other)]
  })
  return { compared: names.length, changes, leftOut: all - before.size - after.size }
}

/** How much a change is, for an order: by its share; from or to nothing is more than any share. */
export function magnitude({ base, new: next, change }: FigureChange): number {
  if (base === null || next === null || change === null) return Number.POSITIVE_INFINITY
  return Math.abs(change)
}

/**
 * The change that speaks for a cell: its largest of a time, or its largest if no time changed. Largest
 * first.
 */
export function headline(changes: readonly FigureChange[]): FigureChange | undefined {
  return changes.find(({ direction }) => direction !== 'moved') ?? changes[0]
}

/** Every virtual reading by what names it; a name that comes again is another reading. */
function readingsOf({ rows }: CellRecord): Map<string, Measurement> {
  const readings = new Map<string, Measurement>()
  for (const row of rows.filter(({ unit }) => unit !== 'host-ms')) {
    const { region, metric, unit, iteration } = row
    const name = [region, metric, unit, iteration]
    let again = 0
    while (readings.has(JSON.stringify([...name, again]))) again++
    readings.set(JSON.stringify([...name, again]), row)
  }
  return readings
}

function changeOf(base: Measurement | undefined, next: Measurement | undefined): FigureChange {
  const { region, metric, unit, iteration } = (base ?? next)!
  const [before, after] = [base?.value ?? null, next?.value ?? null]
  const both = before !== null && after !== null
  return {
    ...{ region, metric, unit, iteration },
    ...{ base: before, new: after },
    // The difference is exact, so that its share is never rounded away.
    change: both && before !== 0 ? (after - before) / before : null,
    direction: both ? directionOf(base!, after - before) : 'moved',
  }
}

/** Counts of the walk that are violations. */
const FAULTS: ReadonlySet<string> = new Set(['missing', 'aliased', 'same-bank', 'stale'])

function directionOf({ unit, metric, region }: Measurement, more: number): Direction {
  switch (unit) {
    case 'cycles':
    case 'instructions':
      return more > 0 ? 'worse' : 'better'
    case 'requests/s':
      return more < 0 ? 'worse' : 'better'
    case 'count':
      if (!region.startsWith('coverage/') || !FAULTS.has(metric)) return 'moved'
      return more > 0 ? 'worse' : 'better'
    // What a guest counted or how much it moved says why a time changed, and is no time.
    case 'bytes':
    case 'live-cycles':
    case 'host-ms':
      return 'moved'
    default:
      return unit satisfies never
  }
}
