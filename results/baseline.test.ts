// Promotion: a baseline reads as the run it came from, and nothing writes to it again.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { promote } from './baseline.ts'
import { ResultStore, readRun } from './store.ts'
import { syntheticRun } from './synthetic-run.fixture.ts'

let directory: string
const run = syntheticRun([1])

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'baseline-'))
  await using store = await ResultStore.create(join(directory, 'run'), run.manifest)
  for (const cell of run.cells) await store.append(cell)
})

afterEach(() => rm(directory, { recursive: true, force: true }))

test('reads as the run it was made from, in a fraction of the bytes', async () => {
  const target = await promote(join(directory, 'run'), join(directory, 'baselines'), 'first')
  const promoted = await readRun(target)
  const original = await readRun(join(directory, 'run'))
  expect({ ...promoted, directory: '' }).toEqual({ ...original, directory: '' })
  const [packed, plain] = await Promise.all([
    readFile(join(target, 'rows.jsonl.gz')),
    readFile(join(directory, 'run', 'rows.jsonl')),
  ])
  expect(packed.length).toBeLessThan(plain.length / 8)
})

test('tells no folder of the host on which it ran', async () => {
  const path = join(directory, 'run', 'manifest.json')
  const manifest = JSON.parse(await readFile(path, 'utf8'))
  manifest.command = [
    'mirrorbench',
    'run',
    '--suite',
    'quick',
    '--out',
    join(directory, 'runs/one'),
  ]
  await writeFile(path, JSON.stringify(manifest))
  const target = await promote(join(directory, 'run'), join(directory, 'baselines'), 'first')
  const { command } = (await readRun(target)).manifest
  expect(command).toEqual(['mirrorbench', 'run', '--suite', 'quick', '--out', 'one'])
})

test('is never overwritten, resumed or given a bad name', async () => {
  const baselines = join(directory, 'baselines')
  const target = await promote(join(directory, 'run'), baselines, 'first')
  await expect(promote(join(directory, 'run'), baselines, 'first')).rejects.toMatchObject({
    kind: 'exists',
  })
  await expect(ResultStore.resume(target, run.manifest)).rejects.toMatchObject({ kind: 'exists' })
  await expect(promote(join(directory, 'run'), baselines, '../up')).rejects.toMatchObject({
    kind: 'invalid',
  })
})

test('is never made of a part of a run', async () => {
  const path = join(directory, 'run', 'rows.jsonl')
  const rows = await readFile(path, 'utf8')
  const ends = (line: string): boolean => line.startsWith('{"kind":"cell"')
  const lines = rows.trimEnd().split('\n')
  const last = lines.slice(0, -1).findLastIndex(ends)
  const promoted = () => promote(join(directory, 'run'), join(directory, 'baselines'), 'part')
  const there = `${run.cells.length - 1} of ${run.cells.length}`
  await writeFile(path, `${lines.slice(0, last + 1).join('\n')}\n`)
  await expect(promoted()).rejects.toThrow(`expected a whole run, got ${there} cells. `)
  await writeFile(path, rows.slice(0, -9))
  await expect(promoted()).rejects.toThrow(`${there} cells and a torn one. `)
})

test('damage inside or around the packing is an error', async () => {
  const target = await promote(join(directory, 'run'), join(directory, 'baselines'), 'first')
  const path = join(target, 'rows.jsonl.gz')
  const packed = await readFile(path)
  await writeFile(path, packed.subarray(0, packed.length / 2))
  await expect(readRun(target)).rejects.toMatchObject({ kind: 'damaged' })
  await writeFile(path, gzipSync('{"kind":"row"}\n'))
  await expect(readRun(target)).rejects.toThrow(/rows\.jsonl:1: expected a row/)
})
