// Order: how the cells of a run follow each other wherever they are shown. Invariant: it depends on what
// the cells are and not on which ended first, so that equal runs give equal files.

import type { CellRecord } from './cell.ts'
import type { Manifest } from './manifest.ts'
import type { Parameters } from './measurement.ts'

/** Workloads and configs as the manifest has them; between, parameters by value; seeds last. */
export function inOrder(
  { workloads, configs }: Pick<Manifest, 'workloads' | 'configs'>,
  cells: readonly CellRecord[],
): readonly CellRecord[] {
  const workload = ranksOf(workloads)
  const config = ranksOf(configs)
  return cells.toSorted(
    (a, b) =>
      workload(a.workload) - workload(b.workload) ||
      compareTexts(a.workload, b.workload) ||
      compareParameters(a.parameters, b.parameters) ||
      config(a.config) - config(b.config) ||
      compareTexts(a.config, b.config) ||
      a.seed - b.seed ||
      compareTexts(a.cell, b.cell),
  )
}

/** Where a name stands in a list; behind all if it does not. */
function ranksOf(list: readonly { readonly name: string }[]): (name: string) => number {
  const ranks = new Map(list.map(({ name }, rank) => [name, rank]))
  return (name) => ranks.get(name) ?? list.length
}

/** Parameter by parameter in order of their names; numbers by size. */
function compareParameters(a: Parameters, b: Parameters): number {
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])].toSorted(compareTexts)
  for (const name of names) {
    const [one, other] = [a[name], b[name]]
    const order =
      typeof one === 'number' && typeof other === 'number'
        ? one - other
        : compareTexts(String(one), String(other))
    if (order !== 0) return order
  }
  return 0
}

/** The order of two texts by code units, which is the same on every host, whatever its language. */
function compareTexts(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1
}
