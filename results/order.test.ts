// Order: equal cells give equal files, whichever of them ended first.

import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { cellName } from './cell.ts'
import { loadClaims } from './claim.ts'
import { writeCsv } from './csv.ts'
import { inOrder } from './order.ts'
import { type CellRecord, ResultStore, readRun } from './store.ts'
import { summarise } from './summary.ts'
import { syntheticRun } from './synthetic-run.fixture.ts'

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'order-'))
})
afterAll(() => rm(directory, { recursive: true }))

const { manifest, cells } = syntheticRun()

test('does not depend on the order of the rows (property)', () => {
  const expected = inOrder(manifest, cells)
  fc.assert(
    fc.property(fc.shuffledSubarray([...cells], { minLength: cells.length }), (shuffled) => {
      expect(inOrder(manifest, shuffled)).toEqual(expected)
    }),
    { numRuns: 20 },
  )
})

test('has numbers by size, configs as the manifest has them, seeds last', () => {
  const spaces = inOrder(manifest, cells).filter(
    ({ workload, parameters, seed }) =>
      workload === 'backup-latency' && parameters.how === 'sbrk' && seed < 3,
  )
  expect(spaces.slice(0, 3).map(cellName)).toEqual([
    'backup-latency bytes=4096 frames=cold how=sbrk · none · seed 1',
    'backup-latency bytes=4096 frames=cold how=sbrk · none · seed 2',
    'backup-latency bytes=4096 frames=cold how=sbrk · memv6 · seed 1',
  ])
  const sizes = [...new Set(spaces.map(({ parameters }) => parameters.bytes))]
  expect(sizes).toEqual(sizes.toSorted((a, b) => Number(a) - Number(b)))
})

test('two runs of the same cells leave the same summary and tables', async () => {
  const claims = await loadClaims()
  const left = async (name: string, order: readonly CellRecord[]) => {
    const path = join(directory, name)
    {
      await using store = await ResultStore.create(path, manifest)
      for (const cell of order) await store.append(cell)
    }
    const run = await readRun(path)
    const summary = summarise(run, claims)
    await writeCsv(run, summary)
    const tables = (await readdir(path)).filter((file) => file.endsWith('.csv')).toSorted()
    const texts = tables.map((file) => readFile(join(path, file), 'utf8'))
    return [JSON.stringify(summary), ...(await Promise.all(texts))]
  }
  const once = await left('once', cells)
  expect(once).toHaveLength(7)
  expect(await left('again', cells.toReversed())).toEqual(once)
})
