// Matrix: the cells of a run, workload × config × parameters × seed, in an order that does not
// depend on who runs them. Invariant: every cell that was asked for is in it once.

import type { Config } from '../configs/config.ts'
import type { Backend } from '../machine/machine.ts'
import type { Parameters } from '../results/measurement.ts'
import type { Workload } from '../workloads/workload.ts'
import { type CellPlan, cellKey, type Fingerprint } from './cell.ts'

export interface Selection {
  readonly configs: readonly Config[]
  readonly workloads: readonly Workload[]
  readonly seeds: readonly number[]
  readonly profile: string
  readonly backend: Backend
}

/** `fingerprint` tells what a config's cells with one seed depend on. */
export function matrix(
  selection: Selection,
  fingerprint: (config: Config, seed: number) => Fingerprint,
): CellPlan[] {
  const { profile, backend } = selection
  const cells = selection.workloads.flatMap((workload) =>
    points(workload).flatMap((parameters) =>
      // Configs alternate within a seed, so that a drift of the host meets all of them alike.
      selection.seeds.flatMap((seed) =>
        selection.configs.map((config) => {
          const coordinates = {
            workload: workload.name,
            parameters,
            config: config.name,
            policy: config.policy,
            backend,
            profile,
            seed,
          }
          const key = cellKey(coordinates, fingerprint(config, seed))
          return { ...coordinates, key, live: workload.live ?? false }
        }),
      ),
    ),
  )
  return [...new Map(cells.map((cell) => [cell.key, cell])).values()]
}

/** The product of a workload's parameter values; one empty point if it has none. */
export function points(workload: Workload): Parameters[] {
  return Object.entries(workload.parameters ?? {}).reduce<Parameters[]>(
    (sofar, [name, values]) =>
      sofar.flatMap((point) => values.map((value) => ({ ...point, [name]: value }))),
    [{}],
  )
}
