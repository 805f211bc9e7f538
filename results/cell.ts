// CellRecord: what became of one cell: its coordinates, its rows, and how it ended. Nothing disappears:
// a cell that was skipped or failed is a record with a reason.

import { z } from 'zod'
import {
  coordinateFields,
  lineSchema,
  type Measurement,
  nameSchema,
  type Parameters,
} from './measurement.ts'

/** Text that a guest wrote is kept as it came, cut at this length; what shows it must escape it. */
const GUEST_TEXT_LENGTH = 16_384
const BACKTRACE_LENGTH = 64

const guestTextSchema = z.string().max(GUEST_TEXT_LENGTH)
/** A reason: printable text, possibly of several lines. */
const reasonSchema = z.string().min(1).max(4096)

/** What is known of a guest that was stopped in the middle. */
const lastWords = {
  /** The last lines of the guest's console. */
  console: guestTextSchema.optional(),
  backtrace: z.array(z.string().max(512)).max(BACKTRACE_LENGTH).optional(),
}

const outcomeSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('done'),
    /** Digest of the machine's final state, to be found again by a second run of the cell. */
    digest: lineSchema.optional(),
  }),
  z.object({ kind: z.literal('skipped'), why: reasonSchema }),
  z.object({
    kind: z.literal('failed'),
    why: reasonSchema,
    /** How the machine stopped: `stuck`, `deadline`, `power-off`. */
    stop: lineSchema.optional(),
    ...lastWords,
  }),
  /** A walk found that an invariant of the config does not hold. The rows keep its counts alone. */
  z.object({
    kind: z.literal('violated'),
    invariant: nameSchema,
    violations: z.number().int().positive(),
    /** The first violations, in words. */
    why: reasonSchema,
    ...lastWords,
  }),
])
export type Outcome = Readonly<z.infer<typeof outcomeSchema>>

export const cellEndSchema = z.object({
  ...coordinateFields,
  outcome: outcomeSchema,
  /** Host time that the cell took; never compared with virtual time. */
  hostMs: z.number().nonnegative().max(Number.MAX_SAFE_INTEGER),
})
export type CellEnd = Readonly<z.infer<typeof cellEndSchema>>

/** A finished cell with its rows. */
export interface CellRecord extends CellEnd {
  readonly rows: readonly Measurement[]
}

/** What names a cell in the matrix of all cells: equal for two runs of the same cell. */
export interface Coordinates {
  readonly workload: string
  readonly parameters: Parameters
  readonly config: string
  readonly backend: string
  readonly profile: string
  readonly policy: string
  readonly seed: number
}

/** `backup-latency bytes=204800 how=sbrk · memv6 · seed 1` */
export function cellName(
  cell: Pick<Coordinates, 'workload' | 'parameters' | 'config' | 'seed'>,
): string {
  return `${rowName(cell)} · ${cell.config} · seed ${cell.seed}`
}

/** `backup-latency bytes=204800 how=sbrk` */
export function rowName(cell: Pick<Coordinates, 'workload' | 'parameters'>): string {
  return [cell.workload, ...parameterWords(cell.parameters)].join(' ')
}

/** Equal texts for equal parameters, whatever their order. */
export function parameterWords(parameters: Parameters): string[] {
  return Object.keys(parameters)
    .toSorted()
    .map((name) => `${name}=${String(parameters[name])}`)
}

/** Equal for two records of the same cell, whatever their keys; the later of two stands. */
export function coordinatesKey(cell: Coordinates): string {
  const { workload, config, backend, profile, policy, seed } = cell
  return JSON.stringify([
    workload,
    parameterWords(cell.parameters),
    config,
    backend,
    profile,
    policy,
    seed,
  ])
}
