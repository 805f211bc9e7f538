// A run goes on with the disk that it began with, as it does with its images.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ResultStore } from './store.ts'
import { syntheticManifest } from './synthetic-run.fixture.ts'

test('going on with another disk is refused; a run that kept none goes on', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'disk-'))
  const opened = async (name: string, disk: string | undefined): Promise<string | undefined> => {
    const manifest = disk === undefined ? syntheticManifest : { ...syntheticManifest, disk }
    await using store = await ResultStore.resume(join(folder, name), manifest)
    return store.manifest.disk
  }
  try {
    expect(await opened('kept', 'a')).toBe('a')
    expect(await opened('kept', 'a')).toBe('a')
    await expect(opened('kept', 'b')).rejects.toThrow(
      'expected a run with the same disk to go on with, got "a" there and "b" now. ',
    )
    expect(await opened('older', undefined)).toBeUndefined()
    expect(await opened('older', 'b')).toBeUndefined()
  } finally {
    await rm(folder, { recursive: true })
  }
})
