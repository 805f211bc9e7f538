// Origin: how the machine of a recording came about, as the recording says. A recording is foreign input.
// Invariant: it makes a machine only of what the verbs themselves would take, and of the files that
// it names only regular ones are opened.

import { z } from 'zod'
import { loadCatalogue } from '../../harness/catalogue.ts'
import { specFor } from '../../harness/computer.ts'
import { profileNamed } from '../../harness/profile.ts'
import { realParts } from '../../harness/real-parts.ts'
import type { MachineSpec } from '../../machine/machine.ts'
import { RecordingError } from '../../machine/rv64/session/recording.ts'
import { pick } from '../../registry/registry.ts'
import { problem } from '../../results/journal.ts'
import { regularBytesOf } from '../input-file.ts'
import { MOST_MEMORY_MIB, specOf } from './made-machine.ts'

/** A number as a recorder writes it: every value of an origin is text. */
const count = (least: number, most = Number.MAX_SAFE_INTEGER) =>
  z
    .string()
    .regex(/^\d{1,16}$/, 'expected a whole number')
    .transform(Number)
    .pipe(z.number().min(least).max(most))
const path = z.string().min(1).max(4096)

const configured = z.object({
  verb: z.enum(['shell', 'serve']),
  config: z.string(),
  seed: count(0),
  profile: z.string(),
})
const made = z.object({
  verb: z.literal('machine'),
  kernel: path,
  bios: path.optional(),
  initrd: path.optional(),
  drive: path.optional(),
  append: z.string().optional(),
  memory: count(1, MOST_MEMORY_MIB),
  virtio: count(1, 2),
  harts: count(1, 64).default(1),
  profile: z.string(),
})
const originSchema = z.discriminatedUnion('verb', [configured, made], {
  error: "expected one of 'machine', 'shell' or 'serve'",
})

export interface Origin {
  readonly spec: MachineSpec
  /** Paths that the recording named and that were read. */
  readonly files: readonly string[]
}

/** The machine that was recorded, as far as its origin tells; the replay compares the rest. */
export async function machineOf(origin: Readonly<Record<string, string>>): Promise<Origin> {
  const parsed = originSchema.safeParse(origin)
  if (!parsed.success) {
    const got = JSON.stringify(origin)
    throw new RecordingError(
      `expected the options of a session, ${problem(parsed.error)}, got ${got}`,
    )
  }
  const { data } = parsed
  profileNamed(data.profile)
  if (data.verb === 'machine') {
    const files = [data.kernel, data.bios, data.initrd, data.drive].filter(
      (file): file is string => file !== undefined && file !== 'none',
    )
    return { spec: await specOf(data, regularBytesOf), files }
  }
  const { configs } = await loadCatalogue()
  const { config, seed, profile } = data
  return {
    spec: await specFor(pick(configs, 'config', config), realParts, { seed, profile }),
    files: [],
  }
}
