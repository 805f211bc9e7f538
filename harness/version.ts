// Version: a hash of all programs that a cell's rows depend on besides its images: what a worker may load,
// found by following imports. Invariant: equal hashes mean equal programs; where the files lie and what else
// lies beside them, tests and what only they use among it, does not count.

import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path/posix'
import { fileURLToPath } from 'node:url'
import { entryFiles } from '../registry/registry.ts'

const project = fileURLToPath(new URL('..', import.meta.url))
/** The file in which a worker begins, and the folders out of which it loads entries by their names. */
const WORKER = 'harness/worker.ts'
const FOLDERS = ['workloads', 'harness/probes', 'harness/invariants']
const HASH_LENGTH = 16

/** Gives the text of a file of the project, by its path from there. */
export type Read = (path: string) => Promise<string>

export async function sourceVersion(read: Read = readProject): Promise<string> {
  const hash = createHash('sha256')
  for (const path of await sourceFiles(read)) hash.update(`${path}\0${await read(path)}\0`)
  return hash.digest('hex').slice(0, HASH_LENGTH)
}

/** The files that count, in order of their paths: sources, and the manifests of packages they import. */
export async function sourceFiles(read: Read = readProject): Promise<readonly string[]> {
  const entries = await Promise.all(FOLDERS.map(entryFiles))
  const waiting = [WORKER, ...entries.flat()]
  const known = new Set(waiting)
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (path.endsWith('.json')) continue
    for (const target of importsIn(await read(path))) {
      const found = target.startsWith('.')
        ? join(dirname(path), target)
        : `node_modules/${packageOf(target)}/package.json` // it holds the version
      if (!known.has(found)) waiting.push(found)
      known.add(found)
    }
  }
  return [...known].sort()
}

/** What a source imports at run time, `import(…)` included, but for what is Node's own. */
function importsIn(text: string): string[] {
  const statements = text.matchAll(/^(?:import|export)\s+(type\s)?[^'";]*?from\s+'([^']+)'/gm)
  const loaded = [...statements].filter(([, type]) => type === undefined)
  const calls = text.matchAll(/\bimport\(\s*()'([^']+)'|^import\s+()'([^']+)'/gm)
  return [...loaded, ...calls]
    .map(([, , target, , alone]) => target ?? alone!)
    .filter((target) => !target.startsWith('node:'))
}

/** `@scope/name/file.js` → `@scope/name`. */
function packageOf(target: string): string {
  return target
    .split('/')
    .slice(0, target.startsWith('@') ? 2 : 1)
    .join('/')
}

function readProject(path: string): Promise<string> {
  return readFile(join(project, path), 'utf8')
}
