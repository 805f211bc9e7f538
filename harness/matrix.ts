// Matrix: the cells of a run, workload × config × parameters × seed, each with its key. Invariant: they are
// those of the plan that the manifest keeps, in its order, which does not depend on who runs them.

import type { Config } from '../configs/config.ts'
import type { Backend } from '../machine/machine.ts'
import type { Parameters } from '../results/measurement.ts'
import { cellsOfPlan, type PlanPart } from '../results/plan.ts'
import type { Workload } from '../workloads/workload.ts'
import { type CellPlan, cellKey, type Fingerprint } from './cell.ts'

export interface Selection {
  readonly configs: readonly Config[]
  readonly workloads: readonly Workload[]
  readonly seeds: readonly number[]
  readonly profile: string
  readonly backend: Backend
}

/** What the manifest keeps of a selection. */
export function planOf({ workloads, configs, seeds }: Selection): PlanPart {
  return {
    workloads: workloads.map((workload) => ({ name: workload.name, points: points(workload) })),
    configs: configs.map(({ name }) => name),
    seeds: [...seeds],
  }
}

/** Every cell of the selection once. `fingerprint` tells what a config's cells with one seed depend on. */
export function matrix(
  selection: Selection,
  fingerprint: (config: Config, seed: number) => Fingerprint,
): CellPlan[] {
  const { profile, backend, configs } = selection
  const named = new Map(configs.map((config) => [config.name, config]))
  const live = new Set(selection.workloads.filter((one) => one.live).map(({ name }) => name))
  const header = { backend, profile: { name: profile }, configs }
  return cellsOfPlan([planOf(selection)], header).map((cell) => {
    const key = cellKey(cell, fingerprint(named.get(cell.config)!, cell.seed))
    return { ...cell, backend, key, live: live.has(cell.workload) }
  })
}

/** The product of a workload's parameter values; one empty point if it has none. */
export function points(workload: Workload): Parameters[] {
  return Object.entries(workload.parameters ?? {}).reduce<Parameters[]>(
    (sofar, [name, values]) =>
      sofar.flatMap((point) => values.map((value) => ({ ...point, [name]: value }))),
    [{}],
  )
}
