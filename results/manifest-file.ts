// manifest.json: how the header of a run lies on disk. Invariant: the file is whole or absent, and
// a run that goes on keeps its machine, disk and images.

import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { problem } from './journal.ts'
import {
  commandsOf,
  type Manifest,
  manifestSchema,
  type RunCommand,
  SCHEMA_VERSION,
} from './manifest.ts'
import { unitePlans } from './plan.ts'
import { putFile, readBytes } from './run-file.ts'
import { damaged, StoreError } from './store-error.ts'

const MANIFEST_BYTES = 1 << 22

export function checkManifest(manifest: Manifest): Manifest {
  const parsed = manifestSchema.safeParse(manifest)
  if (parsed.success) return parsed.data
  throw new StoreError('invalid', `expected a manifest, ${problem(parsed.error)}`)
}

export async function readManifest(directory: string): Promise<Manifest | undefined> {
  const path = join(directory, 'manifest.json')
  const bytes = await readBytes(path, MANIFEST_BYTES)
  if (bytes === undefined) return undefined
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (cause) {
    throw damaged(path, `expected JSON, got ${(cause as Error).message}`)
  }
  refuseForeignSchema(path, value)
  const parsed = manifestSchema.safeParse(value)
  if (!parsed.success) throw damaged(path, `expected a manifest, ${problem(parsed.error)}`)
  return parsed.data
}

/** A manifest of another version is whole, and no backup of it would help. */
function refuseForeignSchema(path: string, value: unknown): void {
  if (typeof value !== 'object' || value === null || !('schemaVersion' in value)) return
  const { schemaVersion: got } = value
  if (!Number.isSafeInteger(got) || got === SCHEMA_VERSION) return
  throw new StoreError(
    'different',
    `${path}: expected schema version ${SCHEMA_VERSION}, got ${got}. Read the run with the version of mirrorbench that wrote it`,
  )
}

/** Replaces the manifest whole, and waits until the disk has it. */
export async function writeManifest(directory: string, manifest: Manifest): Promise<void> {
  const text = `${JSON.stringify(manifest, null, 2)}\n`
  await putFile(directory, 'manifest.json', text, { flush: true })
}

/** The manifest of a resumed run: same machine, disk and images, more seeds, configs or workloads. */
export function unite(directory: string, stored: Manifest, next: Manifest): Manifest {
  const same = (what: string, a: unknown, b: unknown): void => {
    if (JSON.stringify(a) === JSON.stringify(b)) return
    throw new StoreError(
      'different',
      `${directory}: expected a run with the same ${what} to go on with, got ${JSON.stringify(a)} there and ${JSON.stringify(b)} now. Start another directory with --out`,
    )
  }
  same('backend', stored.backend, next.backend)
  same('profile', stored.profile, next.profile)
  same('emulator', stored.versions.emulator, next.versions.emulator)
  // A run of an older version did not keep its disk; its keys tell then which cells are run again.
  if (stored.disk !== undefined) same('disk', stored.disk, next.disk)
  for (const config of next.configs) {
    const before = stored.configs.find((other) => other.name === config.name)
    if (before !== undefined) same(`images of ${config.name}`, before.images, config.images)
  }
  const { plan: before, resumed: _, ...kept } = stored
  const plan = unitePlans(before, next.plan)
  return {
    ...kept,
    ...(plan === undefined ? {} : { plan: [...plan] }),
    ...resumedBy(stored, next),
    seeds: [...new Set([...stored.seeds, ...next.seeds])].toSorted((a, b) => a - b),
    configs: byName(stored.configs, next.configs),
    workloads: byName(stored.workloads, next.workloads),
  }
}

/** The commands after the first; one given again, as after each interruption, counts once. */
function resumedBy(stored: Manifest, next: Manifest): Pick<Manifest, 'resumed'> {
  const wordsOf = ({ suite, command }: RunCommand): string => JSON.stringify([suite, command])
  const known = commandsOf(stored)
  const isNew = (one: RunCommand): boolean =>
    known.every((other) => wordsOf(other) !== wordsOf(one))
  const resumed = [...known.slice(1), ...commandsOf(next).filter(isNew)]
  return resumed.length === 0 ? {} : { resumed }
}

function byName<T extends { readonly name: string }>(a: readonly T[], b: readonly T[]): T[] {
  return [...new Map([...a, ...b].map((entry) => [entry.name, entry])).values()]
}

/** Makes names created or renamed in a directory durable. */
export async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
