// Strangers: cells that contradict the manifest beside them are neither written nor read.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { CellRecord } from './cell.ts'
import { writeGroup } from './journal.ts'
import { cell } from './made-up-cells.fixture.ts'
import { ResultStore, readRun } from './store.ts'
import { syntheticManifest } from './synthetic-run.fixture.ts'

const good = cell(['boot', 'memv6', 1], 'boot', { wall: 300 })

const changed = (change: Partial<CellRecord>): CellRecord => ({
  ...good,
  ...change,
  rows: good.rows.map((row) => ({ ...row, ...change })),
})

test.each([
  ['another profile', { profile: 'in-order' }, 'expected profile flat'],
  ['another back end', { backend: 'qemu' }, 'expected back end rv64'],
  ['a config that the run has not', { config: 'memv7' }, 'one of the configs none, memv6'],
  ['another policy of its config', { policy: 'store' }, 'expected policy space'],
])('a cell of %s is neither written nor read', async (_, change, words) => {
  const directory = join(await mkdtemp(join(tmpdir(), 'stranger-')), 'run')
  try {
    {
      await using store = await ResultStore.create(directory, syntheticManifest)
      await store.append(good)
      await expect(store.append(changed(change))).rejects.toThrow(words)
    }
    expect((await readRun(directory)).cells).toHaveLength(1)
    await writeFile(join(directory, 'rows.jsonl'), writeGroup(changed(change)))
    await expect(readRun(directory)).rejects.toThrow(words)
    await expect(ResultStore.resume(directory, syntheticManifest)).rejects.toThrow(words)
  } finally {
    await rm(join(directory, '..'), { recursive: true, force: true })
  }
})
