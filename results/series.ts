// Series: the readings of one region under one config, one figure a seed. Invariant: only cells
// that are done count, and iterations of a cell are reduced by their median before seeds are.

import { type CellRecord, parameterWords } from './cell.ts'
import type { Measurement, Parameters, Unit } from './measurement.ts'
import { median } from './statistics.ts'

/** What is measured, whatever the config. */
export interface Subject {
  readonly workload: string
  readonly parameters: Parameters
  readonly region: string
  readonly metric: string
  readonly unit: Unit
}

export interface Series extends Subject {
  readonly config: string
  readonly policy: string
  readonly profile: string
  readonly bySeed: ReadonlyMap<number, SeedFigure>
}

export interface SeedFigure {
  /** The median over the cell's iterations. */
  readonly value: number
  readonly cell: string
}

/** Pairs of one seed, seeds in order. */
export interface SeedPair {
  readonly seed: number
  readonly value: SeedFigure
  readonly base: SeedFigure
}

/** All series of a run, found by subject and config. */
export class SeriesTable {
  readonly all: readonly Series[]
  readonly #byKey: ReadonlyMap<string, Series>

  constructor(cells: readonly CellRecord[]) {
    this.#byKey = gather(cells.filter((cell) => cell.outcome.kind === 'done'))
    this.all = [...this.#byKey.values()]
  }

  /** The same subject under another config, or another metric of the same region. */
  find(subject: Subject, config: string, metric = subject.metric): Series | undefined {
    return this.#byKey.get(keyOf({ ...subject, metric }, config))
  }

  /** The series of a metric of a workload and config, in order of first appearance. */
  of(config: string, metric: string, workload: (name: string) => boolean): Series[] {
    return this.all.filter(
      (series) => series.config === config && series.metric === metric && workload(series.workload),
    )
  }
}

/** The seeds that both series have, of `seeds` if given; a seed that one side lacks does not count. */
export function pairsOf(series: Series, base: Series, seeds?: readonly number[]): SeedPair[] {
  const pairs: SeedPair[] = []
  for (const [seed, value] of series.bySeed) {
    const other = base.bySeed.get(seed)
    if (other === undefined || seeds?.includes(seed) === false) continue
    pairs.push({ seed, value, base: other })
  }
  return pairs.toSorted((a, b) => a.seed - b.seed)
}

export function medianOf(series: Series): number {
  return median([...series.bySeed.values()].map((figure) => figure.value))
}

function gather(cells: readonly CellRecord[]): Map<string, Series> {
  const table = new Map<string, Series>()
  for (const cell of cells) {
    const regions = Map.groupBy(cell.rows, (row) => keyOf(row, row.config))
    for (const [key, rows] of regions) {
      const first = rows[0]!
      const figure = { value: median(rows.map((row) => row.value)), cell: cell.cell }
      const series = table.get(key) ?? emptySeries(first)
      ;(series.bySeed as Map<number, SeedFigure>).set(cell.seed, figure)
      table.set(key, series)
    }
  }
  return table
}

function emptySeries(row: Measurement): Series {
  const { workload, parameters, region, metric, unit, config, policy, profile } = row
  return {
    workload,
    parameters,
    region,
    metric,
    unit,
    config,
    policy,
    profile,
    bySeed: new Map(),
  }
}

function keyOf(subject: Omit<Subject, 'unit'>, config: string): string {
  const { workload, parameters, region, metric } = subject
  return JSON.stringify([workload, parameterWords(parameters), region, metric, config])
}
