// Run: all cells of one command, measured and stored. Invariant: a cell that has ended is on disk before
// the next begins on that thread, so an interruption loses nothing that was finished.

import { createHash } from 'node:crypto'
import type { Config } from '../configs/config.ts'
import type { Backend } from '../machine/machine.ts'
import { backendVersion, QemuError } from '../machine/open.ts'
import type { CellRecord } from '../results/cell.ts'
import type { Parameters } from '../results/measurement.ts'
import { type Manifest, type ManifestConfig, ResultStore } from '../results/store.ts'
import type { Workload } from '../workloads/workload.ts'
import { type CellPlan, determinantsOf, type Fingerprint } from './cell.ts'
import { bootargsFor } from './computer.ts'
import { hostFingerprint } from './host-fingerprint.ts'
import { matrix, planOf } from './matrix.ts'
import { profileNamed } from './profile.ts'
import { realParts } from './real-parts.ts'
import { sourceVersion } from './version.ts'

export interface RunRequest {
  readonly run: string
  readonly suite: string
  readonly configs: readonly Config[]
  readonly workloads: readonly Workload[]
  readonly seeds: readonly number[]
  readonly profile: string
  readonly backend: Backend
  readonly command: readonly string[]
  /** The version of the mirrorbench package. */
  readonly packageVersion: string
}

export interface Plan {
  readonly manifest: Manifest
  readonly cells: readonly CellPlan[]
  /** Why this computer cannot run it, if its back end is missing; the keys are then not those of a run. */
  readonly lacks?: QemuError
}

/** Works out every cell and its key; reads the images, runs nothing, and needs no back end. */
export async function planRun(request: RunRequest): Promise<Plan> {
  const foreign = await backendVersion(request.backend).catch(lack)
  if (foreign instanceof QemuError) return { ...(await planWith(request, {})), lacks: foreign }
  return planWith(request, foreign)
}

function lack(error: unknown): QemuError {
  if (error instanceof QemuError) return error
  throw error
}

/** `foreign`: the versions of what is not ours and decides how the back end behaves. */
async function planWith(
  request: RunRequest,
  foreign: Readonly<Record<string, string>>,
): Promise<Plan> {
  const version = await sourceVersion()
  const disk = createHash('sha256')
    .update(await realParts.disk())
    .digest('hex')
  const configs = new Map<string, ManifestConfig>()
  for (const config of request.configs) configs.set(config.name, await described(config))
  const fingerprint = (config: Config, seed: number): Fingerprint => ({
    version: [version, ...Object.values(foreign)].join(' '),
    images: configs.get(config.name)!.images,
    disk,
    bootargs: bootargsFor(config, seed),
    config: determinantsOf(config),
  })
  return {
    cells: matrix(request, fingerprint),
    manifest: {
      ...manifestOf(request, [...configs.values()], { emulator: version, ...foreign }),
      disk,
    },
  }
}

export interface Execution {
  readonly directory: string
  /** Keep the cells that the directory already holds as done; others are tried again. */
  readonly resume: boolean
  readonly jobs: number
  readonly hostLimit: number
  readonly signal: AbortSignal
  /** Told if the rows to go on with ended in an unfinished cell, which was cut off. */
  readonly torn?: () => void
  readonly started: (plan: CellPlan) => void
  readonly ended: (plan: CellPlan, record: CellRecord, reused: boolean) => void
}

/** Throws QemuError if the back end is missing. */
export async function executeRun(plan: Plan, how: Execution): Promise<void> {
  if (plan.lacks !== undefined) throw plan.lacks
  const open = how.resume ? ResultStore.resume : ResultStore.create
  await using store = await open(how.directory, plan.manifest)
  if (store.torn) how.torn?.()
  const waiting: CellPlan[] = []
  for (const cell of plan.cells) {
    const finished = cell.live ? undefined : store.finished(cell.key)
    if (finished?.outcome.kind === 'done') how.ended(cell, finished, true)
    else waiting.push(cell)
  }
  // Loaded when there is something to run: to plan needs none of it.
  const { runPool } = await import('./pool.ts')
  await runPool(waiting, {
    run: store.manifest.run,
    hostLimit: how.hostLimit,
    jobs: how.jobs,
    signal: how.signal,
    started: how.started,
    ended: async (cell, record) => {
      await store.append(record)
      how.ended(cell, record, false)
    },
  })
}

async function described(config: Config): Promise<ManifestConfig> {
  const { name, about, baseline, control, policy, coverage } = config
  const firmware = await config.firmware()
  const kernel = await config.kernel()
  const initrd = await config.initrd?.()
  return {
    name,
    about,
    policy,
    coverage,
    ...(baseline === undefined ? {} : { baseline }),
    ...(control === undefined ? {} : { control }),
    images: {
      firmware: firmware.sha256,
      kernel: kernel.sha256,
      ...(initrd === undefined ? {} : { initrd: initrd.sha256 }),
    },
    fields: fieldsOf(config),
  }
}

/** What is in the keys of the config's cells and stands nowhere else in the manifest. */
function fieldsOf(config: Config): Record<string, string> {
  const { policy: _, coverage: __, ...rest } = determinantsOf(config)
  return Object.fromEntries(
    Object.entries(rest).map(([name, value]) => [name, JSON.stringify(value)]),
  )
}

function manifestOf(
  request: RunRequest,
  configs: readonly ManifestConfig[],
  versions: Readonly<Record<string, string>>,
): Manifest {
  return {
    schemaVersion: 1,
    run: request.run,
    suite: request.suite,
    command: [...request.command],
    started: new Date().toISOString(),
    versions: {
      mirrorbench: request.packageVersion,
      ...versions,
      node: process.versions.node,
    },
    backend: request.backend,
    profile: profileNamed(request.profile),
    seeds: [...request.seeds],
    plan: [planOf(request)],
    configs: [...configs],
    workloads: unique(request.workloads),
    host: hostFingerprint(),
  }
}

function unique(workloads: readonly Workload<Parameters>[]): Manifest['workloads'] {
  const byName = new Map(workloads.map((workload) => [workload.name, workload]))
  return [...byName.values()].map(({ name, about, claims }) => ({
    name,
    about,
    ...(claims === undefined ? {} : { claims: [...claims] }),
  }))
}
