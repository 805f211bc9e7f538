// Worker: one thread that runs cells for the pool, one at a time. Invariant: it answers each task once.

import { parentPort, workerData } from 'node:worker_threads'
import type { CellRecord } from '../results/cell.ts'
import { loadCatalogue } from './catalogue.ts'
import type { CellPlan } from './cell.ts'
import { realParts } from './parts.ts'
import { Workbench } from './workbench.ts'

/** What every worker of a run shares. */
export interface WorkerSettings {
  readonly run: string
  readonly hostLimit: number
}

export interface Task {
  readonly plan: CellPlan
  /** The prompt's snapshot of the plan's config and seed, if another worker has taken it. */
  readonly booted: Uint8Array | undefined
}

export interface Answer {
  readonly record: CellRecord
  /** The prompt's snapshot, in shared memory, if this worker has just taken it. */
  readonly booted: Uint8Array | undefined
}

if (parentPort !== null) {
  const settings = workerData as WorkerSettings
  const catalogue = await loadCatalogue()
  const bench = new Workbench({ ...settings, catalogue, parts: realParts })
  const port = parentPort
  port.on('message', async ({ plan, booted }: Task) => {
    const record = await bench.run(plan, booted && { bytes: booted })
    const taken = booted === undefined && !plan.live ? bench.booted?.bytes : undefined
    port.postMessage({ record, booted: taken && shared(taken) } satisfies Answer)
  })
}

/** Copied once into memory that all workers can read. */
function shared(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(new SharedArrayBuffer(bytes.byteLength))
  copy.set(bytes)
  return copy
}
