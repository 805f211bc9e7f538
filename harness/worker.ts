// Worker: a process of the pool's that runs cells, one at a time. Invariant: it answers each cell once,
// and does not outlive the process that started it: if that is gone, it ends without a word.

import { getEachMessage, sendMessage } from 'execa'
import type { CellRecord } from '../results/cell.ts'
import { loadCatalogue } from './catalogue.ts'
import type { CellPlan } from './cell.ts'
import { realParts } from './real-parts.ts'
import { Workbench } from './workbench.ts'

/** What every worker of a run shares. */
export interface WorkerSettings {
  readonly run: string
  readonly hostLimit: number
}

/** `defect`: what went wrong in the worker itself. */
export type WorkerAnswer = { readonly record: CellRecord } | { readonly defect: string }

/** Works until its parent hangs up. An interruption is the parent's to handle. */
export async function work(settings: WorkerSettings): Promise<void> {
  process.on('SIGINT', () => {})
  process.once('disconnect', () => process.exit())
  const catalogue = await loadCatalogue()
  const bench = new Workbench({ ...settings, catalogue, parts: realParts })
  for await (const message of getEachMessage()) {
    await send(await answer(bench, message as unknown as CellPlan))
  }
}

/** The parent may be gone already, and the event that tells so be still to come. */
async function send(answer: WorkerAnswer): Promise<void> {
  try {
    await sendMessage({ ...answer })
  } catch (error) {
    if (hasCode(error, 'EPIPE')) process.exit()
    throw error
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && (error.cause as NodeJS.ErrnoException | undefined)?.code === code
}

async function answer(bench: Workbench, plan: CellPlan): Promise<WorkerAnswer> {
  try {
    return { record: await bench.run(plan) }
  } catch (error) {
    return { defect: String(error) }
  }
}

const settings = process.argv[2]
if (settings !== undefined && process.send !== undefined) await work(JSON.parse(settings))
