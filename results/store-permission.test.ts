// A run directory that the user may not write to: the store says so, root running the test too.

import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ResultStore, type StoreError } from './store.ts'
import { syntheticManifest } from './synthetic-run.fixture.ts'

const NOBODY = 65_534

test('a directory without write permission is unwritable', async ({ skip }) => {
  if (process.getuid === undefined) skip('this platform has no permission bits')
  const parent = await mkdtemp(join(tmpdir(), 'store-'))
  await chmod(parent, 0o755)
  const directory = join(parent, 'run')
  await mkdir(directory)
  await chmod(directory, 0o555)
  try {
    const creating = () => ResultStore.create(directory, syntheticManifest)
    await expect(unprivileged(creating)).rejects.toMatchObject<Partial<StoreError>>({
      name: 'StoreError',
      kind: 'unwritable',
    })
  } finally {
    await rm(parent, { recursive: true })
  }
})

/** Root lacks no permission, so root does it as another user. */
async function unprivileged<T>(work: () => Promise<T>): Promise<T> {
  const root = process.geteuid?.() === 0
  if (root) process.seteuid?.(NOBODY)
  try {
    return await work()
  } finally {
    if (root) process.seteuid?.(0)
  }
}
