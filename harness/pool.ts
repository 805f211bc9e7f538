// Pool: worker threads that share out the cells of a run. Invariant: each cell is answered exactly once,
// with the same rows whatever the number of threads; a thread that dies or hangs costs its cell only.

import { Worker } from 'node:worker_threads'
import type { CellRecord } from '../results/cell.ts'
import type { CellPlan } from './cell.ts'
import type { Answer, Task, WorkerSettings } from './worker.ts'

export interface PoolOptions extends WorkerSettings {
  readonly jobs: number
  /** Stops handing out cells and ends the threads; cells under way are dropped whole. */
  readonly signal?: AbortSignal
  readonly started?: (plan: CellPlan) => void
  /** Awaited before the thread gets its next cell, so that a finished cell is stored at once. */
  readonly ended: (plan: CellPlan, record: CellRecord) => Promise<void>
}

/** How long after a cell's own host limit its thread is given up. */
const GRACE_MS = 15_000

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
  const threads = Array.from({ length: Math.min(jobs, plans.length) }, () => drain(queue, options))
  const outcomes = await Promise.allSettled(threads)
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
}

/** One thread's life: takes cells until there are none. */
async function drain(queue: Queue, options: PoolOptions): Promise<void> {
  let thread: Thread | undefined
  try {
    for (;;) {
      if (options.signal?.aborted) return
      const task = queue.take(thread?.last)
      if (task === undefined) return
      thread ??= new Thread(options)
      options.started?.(task.plan)
      const answer = await thread.run(task)
      if (options.signal?.aborted) return
      if (answer.booted !== undefined) queue.booted(task.plan, answer.booted)
      await options.ended(task.plan, answer.record)
      if (thread.broken) {
        await thread.end()
        thread = undefined
      }
    }
  } finally {
    await thread?.end()
  }
}

/** Cells still to run, in order, with the boot snapshots taken so far. */
class Queue {
  readonly #waiting: CellPlan[]
  readonly #booted = new Map<string, Uint8Array>()
  readonly #taken = new Set<string>()

  constructor(plans: readonly CellPlan[]) {
    this.#waiting = [...plans]
  }

  /** Prefers the computer the thread has, then one that nobody has booted, then any. */
  take(last: CellPlan | undefined): Task | undefined {
    const same = last && this.#waiting.findIndex((plan) => computer(plan) === computer(last))
    const fresh = this.#waiting.findIndex((plan) => !this.#taken.has(computer(plan)))
    const place = [same ?? -1, fresh, 0].find((index) => index >= 0) ?? 0
    const [plan] = this.#waiting.splice(place, 1)
    if (plan === undefined) return undefined
    this.#taken.add(computer(plan))
    return { plan, booted: this.#booted.get(computer(plan)) }
  }

  booted(plan: CellPlan, snapshot: Uint8Array): void {
    this.#booted.set(computer(plan), snapshot)
  }
}

function computer(plan: CellPlan): string {
  return `${plan.config} ${plan.seed}`
}

class Thread {
  last: CellPlan | undefined
  broken = false
  readonly #worker: Worker
  readonly #options: PoolOptions

  constructor(options: PoolOptions) {
    this.#options = options
    const { run, hostLimit } = options
    const workerData: WorkerSettings = { run, hostLimit }
    this.#worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData })
    this.#worker.setMaxListeners(0)
  }

  /** Always answers: with the cell's record, or with a failure if the thread dies or hangs. */
  async run(task: Task): Promise<Answer> {
    const worker = this.#worker
    const { signal, hostLimit } = this.#options
    const over = new AbortController()
    try {
      const answer = await new Promise<Answer | string>((resolve) => {
        const once = { once: true, signal: over.signal }
        const listen = (name: string, heard: (value: unknown) => string | Answer) => {
          const listener = (value: unknown) => resolve(heard(value))
          worker.once(name, listener)
          over.signal.addEventListener('abort', () => worker.off(name, listener))
        }
        listen('message', (value) => value as Answer)
        listen('error', (error) => `its thread failed: ${String(error)}`)
        listen('exit', (code) => `its thread ended with code ${code}`)
        signal?.addEventListener('abort', () => resolve('interrupted'), once)
        const timer = setTimeout(() => resolve('its thread hung'), hostLimit + GRACE_MS)
        over.signal.addEventListener('abort', () => clearTimeout(timer))
        worker.postMessage(task)
      })
      this.last = task.plan
      if (typeof answer !== 'string') return answer
      this.broken = true
      return { record: lost(task.plan, answer), booted: undefined }
    } finally {
      over.abort()
    }
  }

  async end(): Promise<void> {
    await this.#worker.terminate()
  }
}

function lost(plan: CellPlan, why: string): CellRecord {
  const { key, live: _, ...place } = plan
  return { cell: key, ...place, hostMs: 0, outcome: { kind: 'failed', why }, rows: [] }
}
