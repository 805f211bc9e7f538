// JudgedSet: the cells that a verdict needs. Invariant: it is part of the claim and the same for every
// run; what happened to run decides only whether it is whole.

import { type CellRecord, cellName, rowName } from './cell.ts'
import type { Parameters } from './measurement.ts'
import type { SeriesTable } from './series.ts'

export interface JudgedSet {
  /** What its points are called, together: `commands`. */
  readonly noun: string
  readonly points: readonly JudgedPoint[]
  /** The least number of seeds that every point must have under every config. */
  readonly seeds: number
  /** Configs that it needs besides those compared. */
  readonly beside?: readonly string[]
}

export interface JudgedPoint {
  readonly workload: string
  readonly parameters: Parameters
  /** The region whose cycles are read. */
  readonly region: string
}

/** What a run holds of a judged set. */
export type Holding =
  | { readonly kind: 'whole'; readonly seeds: readonly number[] }
  /** `why`: `1 of 10 commands, 1 of 3 seeds`. */
  | { readonly kind: 'short'; readonly why: string }

export interface Measured {
  readonly series: SeriesTable
  readonly cells: readonly CellRecord[]
}

/**
 * Whether every point has its cycles under each of `compared`, with enough seeds in common and no failure.
 */
export function holding(set: JudgedSet, compared: readonly string[], run: Measured): Holding {
  const configs = [...compared, ...(set.beside ?? [])]
  const seeds = set.points.map((point) => seedsOf(point, configs, run.series))
  const present = seeds.filter((of) => of.length > 0)
  const common = intersection(present)
  const lost = withoutResult(set, configs, run.cells)
  const enough = common.length >= set.seeds
  if (present.length === set.points.length && enough && lost.length === 0) {
    return { kind: 'whole', seeds: common }
  }
  const words = [
    `${present.length} of ${set.points.length} ${set.noun}`,
    enough ? `${common.length} seeds` : `${common.length} of ${set.seeds} seeds`,
    ...(lost.length > 0
      ? [
          `${lost.length} ${lost.length === 1 ? 'cell' : 'cells'} without a result (${told(lost[0]!)})`,
        ]
      : []),
  ]
  return { kind: 'short', why: words.join(', ') }
}

function told(cell: CellRecord): string {
  return `${cell.outcome.kind}: ${cellName(cell)}`
}

/** Seeds for which each config has the point's cycles, in order. */
function seedsOf(
  point: JudgedPoint,
  configs: readonly string[],
  series: SeriesTable,
): readonly number[] {
  const subject = { ...point, metric: 'wall', unit: 'cycles' } as const
  return intersection(
    configs.map((config) => {
      const found = series.find(subject, config)
      if (found === undefined || found.unit !== 'cycles') return []
      return [...found.bySeed].filter(([, { value }]) => value > 0).map(([seed]) => seed)
    }),
  )
}

function intersection(lists: readonly (readonly number[])[]): readonly number[] {
  const [first = [], ...rest] = lists
  return first.filter((seed) => rest.every((list) => list.includes(seed))).toSorted((a, b) => a - b)
}

/** Cells of the set that ended in anything but rows. */
function withoutResult(
  set: JudgedSet,
  configs: readonly string[],
  cells: readonly CellRecord[],
): readonly CellRecord[] {
  const names = new Set(set.points.map(rowName))
  return cells.filter(
    (cell) =>
      cell.outcome.kind !== 'done' && configs.includes(cell.config) && names.has(rowName(cell)),
  )
}
