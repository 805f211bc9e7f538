// Reporting: what follows from a run's rows, drawn, printed and told. Invariant: what is missing, torn or not
// drawn is told and is in the exit code, whether the cells were run just now or long ago; so is a page of
// earlier rows that stays because none can be drawn of these.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { plannedCells } from '../results/plan.ts'
import { printableJson } from '../results/printable.ts'
import { readRun, type StoredRun } from '../results/store.ts'
import { nothingToReport } from '../results/store-error.ts'
import { exported, type Summary } from '../results/summary.ts'
import { FAILED_CHECK, FINE, PARTIAL } from './exit.ts'
import { say } from './voice.ts'

/**
 * Writes everything that follows from the rows, prints the table, says where the report lies. Resolves to
 * the exit code; throws StoreError where there is nothing to report.
 */
export async function drawAndPrint(directory: string, json: boolean): Promise<number> {
  const page = join(directory, 'report.html')
  const run = await runWithCells(directory).catch((error: unknown) => {
    if (existsSync(page)) say(`${page}: drawn before; it says nothing of the rows as they are now`)
    throw error
  })
  // The chart libraries are large; verbs that draw nothing do not wait for them.
  const { writeReport } = await import('../charts/report.ts')
  const { terminalReport } = await import('../charts/terminal.ts')
  const { summary, problems } = await writeReport(run)
  const { columns, isTTY } = process.stdout
  const colour = isTTY === true && !process.env.NO_COLOR
  process.stdout.write(
    json
      ? `${printableJson(exported(summary), 2)}\n`
      : `${terminalReport(run.manifest, summary, { colour, ...(columns ? { columns } : {}) })}\n`,
  )
  for (const line of [...shortcomings(summary), ...problems.map((why) => `not drawn: ${why}`)]) {
    say(line)
  }
  say(`report: ${page}`)
  return exitCodeOf(summary, problems)
}

async function runWithCells(directory: string): Promise<StoredRun> {
  const run = await readRun(directory)
  if (run.cells.length > 0) return run
  throw nothingToReport(directory, plannedCells(run.manifest)?.length)
}

/** 1 for a violated invariant, 3 where cells or charts are missing, 0 for a whole run. */
export function exitCodeOf({ cells }: Summary, problems: readonly string[]): number {
  if (cells.violated.length > 0) return FAILED_CHECK
  const lacking = [...cells.failed, ...cells.missing, ...problems]
  return lacking.length > 0 || cells.torn ? PARTIAL : FINE
}

/** What a reader of the figures must know of the rows. */
function shortcomings({ cells }: Summary): string[] {
  const { planned, missing, torn } = cells
  return [
    ...(torn ? ['the rows end in an unfinished cell, which was left out'] : []),
    ...(planned !== null && missing.length > 0
      ? [
          `${planned - missing.length} of ${planned} cells have ended. Go on with the run by --resume`,
        ]
      : []),
  ]
}
