// WorkerProcess: the pool's end of one worker. Invariant: run() always answers, if one can be started at
// all; a process that has died or hung is `gone`, and its place is taken by a new one. Processes, not
// threads: whatever a guest makes of the JavaScript engine, it takes down one cell, never the run.

import { fileURLToPath } from 'node:url'
import { execaNode } from 'execa'
import type { CellPlan } from './cell.ts'
import type { WorkerAnswer, WorkerSettings } from './worker.ts'

/** How long after a cell's own host limit its process is given up. */
const GRACE_MS = 15_000
const WORKER = fileURLToPath(new URL('./worker.ts', import.meta.url))

/** The process died without an answer: `gone` says how. */
export type Ending = WorkerAnswer | { readonly gone: string }

export class WorkerProcess {
  last: CellPlan | undefined
  gone = false
  readonly #process: ReturnType<typeof spawn>
  readonly #hostLimit: number

  constructor(settings: WorkerSettings) {
    this.#hostLimit = settings.hostLimit
    this.#process = spawn(settings)
  }

  get pid(): number | undefined {
    return this.#process.pid
  }

  async run(plan: CellPlan, signal?: AbortSignal): Promise<Ending> {
    const over = new AbortController()
    const limit = this.#hostLimit + GRACE_MS
    try {
      const ending = await Promise.race([
        this.#ask(plan),
        this.#death(),
        after(limit, over.signal, 'hung'),
        aborted(over.signal, signal),
      ])
      this.last = plan
      this.gone = 'gone' in ending
      return ending
    } finally {
      over.abort()
    }
  }

  /** Ends the process, and waits until it has. */
  async end(): Promise<void> {
    this.#process.kill()
    await this.#process
  }

  /** Throws what the system has against starting one: that is the host's, and no cell's. */
  async #death(): Promise<Ending> {
    const { signal, exitCode, cause } = await this.#process
    if (signal === undefined && exitCode === undefined) throw cause
    return { gone: `ended by ${signal ?? `code ${exitCode}`}` }
  }

  /** Never answers if the process goes: that is for #death and the limit to notice. */
  async #ask(plan: CellPlan): Promise<Ending> {
    try {
      const answer = this.#process.getOneMessage()
      answer.catch(() => {}) // if sending fails first, its failure would be heard nowhere
      await this.#process.sendMessage({ ...plan })
      return (await answer) as unknown as WorkerAnswer
    } catch {
      return await new Promise<never>(() => {})
    }
  }
}

function spawn(settings: WorkerSettings) {
  return execaNode(WORKER, [JSON.stringify(settings)], {
    ipc: true,
    reject: false,
    stdin: 'ignore',
    stdout: 'ignore',
    stderr: 'inherit',
    forceKillAfterDelay: 1000,
    nodeOptions: [],
  })
}

function after(ms: number, over: AbortSignal, gone: string): Promise<Ending> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve({ gone }), ms)
    over.addEventListener('abort', () => clearTimeout(timer), { once: true })
  })
}

function aborted(over: AbortSignal, signal: AbortSignal | undefined): Promise<Ending> {
  return new Promise((resolve) => {
    const heard = () => resolve({ gone: 'interrupted' })
    if (signal?.aborted) return heard()
    signal?.addEventListener('abort', heard, { once: true, signal: over })
  })
}
