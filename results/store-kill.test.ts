// A writer that is killed for real, by SIGKILL: every cell that it was promised is there, the lock
// of the dead is taken over, and the run goes on.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, test } from 'vitest'
import { ResultStore, readRun } from './store.ts'
import { syntheticRun } from './synthetic-run.fixture.ts'

/** Appends cells for ever and says the number of each when the store has promised it. */
const writer = `
  import { ResultStore } from ${JSON.stringify(new URL('store.ts', import.meta.url).href)}
  import { syntheticRun } from ${JSON.stringify(new URL('synthetic-run.fixture.ts', import.meta.url).href)}
  const run = syntheticRun([1])
  const store = await ResultStore.create(process.argv[1], run.manifest)
  const [cell] = run.cells
  for (let seed = 0; ; seed++) {
    const rows = cell.rows.map((row) => ({ ...row, cell: 'c' + seed, seed }))
    await store.append({ ...cell, cell: 'c' + seed, seed, rows })
    console.log(seed)
  }
`

test.each([1, 7, 40])('killed after promise %d', async (promises) => {
  const directory = join(await mkdtemp(join(tmpdir(), 'kill-')), 'run')
  const child = spawn(process.execPath, ['--input-type=module', '-e', writer, directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let promised = 0
  for await (const _ of createInterface({ input: child.stdout })) {
    promised += 1
    if (promised === promises) child.kill('SIGKILL')
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  expect(child.signalCode).toBe('SIGKILL')

  const { cells, manifest } = await readRun(directory)
  expect(cells.length).toBeGreaterThanOrEqual(promised)
  expect(cells.slice(0, promised).map(({ seed }) => seed)).toEqual([...Array(promised).keys()])
  {
    await using store = await ResultStore.resume(directory, manifest)
    expect(store.finished(`c${promised - 1}`)).toBeDefined()
    await store.append(syntheticRun([1]).cells[1]!)
  }
  expect(await readRun(directory)).toMatchObject({ torn: false })
  await rm(join(directory, '..'), { recursive: true, force: true })
})
