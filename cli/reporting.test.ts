// `report` ends as `run` does, whatever has become of the rows.

import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadClaims } from '../results/claim.ts'
import { type CellRecord, ResultStore } from '../results/store.ts'
import { summarise } from '../results/summary.ts'
import { syntheticRun } from '../results/synthetic-run.fixture.ts'
import { exitCodeOf } from './reporting.ts'

const project = dirname(dirname(fileURLToPath(import.meta.url)))
const { manifest, cells } = syntheticRun([1])
const noops = cells.filter(({ workload }) => workload === 'noop')
const plan = [
  {
    workloads: [{ name: 'noop', points: [{}] }],
    configs: manifest.configs.map(({ name }) => name),
    seeds: [1],
  },
]

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'report-'))
})
afterAll(() => rm(folder, { recursive: true }))

/** A run of four cells as it was stored, its report after `damage` was done to the rows. */
async function reported(name: string, damage: (rows: string) => Promise<unknown>) {
  const directory = join(folder, name)
  {
    await using store = await ResultStore.create(directory, { ...manifest, plan })
    for (const cell of noops) await store.append(cell)
  }
  await damage(join(directory, 'rows.jsonl'))
  const args = ['cli/launch.js', 'cli/main.ts', 'report', directory]
  return execa(process.execPath, args, { reject: false, cwd: project, stdin: 'ignore' })
}

describe.concurrent('report', () => {
  test('of a whole run is 0, and its header says so', async () => {
    const { exitCode, stdout, stderr } = await reported('whole', async () => {})
    expect(stdout).toMatch(/^synthetic · 4 of 4 cells, 1 seed · /)
    expect(stderr).toMatch(/^report: [^\n]*$/)
    expect(exitCode).toBe(0)
  })

  test('of rows cut between two cells is 3', async () => {
    const { exitCode, stdout, stderr } = await reported('cut', async (rows) => {
      const lines = (await readFile(rows, 'utf8')).split('\n')
      const ends = lines.flatMap((line, n) => (line.includes('"kind":"cell"') ? [n + 1] : []))
      await writeFile(rows, `${lines.slice(0, ends[1]).join('\n')}\n`)
    })
    expect(stdout).toMatch(/^synthetic · 2 of 4 cells, 1 seed · /)
    expect(stdout).toContain('not whole: 2 planned cells not run')
    expect(stderr).toMatch(/^2 of 4 cells have ended\. [^\n]*--resume$/m)
    expect(exitCode).toBe(3)
  })

  test('of rows that end in the middle of a cell is 3, and it is told', async () => {
    const { exitCode, stdout, stderr } = await reported('torn', async (rows) =>
      truncate(rows, (await readFile(rows)).length - 9),
    )
    expect(stdout).toMatch(/^synthetic · 3 of 4 cells/)
    expect(stderr).toMatch(/^the rows end in an unfinished cell, which was left out$/m)
    expect(exitCode).toBe(3)
  })

  test('of no rows is 2, in one line', async () => {
    const { exitCode, stdout, stderr } = await reported('empty', (rows) => rm(rows))
    expect(stdout).toBe('')
    expect(stderr).toMatch(/^mirrorbench: [^\n]*: expected cells to report, got none of 4\.[^\n]*$/)
    expect(exitCode).toBe(2)
  })

  test.each([
    ['no rows', (rows: string) => rm(rows)],
    ['rows that are damaged', (rows: string) => writeFile(rows, 'not a row\n')],
  ])('of %s is 2, and says that a page drawn before stays', async (of, damage) => {
    const name = of.replaceAll(' ', '-')
    const page = join(folder, name, 'report.html')
    const { exitCode, stderr } = await reported(name, async (rows) => {
      await writeFile(page, 'drawn before')
      await damage(rows)
    })
    const [first, second] = stderr.split('\n')
    expect(first).toBe(`${page}: drawn before; it says nothing of the rows as they are now`)
    expect(second).toMatch(/^mirrorbench: /)
    expect(await readFile(page, 'utf8')).toBe('drawn before')
    expect(exitCode).toBe(2)
  })
})

describe('the exit code', async () => {
  const claims = await loadClaims()
  const code = (change: (cell: CellRecord) => CellRecord, problems: readonly string[] = []) => {
    const [first, ...rest] = noops
    const run = {
      directory: '',
      manifest: { ...manifest, plan },
      cells: [change(first!), ...rest],
      torn: false,
    }
    return exitCodeOf(summarise(run, claims), problems)
  }
  test.each([
    ['0 for cells that are done', { kind: 'done' }, [], 0],
    ['0 for one skipped: the machine cannot', { kind: 'skipped', why: 'no network' }, [], 0],
    ['3 for one failed', { kind: 'failed', why: 'invariant by name only' }, [], 3],
    ['3 for a chart that is not drawn', { kind: 'done' }, ['chart web: no such field'], 3],
    [
      '1 for a violation',
      { kind: 'violated', invariant: 'coverage', violations: 1, why: 'missing' },
      ['chart web: no such field'],
      1,
    ],
  ] as const)('is %s', (_, outcome, problems, expected) => {
    expect(code((cell) => ({ ...cell, outcome }), problems)).toBe(expected)
  })
})
