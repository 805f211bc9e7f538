// Registry: what there is in a folder of entries (configs, workloads, claims, charts, probes, invariants).
// Invariant: an entry is the default export of the file that bears its name, so that adding one is adding a
// file. A file without a default export (a door, a part shared by entries) is not an entry.

import { readdir } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { UserError } from '../errors/user-error.ts'

export interface Named {
  readonly name: string
}

/** The entries of a folder by name, in order of name. */
export type Entries<T extends Named> = ReadonlyMap<string, T>

/** The file and the entry in it disagree: a defect of the project, found before anything runs. */
export class RegistryError extends Error {
  override readonly name = 'RegistryError'
}

/** The user asked for an entry that is not there. */
export class UnknownName extends UserError {
  override readonly name = 'UnknownName'
}

const project = fileURLToPath(new URL('..', import.meta.url))
const SOURCE = /(?<!\.(?:test|fixture|d))\.(?:ts|js)$/

/** All entries below `folder`, a path relative to the project. */
export async function entries<T extends Named>(folder: string): Promise<Entries<T>> {
  return entriesIn<T>(join(project, folder))
}

/** The files that `entries` looks into, as paths from the project with `/`. */
export async function entryFiles(folder: string): Promise<readonly string[]> {
  const paths = await sourceFiles(join(project, folder))
  return paths.map((path) => relative(project, path).split(sep).join('/'))
}

/** All entries below `root`, an absolute path. */
export async function entriesIn<T extends Named>(root: string): Promise<Entries<T>> {
  const found: [string, T][] = []
  for (const path of await sourceFiles(root)) {
    const { default: entry } = (await import(pathToFileURL(path).href)) as { default?: T }
    if (entry === undefined) continue
    const name = relative(root, path).replace(SOURCE, '').split(sep).join('/')
    if (entry.name !== name) {
      throw new RegistryError(
        `${path}: expected name '${name}' as its file says, got '${entry.name}'`,
      )
    }
    found.push([name, entry])
  }
  return new Map(found.sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** The entries in the order of `places`, a list of their names; those that it does not name come last. */
export function arranged<T extends Named>(from: Entries<T>, places: readonly string[]): T[] {
  const ghosts = places.filter((name) => !from.has(name))
  if (ghosts.length > 0) {
    throw new RegistryError(
      `expected places of ${[...from.keys()].join(', ')}; got one of ${ghosts.join(', ')}`,
    )
  }
  const rest = [...from.keys()].filter((name) => !places.includes(name))
  return [...new Set([...places, ...rest])].map((name) => from.get(name)!)
}

/** The entry called `name`; an unknown one is named together with what there is. */
export function pick<T>(from: ReadonlyMap<string, T>, kind: string, name: string): T {
  const entry = from.get(name)
  if (entry !== undefined) return entry
  throw new UnknownName(`expected a ${kind} out of ${[...from.keys()].join(', ')}; got '${name}'`)
}

async function sourceFiles(root: string): Promise<string[]> {
  const all = await readdir(root, { recursive: true, withFileTypes: true })
  return all
    .filter((entry) => entry.isFile() && SOURCE.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
}
