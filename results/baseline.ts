// Baseline: a whole run kept in the repository, promoted and never edited. Invariant: it reads as the run it
// was made from, row for row, but for the folders of the host in its commands; its rows are packed, because
// they repeat themselves. Part of a run is no baseline.

import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { basename, isAbsolute, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { writeGroup } from './journal.ts'
import type { Manifest } from './manifest.ts'
import { nameSchema } from './measurement.ts'
import { completenessOf } from './plan.ts'
import { readRun, type StoredRun, StoreError } from './store.ts'
import { PACKED_ROWS } from './store-error.ts'

/** The run in `directory`; throws StoreError if planned cells are missing or its rows are torn. */
export async function wholeRun(directory: string): Promise<StoredRun> {
  const run = await readRun(directory)
  const { planned, missing } = completenessOf(run.manifest, run.cells)
  if (missing.length === 0 && !run.torn) return run
  const there = `${run.cells.length} of ${planned ?? 'unknown'} cells${run.torn ? ' and a torn one' : ''}`
  throw new StoreError(
    'invalid',
    `${directory}: expected a whole run, got ${there}. Go on with it by --resume first`,
  )
}

/** Copies the run in `directory` to `baselines`/`name`, which must be new or empty. */
export async function promote(directory: string, baselines: string, name: string): Promise<string> {
  if (!nameSchema.safeParse(name).success) {
    throw new StoreError('invalid', `expected a name of letters, digits and . _ -, got ${name}`)
  }
  const run = await wholeRun(directory)
  const target = join(baselines, name)
  await mkdir(target, { recursive: true })
  if ((await readdir(target)).length > 0) {
    throw new StoreError(
      'exists',
      `${target}: expected a new baseline, got one with files. Remove it first, or give another name`,
    )
  }
  await writeFile(
    join(target, 'manifest.json'),
    `${JSON.stringify(withoutFolders(run.manifest), null, 2)}\n`,
  )
  const rows = run.cells.map(writeGroup).join('')
  await writeFile(join(target, PACKED_ROWS), gzipSync(rows, { level: 9 }))
  return target
}

/** The manifest as it can be told elsewhere: of a path on this host its commands keep the last part. */
function withoutFolders(manifest: Manifest): Manifest {
  const told = (command: readonly string[]) =>
    command.map((argument) => (isAbsolute(argument) ? basename(argument) : argument))
  return {
    ...manifest,
    command: told(manifest.command),
    resumed: manifest.resumed?.map((one) => ({ ...one, command: told(one.command) })),
  }
}
