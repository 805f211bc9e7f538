// A run made up for tests of results and charts: nothing here was measured. Invariant: no file
// outside tests imports it.

import type { CellRecord, Outcome } from './cell.ts'
import { coverageRows } from './coverage.ts'
import type { Manifest } from './manifest.ts'
import type { Measurement, Parameters, Unit } from './measurement.ts'
import type { PlanPart } from './plan.ts'
import { random } from './random.fixture.ts'
import type { StoredRun } from './store.ts'

const RUN = 'synthetic'

export const syntheticManifest: Manifest = {
  schemaVersion: 1,
  run: RUN,
  suite: 'quick',
  command: ['mirrorbench', 'run', '--suite', 'quick'],
  started: '2026-01-02T03:04:05.000Z',
  versions: { mirrorbench: '0.0.0', emulator: '0', node: 'v24.0.0' },
  backend: 'rv64',
  profile: { name: 'flat', about: 'one cycle an instruction at 1 GHz, no caches', hz: 1e9 },
  seeds: [1, 2, 3],
  configs: [
    config('none', 'none', 'none'),
    { ...config('memv6', 'space', 'user+tables'), baseline: 'none' },
    { ...config('visor-shadow', 'none', 'none'), baseline: 'none' },
    { ...config('memvisor', 'space', 'guest frames'), baseline: 'none', control: 'visor-shadow' },
  ],
  workloads: [{ name: 'noop', about: 'nothing: the floor of every number' }],
  host: { cpu: 'made up', cores: '2', platform: 'linux-x64' },
}

function config(name: string, policy: string, coverage: string): Manifest['configs'][number] {
  return { name, about: `${name}, made up`, policy, coverage, images: { kernel: 'ab'.repeat(32) } }
}

/** Factors by which a made-up config takes longer than `none`. */
const factor: Readonly<Record<string, number>> = {
  none: 1,
  memv6: 1.06,
  'visor-shadow': 1.9,
  memvisor: 2.02,
}

interface Row {
  readonly workload: string
  readonly parameters?: Parameters
  readonly region: string
  readonly cycles: number
  readonly busyShare?: number
  /** Extra cycles a byte under a mirrored config, instead of a factor. */
  readonly perByte?: number
}

const commands = [
  ...['ls', 'cat-readme', 'cat-wc', 'grep', 'echo-file'],
  ...['mkdir', 'ln', 'rm', 'script', 'forktest'],
]
const micro = ['syscall', 'fork', 'page-fault', 'switch', 'pipe']
const KiB = 1024
const sizes = [4, 16, 64, 200, 256, 1024, 4096].map((size) => size * KiB)
const files = [1, 10, 100].map((size) => size * KiB)

function rowsOfSuite(): Row[] {
  return [
    { workload: 'noop', region: 'noop', cycles: 20 },
    { workload: 'boot', region: 'boot', cycles: 41_203_118 },
    ...commands.map((name, i) => ({
      workload: `commands/${name}`,
      region: 'command',
      cycles: 400_000 + 90_000 * i,
      busyShare: 0.8,
    })),
    ...micro.map((name, i) => ({
      workload: `micro/${name}`,
      region: name,
      cycles: 500 * 4 ** i,
    })),
    ...sizes.flatMap((bytes) =>
      ['sbrk', 'fork', 'exec'].flatMap((how) =>
        ['cold', 'recycled'].map((frames) => ({
          workload: 'backup-latency',
          parameters: { bytes, how, frames },
          region: 'space',
          cycles: 3000 + bytes / 2,
          perByte: how === 'sbrk' ? 0.4 : 0.7,
        })),
      ),
    ),
    ...files.flatMap((bytes) =>
      [true, false].map((keepAlive) => ({
        workload: 'web',
        parameters: { bytes, keepAlive },
        region: 'load',
        cycles: 60_000_000 + 900 * bytes,
        busyShare: 0.995,
      })),
    ),
  ]
}

/** A whole run with one skipped and one failed cell, the latter with hostile text. */
export function syntheticRun(seeds: readonly number[] = [1, 2, 3]): StoredRun {
  const chance = random(7)
  const cells = syntheticManifest.configs.flatMap(({ name }) =>
    seeds.flatMap((seed) => rowsOfSuite().map((row) => doneCell(row, name, seed, chance()))),
  )
  return {
    directory: 'synthetic',
    manifest: { ...syntheticManifest, seeds: [...seeds], plan: planOf(seeds) },
    cells: [...cells, ...webHost(seeds), ...unfinished()],
    torn: false,
  }
}

function planOf(seeds: readonly number[]): PlanPart[] {
  const configs = syntheticManifest.configs.map(({ name }) => name)
  const rows = Map.groupBy(rowsOfSuite(), ({ workload }) => workload)
  const workloads = [...rows].map(([name, points]) => {
    return { name, points: points.map(({ parameters = {} }) => parameters) }
  })
  return [
    { workloads, configs, seeds: [...seeds] },
    { workloads: [WEB_HOST], configs, seeds: seeds.slice(0, 1) },
    { workloads: [UNFINISHED], configs: ['visor-shadow', 'memvisor'], seeds: [1] },
  ]
}

const WEB_HOST = { name: 'web-host', points: [{ bytes: 10 * KiB, connections: 10 }] }
const UNFINISHED = { name: 'commands/stressfs', points: [{}] }

function doneCell(row: Row, name: string, seed: number, chance: number): CellRecord {
  const coordinates = coordinatesOf(row.workload, row.parameters ?? {}, name, seed)
  const mirrored = name === 'memv6' || name === 'memvisor'
  const extra = row.perByte && mirrored ? row.perByte * Number(row.parameters?.bytes) : 0
  const scale = row.perByte ? 1 : (factor[name] ?? 1)
  const wall = Math.round(row.cycles * scale * (1 + (chance - 0.5) * 0.01) + extra)
  const busy = Math.round(wall * (row.busyShare ?? 1))
  const of = (metric: string, unit: Unit, value: number): Measurement => ({
    ...{ run: RUN, ...coordinates, region: row.region },
    ...{ metric, unit, iteration: 0, value },
  })
  const rows = [
    of('wall', 'cycles', wall),
    of('busy', 'cycles', busy),
    of('instructions', 'instructions', busy),
  ]
  if (row.workload === 'web') {
    rows.push(of('requests', 'count', 1000))
    rows.push(of('requests/s', 'requests/s', 1000 / (wall / 1e9)))
    rows.push(of('latency-p50', 'cycles', Math.round(wall / 100)))
    rows.push(of('latency-p99', 'cycles', Math.round(wall / 60)))
  }
  if (mirrored) rows.push(...walk(coordinates))
  return { ...coordinates, hostMs: 12, outcome: { kind: 'done' }, rows }
}

function walk(coordinates: ReturnType<typeof coordinatesOf>): Measurement[] {
  const n = 300
  const none = { missing: 0, aliased: 0, sameBank: 0, stale: 0 }
  return coverageRows(
    { run: RUN, ...coordinates },
    { guest: 'kernel', inUse: 3 * n, originals: n, backups: n, ...none },
    0,
  )
}

function webHost(seeds: readonly number[]): CellRecord[] {
  const seed = seeds[0] ?? 1
  return syntheticManifest.configs.map(({ name }, i) => {
    const coordinates = coordinatesOf(WEB_HOST.name, WEB_HOST.points[0]!, name, seed)
    const of = (metric: string, unit: Unit, value: number): Measurement => ({
      ...{ run: RUN, ...coordinates, region: 'load' },
      ...{ metric, unit, iteration: 0, value },
    })
    const rows = [
      of('requests', 'count', 500),
      of('wall', 'live-cycles', 900_000_000),
      of('busy', 'live-cycles', Math.round(300_000_000 * (factor[name] ?? 1))),
      of('requests/s', 'requests/s', 420 - 60 * i),
      of('latency-p50', 'host-ms', 20 + i),
      of('latency-p99', 'host-ms', 41 + 2 * i),
    ]
    return { ...coordinates, hostMs: 1500, outcome: { kind: 'done' }, rows }
  })
}

export const hostileText = '</script><script>alert("guest")</script>\u001b[31mred <img src=x>'

function unfinished(): CellRecord[] {
  const end = (name: string, outcome: Outcome): CellRecord => ({
    ...coordinatesOf(UNFINISHED.name, {}, name, 1),
    ...{ hostMs: 3, outcome, rows: [] },
  })
  return [
    end('visor-shadow', { kind: 'skipped', why: 'made up: not on this back end' }),
    end('memvisor', {
      kind: 'failed',
      why: 'made up: expected /\\$ $/ within 2 s of virtual time',
      stop: 'stuck',
      console: hostileText,
      backtrace: ['kvm_map kernel/vm.c:120', 'main kernel/main.c:<b>30</b>'],
    }),
  ]
}

function coordinatesOf(workload: string, parameters: Parameters, name: string, seed: number) {
  const policy = syntheticManifest.configs.find((other) => other.name === name)?.policy ?? 'none'
  const words = Object.entries(parameters).map(([key, value]) => `${key}-${value}`)
  const cell = [workload.replaceAll('/', '-'), ...words, name, seed].join('_')
  return {
    ...{ cell, workload, parameters, config: name },
    ...{ backend: 'rv64', profile: 'flat', policy, seed },
  }
}
