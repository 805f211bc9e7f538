// Pool: worker processes that share out the cells of a run. Invariant: each cell is answered exactly once,
// with the same rows whatever the number of processes. A cell is a pure function, so one whose process died
// is tried once more; a second death is its outcome.

import type { CellRecord } from '../results/cell.ts'
import { type CellPlan, computerKey } from './cell.ts'
import type { WorkerSettings } from './worker.ts'
import { type Ending, WorkerProcess } from './worker-process.ts'

export interface PoolOptions extends WorkerSettings {
  readonly jobs: number
  /** Stops handing out cells and ends the processes; cells under way are dropped whole. */
  readonly signal?: AbortSignal
  /** Told the process that the cell was given to. */
  readonly started?: (plan: CellPlan, pid: number | undefined) => void
  /** Awaited before the process gets its next cell, so that a finished cell is stored at once. */
  readonly ended: (plan: CellPlan, record: CellRecord) => Promise<void>
}

/** Times that a cell is given to a process. */
const TRIES = 2

export async function runPool(plans: readonly CellPlan[], options: PoolOptions): Promise<void> {
  // Live cells measure the host: they run after the others, one at a time.
  await share(
    plans.filter((plan) => !plan.live),
    options.jobs,
    options,
  )
  await share(
    plans.filter((plan) => plan.live),
    1,
    options,
  )
}

async function share(
  plans: readonly CellPlan[],
  jobs: number,
  options: PoolOptions,
): Promise<void> {
  if (plans.length === 0 || options.signal?.aborted) return
  const queue = new Queue(plans)
  // What one cannot store the others need not compute.
  const failed = new AbortController()
  const signal = AbortSignal.any([failed.signal, ...(options.signal ? [options.signal] : [])])
  const drains = Array.from({ length: Math.min(jobs, plans.length) }, () =>
    drain(queue, { ...options, signal }).catch((error) => {
      failed.abort()
      throw error
    }),
  )
  const outcomes = await Promise.allSettled(drains)
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
}

/** One worker's life: takes cells until there are none. */
async function drain(queue: Queue, options: PoolOptions): Promise<void> {
  const seat = new Seat(options)
  try {
    for (;;) {
      if (options.signal?.aborted) return
      const plan = queue.take(seat.last)
      if (plan === undefined) return
      const record = await seat.record(plan)
      if (options.signal?.aborted) return
      await options.ended(plan, record)
    }
  } finally {
    await seat.leave()
  }
}

/** The seat of one process, and of another after it if that one dies. */
class Seat {
  readonly #options: PoolOptions
  #worker: WorkerProcess | undefined

  constructor(options: PoolOptions) {
    this.#options = options
  }

  get last(): CellPlan | undefined {
    return this.#worker?.last
  }

  async record(plan: CellPlan): Promise<CellRecord> {
    for (let tried = 1; ; tried++) {
      const ending = await this.#run(plan)
      if ('record' in ending) return ending.record
      if ('defect' in ending) return lost(plan, `its worker failed: ${ending.defect}`)
      await this.leave()
      if (tried === TRIES || this.#options.signal?.aborted) {
        return lost(plan, `its process ${ending.gone}, ${TRIES} times`)
      }
    }
  }

  async leave(): Promise<void> {
    await this.#worker?.end()
    this.#worker = undefined
  }

  async #run(plan: CellPlan): Promise<Ending> {
    const { run, hostLimit, signal, started } = this.#options
    this.#worker ??= new WorkerProcess({ run, hostLimit })
    started?.(plan, this.#worker.pid)
    return await this.#worker.run(plan, signal)
  }
}

/** Cells still to run, in order. */
class Queue {
  readonly #waiting: CellPlan[]
  readonly #taken = new Set<string>()

  constructor(plans: readonly CellPlan[]) {
    this.#waiting = [...plans]
  }

  /** Prefers the computer that the process has booted, then one that no process has, then any. */
  take(last: CellPlan | undefined): CellPlan | undefined {
    const same = last && this.#waiting.findIndex((plan) => computerKey(plan) === computerKey(last))
    const fresh = this.#waiting.findIndex((plan) => !this.#taken.has(computerKey(plan)))
    const index = [same ?? -1, fresh, 0].find((found) => found >= 0) ?? 0
    const [plan] = this.#waiting.splice(index, 1)
    if (plan !== undefined) this.#taken.add(computerKey(plan))
    return plan
  }
}

function lost(plan: CellPlan, why: string): CellRecord {
  const { key, live: _, ...coordinates } = plan
  return { cell: key, ...coordinates, hostMs: 0, outcome: { kind: 'failed', why }, rows: [] }
}
