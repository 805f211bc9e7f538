// Version: a hash of all sources that a cell's result depends on besides its images. Invariant: equal
// hashes mean equal programs; where the files lie and what else lies beside them does not count.

import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

const project = fileURLToPath(new URL('..', import.meta.url))
const ROOMS = ['machine', 'workloads', 'harness']
const HASH_LENGTH = 16

export async function sourceVersion(): Promise<string> {
  const hash = createHash('sha256')
  for (const room of ROOMS) {
    for (const path of await sources(join(project, room))) {
      hash.update(`${relative(project, path).split(sep).join('/')}\0`)
      hash.update(await readFile(path))
      hash.update('\0')
    }
  }
  return hash.digest('hex').slice(0, HASH_LENGTH)
}

async function sources(folder: string): Promise<string[]> {
  const all = await readdir(folder, { recursive: true, withFileTypes: true })
  return all
    .filter((entry) => entry.isFile() && /\.(ts|js)$/.test(entry.name))
    .filter((entry) => !/\.test\.(ts|js)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
}
