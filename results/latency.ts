// CreationLatency: the extra time in which a mirrored config creates a space, against its size. Invariant:
// cycles become milliseconds only by the clock of the profile they were counted under.

import { z } from 'zod'
import type { Manifest } from './manifest.ts'
import { pairsOf, type Series, type SeriesTable } from './series.ts'
import { median, medianEstimate } from './statistics.ts'

/** The workload whose cells are read, and its parameters `bytes`, `how` and `frames`. */
export const LATENCY_WORKLOAD = 'backup-latency'

export const latencySchema = z.object({
  bytes: z.number(),
  /** `sbrk`, `fork`, `exec`: what creates the space. */
  how: z.string(),
  /** `cold`: never touched since boot; `recycled`: freed before. */
  frames: z.string(),
  config: z.string(),
  policy: z.string(),
  profile: z.string(),
  /** The whole creation, wall cycles, median over seeds. */
  cycles: z.number(),
  /** What is more than under `over`: median over paired seeds with its spread. */
  extraCycles: z.number(),
  lowCycles: z.number(),
  highCycles: z.number(),
  /** `extraCycles` at the profile's clock. */
  extraMs: z.number(),
  lowMs: z.number(),
  highMs: z.number(),
  /** The config compared with: the baseline, or the control. */
  over: z.string(),
  samples: z.number().int(),
  cells: z.array(z.string()),
})
export type CreationLatency = Readonly<z.infer<typeof latencySchema>>

export function latencies(table: SeriesTable, manifest: Manifest): CreationLatency[] {
  return manifest.configs
    .flatMap((config) => {
      const sides = [config.control, config.baseline].filter((name) => name !== undefined)
      const series = table.of(config.name, 'wall', (workload) => workload === LATENCY_WORKLOAD)
      return series.flatMap((one) =>
        [...new Set(sides)].flatMap((over) => extraTime(one, table.find(one, over), manifest)),
      )
    })
    .toSorted((a, b) => a.bytes - b.bytes)
}

/**
 * The latency of one way to create a space over the same way under another config, over the seeds that both
 * have, of `seeds` if they are given; none where there is no such seed.
 */
export function extraTime(
  series: Series,
  base: Series | undefined,
  { profile: { hz } }: Manifest,
  seeds?: readonly number[],
): CreationLatency[] {
  const { bytes, how, frames } = series.parameters
  if (base === undefined || typeof bytes !== 'number' || series.unit !== 'cycles') return []
  const pairs = pairsOf(series, base, seeds)
  if (pairs.length === 0) return []
  const { value, low, high, samples } = medianEstimate(
    pairs.map((pair) => pair.value.value - pair.base.value),
  )
  const ms = (cycles: number): number => (cycles / hz) * 1000
  const { config, policy, profile } = series
  return [
    {
      bytes,
      how: String(how ?? 'unnamed'),
      frames: String(frames ?? series.region),
      ...{ config, policy, profile },
      cycles: median(pairs.map((pair) => pair.value.value)),
      extraCycles: value,
      lowCycles: low,
      highCycles: high,
      extraMs: ms(value),
      lowMs: ms(low),
      highMs: ms(high),
      over: base.config,
      samples,
      cells: pairs.flatMap((pair) => [pair.value.cell, pair.base.cell]),
    },
  ]
}
