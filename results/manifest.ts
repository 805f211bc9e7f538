// Manifest: the header of a run. Invariant: with it the rows need neither configs nor workloads to
// be understood, years later and on another machine.

import { z } from 'zod'
import { lineSchema, nameSchema } from './measurement.ts'
import { isListable, planSchema } from './plan.ts'

/** Raised when a field of a manifest or a row changes its meaning or goes. */
export const SCHEMA_VERSION = 1

/** Words by name: versions, host, image hashes. */
const wordsSchema = z
  .custom<Readonly<Record<string, string>>>(
    (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
    'expected an object of texts',
  )
  .refine(
    (value) =>
      Object.entries(value).length <= 256 &&
      Object.entries(value).every(
        ([name, word]) =>
          nameSchema.safeParse(name).success && typeof word === 'string' && word.length <= 1024,
      ),
    'expected an object of short texts',
  )

const manifestConfigSchema = z.object({
  name: nameSchema,
  about: z.string().max(2000),
  baseline: nameSchema.optional(),
  control: nameSchema.optional(),
  policy: nameSchema,
  /** `none`, `user+tables`, `guest frames`. */
  coverage: lineSchema,
  /** Role (`firmware`, `kernel`, `initrd`) → sha256. */
  images: wordsSchema,
  /** What else of the config is in its cells' keys, each field as JSON; absent in runs of older versions. */
  fields: wordsSchema.optional(),
})
export type ManifestConfig = Readonly<z.infer<typeof manifestConfigSchema>>

const manifestWorkloadSchema = z.object({
  name: nameSchema,
  about: z.string().max(2000),
  /** Names of the claims that it serves; runs of older versions have a sentence `figure` instead. */
  claims: z.array(nameSchema).max(64).optional(),
})

/** A command that ran cells. */
const commandSchema = z.object({
  suite: lineSchema,
  command: z.array(z.string().max(4096)).max(256),
  /** ISO 8601. */
  started: z.iso.datetime(),
})
export type RunCommand = Readonly<z.infer<typeof commandSchema>>

export const manifestSchema = z.object({
  schemaVersion: z.literal(SCHEMA_VERSION),
  run: nameSchema,
  ...commandSchema.shape,
  /** The other commands that went on with the run, each once, in their order. */
  resumed: z.array(commandSchema).max(1024).optional(),
  /** `mirrorbench`, `emulator`, `node`, `commit`, … */
  versions: wordsSchema,
  /** sha256 of the disk image that every config has; absent in runs of older versions. */
  disk: lineSchema.optional(),
  backend: nameSchema,
  profile: z.object({
    name: nameSchema,
    about: z.string().max(2000),
    /** Cycles in a second of virtual time; turns cycles into milliseconds. */
    hz: z.number().int().positive(),
  }),
  /** All seeds asked for; which of them stand behind a figure, the figure says. */
  seeds: z.array(z.number().int().nonnegative()).max(10_000),
  /** What was asked for, one part a command; absent in runs of older versions. */
  plan: z
    .array(planSchema)
    .max(1024)
    .refine(isListable, 'expected a plan of fewer cells')
    .optional(),
  configs: z.array(manifestConfigSchema).max(256),
  workloads: z.array(manifestWorkloadSchema).max(4096),
  /** Host fingerprint: `cpu`, `cores`, `platform`, `memory`, … Nothing that names a person. */
  host: wordsSchema,
})
export type Manifest = Readonly<z.infer<typeof manifestSchema>>

/** All commands that ran cells of a run, the first one first. */
export function commandsOf({ suite, command, started, resumed = [] }: Manifest): RunCommand[] {
  return [{ suite, command, started }, ...resumed]
}
