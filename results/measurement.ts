// Measurement: one flat row of results, the only thing that crosses from measuring to showing.
// Invariant: what passes the schema is finite, not negative, of known unit, and safe to use as a name;
// numbers of virtual time and counts are integers, and any two values have a ratio that is finite.

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

/** Units whose values are exact integers. */
const exactUnits: ReadonlySet<Unit> = new Set(['cycles', 'instructions', 'count', 'bytes'])

export type Parameters = { readonly [name: string]: string | number | boolean }

/** Beyond this a double no longer counts by ones. */
const MOST = Number.MAX_SAFE_INTEGER
/** The least that is not 0: no clock or counter of ours tells less. */
const LEAST = 1e-9

/** Longest name of anything in a row. */
const NAME_LENGTH = 128
const TEXT_LENGTH = 256
/** More parameters than this on one workload are damage, not a workload. */
const PARAMETERS_MAX = 16

/** A path of plain words (`commands/ls`, `memv6`): never absolute, never with `..`. */
export const nameSchema = z
  .string()
  .max(NAME_LENGTH)
  .regex(
    /^[A-Za-z0-9][\w.+-]*(\/[A-Za-z0-9][\w.+-]*)*$/,
    'expected words of letters, digits and . _ + - with / between them',
  )

/** Nothing that a terminal acts on: C0, DEL, C1, and Unicode's ends of lines. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it refuses
const ONE_LINE = /^[^\u0000-\u001f\u007f-\u009f\u2028\u2029]*$/

/** One printable line. */
export const lineSchema = z
  .string()
  .min(1)
  .max(TEXT_LENGTH)
  .regex(ONE_LINE, 'expected one line without control characters')

/** A key as the harness makes it: a hash in hexadecimal or base64url. */
const keySchema = z
  .string()
  .max(NAME_LENGTH)
  .regex(/^[\w-]+$/, 'expected a hash')

const hostileKeys: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])

export const parametersSchema = z
  .custom<Parameters>(
    (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
    'expected an object of parameters',
  )
  .refine((value) => Object.keys(value).length <= PARAMETERS_MAX, 'too many parameters')
  .refine(
    (value) => Object.keys(value).every((key) => /^[A-Za-z][\w-]*$/.test(key)),
    'expected parameter names of letters and digits',
  )
  .refine(
    (value) => Object.keys(value).every((key) => !hostileKeys.has(key)),
    'a parameter has a forbidden name',
  )
  .refine(
    (value) => Object.values(value).every(isParameterValue),
    'expected parameters that are one line of text, numbers up to 2^53 or booleans',
  )

function isParameterValue(value: unknown): boolean {
  if (typeof value === 'boolean') return true
  if (typeof value === 'number') return Math.abs(value) <= MOST
  return lineSchema.safeParse(value).success
}

/** What names a cell, in each of its rows: its key, and its coordinates (cell.ts). */
export const coordinateFields = {
  /** Hash of everything that determines the cell. */
  cell: keySchema,
  workload: nameSchema,
  parameters: parametersSchema,
  config: nameSchema,
  backend: nameSchema,
  profile: nameSchema,
  policy: nameSchema,
  seed: z.number().int().nonnegative(),
}

export const measurementSchema = z
  .object({
    run: nameSchema,
    ...coordinateFields,
    /** What was measured of the cell: a region that marks or the harness bracket, `all` for the whole. */
    region: lineSchema,
    /** `wall`, `busy`, `instructions`, `originals`, `latency-p99`, … */
    metric: lineSchema,
    unit: z.enum(units),
    /** The n-th reading of this region in this cell. */
    iteration: z.number().int().nonnegative(),
    /** Nothing that is counted or timed is less than nothing. */
    value: z.number().nonnegative(),
  })
  .refine((row) => !exactUnits.has(row.unit) || Number.isSafeInteger(row.value), {
    message: 'expected an integer, as values in cycles, instructions, counts and bytes are exact',
    path: ['value'],
  })
  .refine(({ value }) => value === 0 || (Math.abs(value) >= LEAST && Math.abs(value) <= MOST), {
    message: `expected 0, or a value from ${LEAST} to ${MOST}`,
    path: ['value'],
  })

export type Measurement = Readonly<z.infer<typeof measurementSchema>>
