// The main job on QEMU: cells run and check what the guest says, invariants are walked, and what QEMU cannot
// keep exactly is a skipped cell with its reason. Needs qemu-system-riscv64.

import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

interface Line {
  readonly workload: string
  readonly config: string
  readonly backend: string
  readonly metric?: string
  readonly unit?: string
  readonly value?: number
  readonly outcome?: { readonly kind: string; readonly why?: string }
}

const WORKLOADS = 'noop,boot,commands/ls,commands/cat-wc,commands/forktest,micro/fork'

let folder: string
let lines: Line[]
let version: number

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mirrorbench-backend-'))
  const out = join(folder, 'run')
  const what = ['--config', 'none,memv6,memvisor', '--workload', WORKLOADS, '--seeds', '1']
  await execa(process.execPath, ['cli/main.ts', 'run', '--backend', 'qemu', ...what, '--out', out])
  const text = await readFile(join(out, 'rows.jsonl'), 'utf8')
  lines = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line)
  const manifest = JSON.parse(await readFile(join(out, 'manifest.json'), 'utf8'))
  version = Number.parseInt(manifest.versions.qemu, 10)
})
afterAll(() => rm(folder, { recursive: true }))

const outcomes = (config: string, kind: string): string[] =>
  lines.filter((line) => line.config === config && line.outcome?.kind === kind).map(named)
const named = ({ workload, outcome }: Line): string =>
  outcome?.why === undefined ? workload : `${workload}: ${outcome.why}`

describe('a run on QEMU', () => {
  it.each(['none', 'memv6'])('carries out commands under %s', (config) => {
    const done = ['boot', 'commands/cat-wc', 'commands/forktest', 'commands/ls', 'noop']
    expect(outcomes(config, 'done').sort()).toEqual(done)
    expect(outcomes(config, 'skipped')).toEqual([
      'micro/fork: the machine has no marks: QEMU does not tell of marks',
    ])
  })

  it('skips the hypervisor where satp does not trap', () => {
    if (version >= 8) expect(outcomes('memvisor', 'done')).toContain('commands/ls')
    else {
      const why = /the machine has no hypervisor: QEMU \d+\.\d+ does not trap satp under VTVM$/
      expect(outcomes('memvisor', 'skipped')).toHaveLength(WORKLOADS.split(',').length)
      for (const skipped of outcomes('memvisor', 'skipped')) expect(skipped).toMatch(why)
    }
    expect(lines.filter(({ outcome }) => outcome?.kind === 'failed')).toEqual([])
  })

  it('measures host time, and nothing that would have to repeat', () => {
    const regions = lines.filter(({ metric }) => metric === 'host')
    expect(regions.length).toBeGreaterThanOrEqual(10)
    expect(new Set(regions.map(({ unit }) => unit))).toEqual(new Set(['host-ms']))
    expect(lines.filter(({ unit }) => unit === 'cycles' || unit === 'instructions')).toEqual([])
    expect(new Set(lines.map(({ backend }) => backend))).toEqual(new Set(['qemu']))
  })

  it('finds every backup of memv6', () => {
    const counted = (metric: string) =>
      lines
        .filter((line) => line.config === 'memv6' && line.metric === metric)
        .reduce((sum, { value }) => sum + (value ?? 0), 0)
    expect(counted('originals')).toBeGreaterThan(100)
    expect(counted('backups')).toBe(counted('originals'))
  })
})
