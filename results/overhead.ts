// Overhead: how much more a config takes than the config it is compared with, as a fraction.
// Invariant: only seeds that every side has count; a zero in a denominator gives no figure.

import { z } from 'zod'
import type { ManifestConfig } from './manifest.ts'
import { units } from './measurement.ts'
import { pairsOf, type Series, type SeriesTable } from './series.ts'
import { median, medianEstimate } from './statistics.ts'

/** Set after the metric's name where the control's cost is taken off first. */
const NET = '-net'

export const overheadSchema = z.object({
  workload: z.string(),
  parameters: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  region: z.string(),
  config: z.string(),
  policy: z.string(),
  profile: z.string(),
  /** The config in the denominator. */
  baseline: z.string(),
  /** `wall`, `busy`; with `-net`: (config − its control) / baseline. */
  metric: z.string(),
  /** 0.05 is 5 %. */
  unit: z.literal('fraction'),
  /** Unit of the values compared; those in `live-cycles` are per request. */
  comparedIn: z.enum(units),
  /** The median over seeds, with its spread. */
  value: z.number(),
  low: z.number(),
  high: z.number(),
  /** Paired seeds behind it. */
  samples: z.number().int(),
  /** Medians of what was compared, in the unit `comparedIn`. */
  configValue: z.number(),
  baselineValue: z.number(),
  /** Keys of all cells behind it. */
  cells: z.array(z.string()),
})
export type Overhead = Readonly<z.infer<typeof overheadSchema>>

/** All overheads of a run: each config over its baseline, over its control, and net of it. */
export function overheads(table: SeriesTable, configs: readonly ManifestConfig[]): Overhead[] {
  return configs.flatMap((config) =>
    table.all
      .filter((series) => series.config === config.name && isCost(series))
      .flatMap((series) => comparisons(table, series, config)),
  )
}

/** Costs are compared; throughput and counts are not. */
function isCost(series: Series): boolean {
  const virtual = series.unit === 'cycles' || series.unit === 'live-cycles'
  return virtual && /^(wall|busy|latency-(p50|p90|p99))$/.test(series.metric)
}

/** The like-with-like comparison first, where there is a control. */
function comparisons(table: SeriesTable, series: Series, config: ManifestConfig): Overhead[] {
  const found: (Overhead | undefined)[] = []
  const sides = [config.control, config.baseline].filter((name) => name !== undefined)
  for (const name of new Set(sides)) {
    const base = table.find(series, name)
    if (base !== undefined) found.push(compare(table, series, base))
  }
  if (config.baseline !== undefined && config.control !== undefined) {
    const base = table.find(series, config.baseline)
    const control = table.find(series, config.control)
    if (base !== undefined && control !== undefined) {
      found.push(compare(table, series, base, control))
    }
  }
  return found.filter((overhead) => overhead !== undefined)
}

/** (series − control) / base with a control, series / base − 1 without. */
function compare(
  table: SeriesTable,
  series: Series,
  base: Series,
  control?: Series,
): Overhead | undefined {
  const cost = (of: Series, seed: number, value: number): number =>
    value / perRequest(table, of, seed)
  const pairs = pairsOf(series, base).flatMap(({ seed, value, base: other }) => {
    const taken = control?.bySeed.get(seed)
    if (control !== undefined && taken === undefined) return []
    const high = cost(series, seed, value.value)
    const low = cost(base, seed, other.value)
    const off = control !== undefined && taken ? cost(control, seed, taken.value) : low
    const cells = [value.cell, other.cell, ...(taken ? [taken.cell] : [])]
    const fraction = (high - off) / low
    const told = [high, low, fraction].every(Number.isFinite)
    return low > 0 && told ? [{ high, low, fraction, cells }] : []
  })
  if (pairs.length === 0) return undefined
  const { value, low, high, samples } = medianEstimate(pairs.map(({ fraction }) => fraction))
  const { workload, parameters, region, config, policy, profile, unit } = series
  return {
    ...{ workload, parameters, region, config, policy, profile },
    baseline: base.config,
    metric: control === undefined ? series.metric : `${series.metric}${NET}`,
    ...{ unit: 'fraction', comparedIn: unit, value, low, high, samples },
    configValue: median(pairs.map((pair) => pair.high)),
    baselineValue: median(pairs.map((pair) => pair.low)),
    cells: [...new Set(pairs.flatMap((pair) => pair.cells))],
  }
}

/** A live load is as long as the host makes it, so its cost is counted per request; NaN if they were not. */
function perRequest(table: SeriesTable, series: Series, seed: number): number {
  if (series.unit !== 'live-cycles' || series.metric.startsWith('latency-')) return 1
  return table.find(series, series.config, 'requests')?.bySeed.get(seed)?.value ?? Number.NaN
}
