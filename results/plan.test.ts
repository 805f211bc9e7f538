// The plan in the manifest: what is missing is named, going on adds to it, and older runs have none.

import { appendFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { cellName } from './cell.ts'
import { type Manifest, manifestSchema } from './manifest.ts'
import { completenessOf, type PlanPart, plannedCells } from './plan.ts'
import { ResultStore, readRun } from './store.ts'
import { syntheticManifest, syntheticRun } from './synthetic-run.fixture.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'plan-'))
})
afterEach(() => rm(directory, { recursive: true }))

const part = (seeds: readonly number[], names = ['noop']): PlanPart => ({
  workloads: names.map((name) => ({ name, points: [{}] })),
  configs: ['none', 'memv6'],
  seeds: [...seeds],
})
const planned = (...plan: PlanPart[]): Manifest => ({ ...syntheticManifest, plan })
const names = (manifest: Manifest) => plannedCells(manifest)?.map(cellName)

describe('a plan', () => {
  test('is the product of its parts, each cell once', () => {
    expect(names(planned(part([1, 2]), part([2, 3])))).toEqual([
      ...['noop · none · seed 1', 'noop · memv6 · seed 1'],
      ...['noop · none · seed 2', 'noop · memv6 · seed 2'],
      ...['noop · none · seed 3', 'noop · memv6 · seed 3'],
    ])
    expect(names(syntheticManifest)).toBeUndefined()
  })

  test('names what has no record, whatever stands in the rows besides', () => {
    const { manifest, cells } = syntheticRun()
    expect(completenessOf(manifest, cells)).toEqual({ planned: cells.length, missing: [] })
    const some = cells.filter(({ workload }) => workload !== 'noop')
    const { planned, missing } = completenessOf(manifest, some)
    expect(planned).toBe(cells.length)
    expect(missing.map(({ workload }) => workload)).toEqual(Array(12).fill('noop'))
    const smaller = { ...manifest, plan: [part([1])] }
    expect(completenessOf(smaller, cells)).toEqual({ planned: cells.length, missing: [] })
  })

  test('of too many cells to list is refused', () => {
    const seeds = Array.from({ length: 10_000 }, (_, seed) => seed)
    const many = planned(part(seeds, Array(100).fill('noop')))
    expect(manifestSchema.safeParse(many).success).toBe(false)
  })
})

describe('going on with a run', () => {
  const united = async (...manifests: readonly Manifest[]): Promise<Manifest> => {
    for (const manifest of manifests) {
      await (await ResultStore.resume(join(directory, 'run'), manifest)).close()
    }
    return (await readRun(join(directory, 'run'))).manifest
  }

  test('plans what either asked for, and the same once more adds nothing', async () => {
    const [one, more] = [part([1]), part([1, 2], ['boot'])]
    const manifest = await united(planned(one), planned(more), planned(one))
    expect(manifest.plan).toEqual([one, more])
    expect(names(manifest)).toHaveLength(6)
  })

  test('tells of a torn tail, which it cuts off', async () => {
    await united(planned(part([1])))
    await appendFile(join(directory, 'run', 'rows.jsonl'), '{"kind":"row"')
    const opened = async () => {
      await using store = await ResultStore.resume(join(directory, 'run'), planned(part([1])))
      return store.torn
    }
    expect([await opened(), await opened()]).toEqual([true, false])
  })

  test('of an older version, without a plan, leaves it unknown', async () => {
    expect((await united(syntheticManifest, planned(part([1])))).plan).toBeUndefined()
  })
})
