// Measurement: one flat row of results, the only thing that crosses from measuring to showing.

import { z } from 'zod'

/** `cycles`: virtual time, exact. `live-cycles`: virtual time with a live outside peer, does not
 * repeat. `host-ms`: host time. They are never mixed. */
export const units = [
  'cycles',
  'live-cycles',
  'host-ms',
  'instructions',
  'count',
  'bytes',
  'requests/s',
] as const
export type Unit = (typeof units)[number]

export type Parameters = { readonly [name: string]: string | number | boolean }

export const measurementSchema = z.object({
  run: z.string(),
  /** Hash of everything that determines the cell. */
  cell: z.string(),
  workload: z.string(),
  parameters: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  config: z.string(),
  backend: z.string(),
  profile: z.string(),
  policy: z.string(),
  seed: z.number().int(),
  /** The marked stretch, `all` for the whole cell. */
  region: z.string(),
  /** `wall`, `busy`, `instructions`, `originals`, `latency-p99`, … */
  metric: z.string(),
  unit: z.enum(units),
  /** The n-th reading of this region in this cell. */
  iteration: z.number().int(),
  value: z.number(),
})

export type Measurement = Readonly<z.infer<typeof measurementSchema>> & {
  readonly parameters: Parameters
}
