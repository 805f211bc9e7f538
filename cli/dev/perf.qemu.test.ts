// perf, run for real: it must find QEMU and tell ratios.

import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const project = fileURLToPath(new URL('../..', import.meta.url))

test('perf compares an engine with both kinds of QEMU', async () => {
  const options = ['--json', '--rounds', '1', '--kernels', 'satp', '--engines', 'compiler']
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['cli/launch.js', 'cli/dev/perf.ts', ...options],
    { cwd: project },
  )
  const readings = JSON.parse(stdout) as {
    engine: string
    profile: string
    mips: number
    ratioToTcg: number
  }[]
  expect(readings.map(({ engine, profile }) => `${engine} ${profile}`)).toEqual([
    'compiler flat',
    'compiler in-order',
    'qemu-tcg flat',
    'qemu-icount flat',
  ])
  for (const { mips, ratioToTcg } of readings) expect(Math.min(mips, ratioToTcg)).toBeGreaterThan(0)
  expect(readings[2]?.ratioToTcg).toBe(1)
})
