// The header of a run that goes on: it keeps what every command asked for, and stays readable.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Manifest, ResultStore, readRun } from './store.ts'
import { syntheticManifest } from './synthetic-run.fixture.ts'

let directory: string

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'manifest-'))
})

afterEach(() => rm(directory, { recursive: true, force: true }))

async function emptyRun(): Promise<void> {
  await (await ResultStore.create(directory, syntheticManifest)).close()
}

test('every command that went on with a run is kept once, with its suite', async () => {
  await emptyRun()
  const later: Manifest = {
    ...syntheticManifest,
    suite: 'thesis',
    command: ['mirrorbench', 'run', '--suite', 'thesis', '--resume'],
    started: '2026-01-03T00:00:00.000Z',
  }
  const again: Manifest = { ...later, started: '2026-01-04T00:00:00.000Z' }
  for (const next of [syntheticManifest, later, again, { ...later, suite: 'nightly' }]) {
    await (await ResultStore.resume(directory, next)).close()
  }
  const { manifest } = await readRun(directory)
  expect(manifest.command).toEqual(syntheticManifest.command)
  const { command, started } = later
  expect(manifest.resumed).toEqual([
    { suite: 'thesis', command, started },
    { suite: 'nightly', command, started },
  ])
})

test('a run that would have more commands than a manifest holds is left as it is', async () => {
  await emptyRun()
  const { suite, started } = syntheticManifest
  const resumed = Array.from({ length: 1024 }, (_, n) => {
    return { suite, started, command: ['mirrorbench', `${n}`] }
  })
  const path = join(directory, 'manifest.json')
  await writeFile(path, JSON.stringify({ ...syntheticManifest, resumed }))
  const next: Manifest = { ...syntheticManifest, command: ['mirrorbench', 'one more'] }
  await expect(ResultStore.resume(directory, next)).rejects.toMatchObject({ kind: 'invalid' })
  expect((await readRun(directory)).manifest.resumed).toHaveLength(1024)
})
