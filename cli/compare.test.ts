// `compare` as it is called: what it prints and how it ends, on two small stored runs.

import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Manifest } from '../results/manifest.ts'
import { runComparisonSchema } from '../results/run-comparison.ts'
import { type CellRecord, ResultStore } from '../results/store.ts'
import { syntheticRun } from '../results/synthetic-run.fixture.ts'

const project = dirname(dirname(fileURLToPath(import.meta.url)))
const { manifest, cells } = syntheticRun([1])
const noops = cells.filter(({ workload }) => workload === 'noop')
const configs = manifest.configs.map(({ name }) => name)
const plan = [{ workloads: [{ name: 'noop', points: [{}] }], configs, seeds: [1] }]

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'compare-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function stored(
  name: string,
  records: readonly CellRecord[] = noops,
  changed: Partial<Manifest> = {},
): Promise<string> {
  const directory = join(folder, name)
  await using store = await ResultStore.create(directory, { ...manifest, plan, ...changed })
  for (const record of records) await store.append(record)
  return directory
}

/** The cells with every figure of the first one multiplied, under other keys. */
function scaled(factor: number): CellRecord[] {
  return noops.map((record, n) => {
    const cell = `${record.cell}-b`
    const value = (old: number): number => (n === 0 ? Math.round(old * factor) : old)
    const rows = record.rows.map((row) => ({ ...row, cell, value: value(row.value) }))
    return { ...record, cell, rows }
  })
}

function compare(...args: readonly string[]) {
  const words = ['cli/launch.js', 'cli/main.ts', 'compare', ...args]
  return execa(process.execPath, words, { reject: false, cwd: project, stdin: 'ignore' })
}

describe.concurrent('compare', () => {
  test('of a run with itself is one line and 0, whatever would fail', async () => {
    const a = await stored('same')
    const { exitCode, stdout, stderr } = await compare(a, a, '--fail-on-change')
    expect(stdout).toMatch(
      /^equal: base synthetic and new synthetic, 4 cells, 2\d virtual figures$/,
    )
    expect([stderr, exitCode]).toEqual(['', 0])
  })

  test('fails on request: on a regression for what got worse, on a change for anything', async () => {
    const [a, worse, better] = await Promise.all([
      stored('base'),
      stored('worse', scaled(2)),
      stored('better', scaled(0.5)),
    ])
    const codes = async (side: string): Promise<unknown[]> => {
      const options = [[], ['--fail-on-regression'], ['--fail-on-change']]
      const all = await Promise.all(options.map((more) => compare(a, side, ...more)))
      return all.map(({ exitCode }) => exitCode)
    }
    expect(await codes(worse)).toEqual([0, 1, 1])
    expect(await codes(better)).toEqual([0, 0, 1])
    const { stdout } = await compare(a, worse)
    expect(stdout).toMatch(/^\+100\.0 % {2}noop wall {2}20 {4}40 .* none {4}seed 1 /m)
    expect(stdout).toContain('only the key tells')
  })

  test('is JSON of a schema, and Markdown', async () => {
    const [a, b] = await Promise.all([stored('json-a'), stored('json-b', scaled(3))])
    const { stdout } = await compare(a, b, '--json')
    const comparison = runComparisonSchema.parse(JSON.parse(stdout))
    expect(comparison).toMatchObject({ schemaVersion: 1, regression: true, equal: false })
    expect(comparison.changes[0]?.figures[0]).toMatchObject({ base: 20, new: 60, change: 2 })
    expect((await compare(a, b, '--markdown')).stdout).toMatch(
      /^\| \+200\.0 % \| .*\| 20 \| 60 \|/m,
    )
  })

  test('of a run with a promoted one that is unlike is refused by the input, or says it first', async () => {
    const a = await stored('flat')
    const refused = await compare('first-light', a)
    expect(refused.stderr).toMatch(
      /^mirrorbench: expected runs that are alike, got profile in-order in first-light and flat in [^\n]*; seeds [^\n]* Try: [^\n]*--unlike$/,
    )
    expect([refused.stdout, refused.exitCode]).toEqual(['', 2])
    const { stdout, exitCode } = await compare('first-light', a, '--unlike')
    expect(stdout).toMatch(/^unlike runs, compared on request: profile in-order → flat; seeds /)
    expect(exitCode).toBe(0)
  })

  test('of part of a run is 3, and tells what is missing', async () => {
    const [whole, part, torn] = await Promise.all([
      stored('whole'),
      stored('part', noops.slice(1)),
      stored('torn'),
    ])
    const missing = await compare(whole, part)
    expect(missing.stdout).toMatch(/^new synthetic is not whole: 1 planned cell not run$/m)
    expect(missing.stdout).toMatch(/^only in base synthetic, 1 cell: noop · none · seed 1$/m)
    expect(missing.exitCode).toBe(3)
    const rows = join(torn, 'rows.jsonl')
    await truncate(rows, (await readFile(rows)).length - 9)
    const cut = await compare(torn, whole)
    expect(cut.stdout).toMatch(/^base synthetic ends in an unfinished cell, which was left out$/m)
    expect(cut.exitCode).toBe(3)
  })

  test('of nothing in common, of no cells, of another schema or of damage is one line and 2', async () => {
    const elsewhere = noops.map((record): CellRecord => {
      const rows = record.rows.map((row) => ({ ...row, workload: 'other' }))
      return { ...record, workload: 'other', rows }
    })
    const [a, other, empty, newer, damaged] = await Promise.all([
      stored('some'),
      stored('others', elsewhere, { plan: [] }),
      stored('empty', []),
      stored('newer'),
      stored('damaged'),
    ])
    await writeFile(join(newer, 'manifest.json'), JSON.stringify({ ...manifest, schemaVersion: 7 }))
    await writeFile(join(damaged, 'rows.jsonl'), '{"kind":"row","value":-1}\n')
    const said: readonly [string, RegExp][] = [
      [
        other,
        /expected cells that both runs have, got none: .* has noop · none · seed 1, .* other/,
      ],
      [empty, /empty: expected a run with cells to compare, got none\./],
      [newer, /manifest\.json: expected schema version 1, got 7\. Read the run with the version/],
      [damaged, /rows\.jsonl:1: expected a row, /],
    ]
    for (const [side, pattern] of said) {
      const { stdout, stderr, exitCode } = await compare(a, side)
      expect(stderr).toMatch(pattern)
      expect(stderr).toMatch(/^mirrorbench: [^\n]*$/)
      expect([stdout, exitCode]).toEqual(['', 2])
    }
  })
})
