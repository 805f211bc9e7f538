// A run directory that goes away under its writer: the next cell says so, and is not promised.

import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ResultStore } from './store.ts'
import { syntheticManifest, syntheticRun } from './synthetic-run.fixture.ts'

let directory: string
beforeEach(async () => {
  directory = join(await mkdtemp(join(tmpdir(), 'store-moved-')), 'run')
})
afterEach(() => rm(join(directory, '..'), { recursive: true }))

test.each([
  ['removed', () => rm(directory, { recursive: true })],
  ['moved', () => rename(directory, `${directory}.old`)],
  [
    'replaced',
    async () => {
      await rename(directory, `${directory}.old`)
      await mkdir(directory)
      await writeFile(join(directory, 'rows.jsonl'), '')
    },
  ],
  ['a file', () => rename(directory, `${directory}.old`).then(() => writeFile(directory, ''))],
])('%s: the next cell is refused', async (_, goAway) => {
  const [first, second] = syntheticRun().cells
  const store = await ResultStore.create(directory, syntheticManifest)
  await store.append(first!)
  await goAway()
  await expect(store.append(second!)).rejects.toThrow(
    /run: expected the rows.jsonl that this run writes, got none or another: it was moved or removed/,
  )
  expect(store.finished(second!.cell)).toBeUndefined()
  await store.close().catch(() => {})
})
