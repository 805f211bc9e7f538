// Coverage: what the walk over a stopped guest counted, as measurements of the region
// `coverage/GUEST`. Invariant: a reading survives the way into rows and back.

import { z } from 'zod'
import type { CellEnd, CellRecord } from './cell.ts'
import type { Measurement } from './measurement.ts'

/** Frames counted by one walk of one guest. Those from `missing` on are violations. */
export interface CoverageReading {
  /** Which guest: `kernel` for a kernel on the machine, its name for a guest of Memvisor. */
  readonly guest: string
  /** Original frames that the allocator has given out, covered or not; absent in older rows. */
  readonly inUse?: number
  /** Originals in use that the config's coverage covers. */
  readonly originals: number
  /** Distinct frames that back one original each. */
  readonly backups: number
  /** Originals without a backup. */
  readonly missing: number
  /** Backups that are an original, or back more than one. */
  readonly aliased: number
  /** Backups in their original's bank. */
  readonly sameBank: number
  /** Backup entries or records without an original. */
  readonly stale: number
}

const coverageMetrics = [
  'originals',
  'backups',
  'missing',
  'aliased',
  'same-bank',
  'stale',
  'in-use',
] as const
type CoverageMetric = (typeof coverageMetrics)[number]

const REGION = 'coverage/'
/** The workload whose walk meets the guest at its first prompt. */
const BOOT = 'boot'

/** The rows of one reading; `iteration` is the n-th walk in the cell. */
export function coverageRows(
  of: Omit<CellEnd, 'outcome' | 'hostMs'> & { readonly run: string },
  reading: CoverageReading,
  iteration: number,
): Measurement[] {
  const { run, cell, workload, parameters, config, backend, profile, policy, seed } = of
  const named = { run, cell, workload, parameters, config, backend, profile, policy, seed }
  return coverageMetrics.flatMap((metric) => {
    const value = countOf(reading, metric)
    if (value === undefined) return []
    const region = `${REGION}${reading.guest}`
    return [{ ...named, region, metric, unit: 'count' as const, iteration, value }]
  })
}

interface CoverageWalk extends CoverageReading {
  readonly workload: string
  readonly config: string
  readonly cell: string
  readonly iteration: number
}

const WALK = ['workload', 'config', 'cell', 'guest', 'iteration'] as const

/** The readings that rows hold, in order of their first row. A metric that is absent counts 0. */
export function coverageReadings(rows: readonly Measurement[]): CoverageWalk[] {
  const readings = new Map<string, Map<string, number>>()
  const walks = new Map<string, Pick<CoverageWalk, (typeof WALK)[number]>>()
  for (const row of rows) {
    if (!row.region.startsWith(REGION)) continue
    const guest = row.region.slice(REGION.length)
    const key = JSON.stringify([row.config, row.cell, guest, row.iteration])
    const values = readings.get(key) ?? new Map<string, number>()
    values.set(row.metric, row.value)
    readings.set(key, values)
    const { workload, config, cell, iteration } = row
    walks.set(key, { workload, config, cell, guest, iteration })
  }
  return [...readings].map(([key, values]) => {
    const value = (metric: CoverageMetric): number => values.get(metric) ?? 0
    const inUse = values.get('in-use')
    return {
      ...walks.get(key)!,
      ...(inUse === undefined ? {} : { inUse }),
      originals: value('originals'),
      backups: value('backups'),
      missing: value('missing'),
      aliased: value('aliased'),
      sameBank: value('same-bank'),
      stale: value('stale'),
    }
  })
}

export const coverageSummarySchema = z.object({
  config: z.string(),
  guest: z.string(),
  originals: z.number(),
  backups: z.number(),
  missing: z.number(),
  aliased: z.number(),
  sameBank: z.number(),
  stale: z.number(),
  /** Walks made; the figures are those of the worst, or of the largest if none is bad. */
  walks: z.number().int(),
  /** The cell after which that walk was made. */
  cell: z.string(),
  /** What the coverage covers of what is in use where every reader can look: after boot, at the prompt. */
  prompt: z.object({ originals: z.number(), inUse: z.number() }).nullable(),
})
export type CoverageSummary = Readonly<z.infer<typeof coverageSummarySchema>>

/** One line for each guest of each config. Cells that failed count too: a violation fails them. */
export function coverageOf(cells: readonly CellRecord[]): CoverageSummary[] {
  const readings = coverageReadings(cells.flatMap((cell) => cell.rows))
  const groups = Map.groupBy(readings, ({ config, guest }) => JSON.stringify([config, guest]))
  return [...groups.values()].map((group) => {
    const worst = group.reduce((a, b) => (isWorse(b, a) ? b : a))
    const { iteration: _, workload: __, inUse: ___, ...figures } = worst
    return { ...figures, walks: group.length, prompt: promptOf(group) }
  })
}

function promptOf(group: readonly CoverageWalk[]): CoverageSummary['prompt'] {
  const booted = group.find(({ workload, inUse }) => workload === BOOT && inUse !== undefined)
  if (booted?.inUse === undefined) return null
  return { originals: booted.originals, inUse: booted.inUse }
}

function isWorse(a: CoverageReading, b: CoverageReading): boolean {
  const difference = violations(a) - violations(b)
  return difference > 0 || (difference === 0 && a.originals > b.originals)
}

export function violations(
  reading: Pick<CoverageReading, 'missing' | 'aliased' | 'sameBank' | 'stale'>,
): number {
  return reading.missing + reading.aliased + reading.sameBank + reading.stale
}

function countOf(reading: CoverageReading, metric: CoverageMetric): number | undefined {
  if (metric === 'same-bank') return reading.sameBank
  return metric === 'in-use' ? reading.inUse : reading[metric]
}
