// Plan: the cells that a run was asked for. Invariant: what the manifest keeps is enough to name each of
// them, so that a run cut short says what it lacks.

import { z } from 'zod'
import { type CellRecord, type Coordinates, coordinatesKey } from './cell.ts'
import { nameSchema, parametersSchema } from './measurement.ts'

/** What one command asked for: each point of each workload under each config with each seed. */
export const planSchema = z.object({
  workloads: z
    .array(z.object({ name: nameSchema, points: z.array(parametersSchema).max(4096) }))
    .max(4096),
  configs: z.array(nameSchema).max(256),
  seeds: z.array(z.number().int().nonnegative()).max(10_000),
})
export type PlanPart = Readonly<z.infer<typeof planSchema>>

/** A plan of more cells was not made by a person. */
const CELLS_MAX = 1_000_000

/** Whether a plan has few enough cells to be listed. */
export function isListable(plan: readonly PlanPart[]): boolean {
  const cells = plan.map(({ workloads, configs, seeds }) => {
    const points = workloads.reduce((sum, workload) => sum + workload.points.length, 0)
    return points * configs.length * seeds.length
  })
  return cells.reduce((sum, count) => sum + count, 0) <= CELLS_MAX
}

/** What a manifest says of the rest of a cell's coordinates. */
export interface PlanHeader {
  readonly backend: string
  readonly profile: { readonly name: string }
  readonly configs: readonly { readonly name: string; readonly policy: string }[]
}

/**
 * Every cell of a plan once, in the order in which cells are run. Configs alternate within a seed, so that a
 * drift of the host meets all of them alike.
 */
export function cellsOfPlan(plan: readonly PlanPart[], header: PlanHeader): readonly Coordinates[] {
  const { backend, profile } = header
  const policies = new Map(header.configs.map(({ name, policy }) => [name, policy]))
  const cells = plan.flatMap(({ workloads, configs, seeds }) =>
    workloads.flatMap(({ name: workload, points }) =>
      points.flatMap((parameters) =>
        seeds.flatMap((seed) =>
          configs.map((config) => ({
            ...{ workload, parameters, config, seed, backend },
            profile: profile.name,
            policy: policies.get(config) ?? 'none',
          })),
        ),
      ),
    ),
  )
  return [...new Map(cells.map((cell) => [coordinatesKey(cell), cell])).values()]
}

/** A manifest, as far as its plan goes; one of an older version keeps none. */
type Planned = PlanHeader & { readonly plan?: readonly PlanPart[] | undefined }

/** The planned cells; undefined for a manifest that keeps no plan. */
export function plannedCells(manifest: Planned): readonly Coordinates[] | undefined {
  return manifest.plan && cellsOfPlan(manifest.plan, manifest)
}

export interface Completeness {
  /** Cells planned or there; undefined where no plan was kept. */
  readonly planned: number | undefined
  /** Planned, and without a record. */
  readonly missing: readonly Coordinates[]
}

export function completenessOf(manifest: Planned, cells: readonly CellRecord[]): Completeness {
  const all = plannedCells(manifest)
  if (all === undefined) return { planned: undefined, missing: [] }
  const there = new Set(cells.map(coordinatesKey))
  const missing = all.filter((cell) => !there.has(coordinatesKey(cell)))
  return { planned: there.size + missing.length, missing }
}

/** The plan of a run that goes on: what was asked before, and what is new in what is asked now. */
export function unitePlans(
  before: readonly PlanPart[] | undefined,
  next: readonly PlanPart[] | undefined,
): readonly PlanPart[] | undefined {
  if (before === undefined || next === undefined) return undefined
  return [...new Map([...before, ...next].map((part) => [JSON.stringify(part), part])).values()]
}
