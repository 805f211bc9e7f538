// Cells made up one by one, for tests that compute every figure by hand. Invariant: no file outside tests
// imports it.

import type { CellRecord } from './cell.ts'
import type { Manifest } from './manifest.ts'
import type { Measurement, Parameters, Unit } from './measurement.ts'
import type { StoredRun } from './store.ts'
import type { ClaimVerdict, Overhead, Summary } from './summary.ts'
import { syntheticManifest } from './synthetic-run.fixture.ts'

export interface Figures {
  readonly [metric: string]: number
}

export function cell(
  [workload, config, seed]: readonly [string, string, number],
  region: string,
  figures: Figures,
  parameters: Parameters = {},
  unit: Unit = 'cycles',
): CellRecord {
  const words = Object.values(parameters).join('-')
  const coordinates = {
    cell: `${workload.replace('/', '-')}-${words}-${config}-${seed}`,
    ...{ workload, parameters, config, seed },
    ...{ backend: 'rv64', profile: 'flat', policy: config === 'memv6' ? 'space' : 'none' },
  }
  const rows: Measurement[] = Object.entries(figures).map(([metric, value]) => ({
    ...{ run: 'synthetic', ...coordinates, region, metric },
    ...{ unit: metric === 'requests' ? 'count' : unit, iteration: 0, value },
  }))
  return { ...coordinates, hostMs: 2, outcome: { kind: 'done' }, rows }
}

export function run(
  cells: readonly CellRecord[],
  manifest: Manifest = syntheticManifest,
): StoredRun {
  return { directory: 'x', manifest, cells, torn: false }
}

export const overhead = (
  summary: Summary,
  config: string,
  baseline: string,
  metric: string,
): Overhead | undefined =>
  summary.overheads.find(
    (one) => one.config === config && one.baseline === baseline && one.metric === metric,
  )

export const verdict = (summary: Summary, name: string, config: string): ClaimVerdict | undefined =>
  summary.claims.find((claim) => claim.name === name && claim.config === config)

export const COMMANDS = [
  ...['ls', 'cat-readme', 'cat-wc', 'grep', 'echo-file'],
  ...['mkdir', 'ln', 'rm', 'script', 'forktest'],
].map((name) => `commands/${name}`)

/** Each command under `none` in 1000 wall and 500 busy cycles, and under memv6 in so many more of both. */
export function commands(
  extra: (name: string, seed: number) => number,
  names: readonly string[] = COMMANDS,
  seeds: readonly number[] = [1, 2, 3],
): CellRecord[] {
  return names.flatMap((name) =>
    seeds.flatMap((seed) => [
      cell([name, 'none', seed], 'command', { wall: 1000, busy: 500 }),
      cell([name, 'memv6', seed], 'command', {
        wall: 1000 + extra(name, seed),
        busy: 500 + extra(name, seed),
      }),
    ]),
  )
}

export const failed = (one: CellRecord): CellRecord => ({
  ...one,
  outcome: { kind: 'failed', why: 'panic' },
  rows: [],
})
