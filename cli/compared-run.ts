// A run to compare, as the command line names it: the directory of a run, or the name of a promoted one.
// Invariant: a directory that holds a run goes before a name; what is neither is wrong use.

import { existsSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readRun, type StoredRun } from '../results/store.ts'
import { UsageError } from './exit.ts'

const PROMOTED = fileURLToPath(new URL('../results/baselines/', import.meta.url))

/**
 * The run, read whole. Throws UsageError if there is none of this name or none in it, StoreError for
 * damage.
 */
export async function comparedRun(named: string): Promise<StoredRun> {
  const run = await readRun(directoryOf(named))
  if (run.cells.length > 0) return run
  throw new UsageError(
    `${named}: expected a run with cells to compare, got none. Go on with it by run --resume, or name another`,
  )
}

function directoryOf(named: string): string {
  const directory = resolve(named)
  if (existsSync(join(directory, 'manifest.json'))) return directory
  const promoted = promotedNames()
  if (promoted.includes(named)) return join(PROMOTED, named)
  throw new UsageError(
    `${named}: expected a run directory with manifest.json or a promoted run out of ${promoted.join(', ')}, got neither. Give the directory that "run" named at its end`,
  )
}

function promotedNames(): string[] {
  return readdirSync(PROMOTED, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
}
