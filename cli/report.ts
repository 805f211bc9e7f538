// report DIR: draws charts and report again from the stored rows. No machine is needed.

import { join, resolve } from 'node:path'
import { Command } from 'commander'
import { printableJson } from '../results/printable.ts'
import { readRun } from '../results/store.ts'
import { say } from './voice.ts'

export function redraw(): Command {
  return new Command('report')
    .description('draws charts and report of a run again, from its stored rows')
    .argument('<dir>', 'the directory of the run')
    .option('--json', 'print the summary as JSON')
    .action((dir: string, { json }: { json?: boolean }) =>
      drawAndPrint(resolve(dir), json ?? false),
    )
}

/** Writes everything that follows from the rows, prints the table, says where the report lies. */
export async function drawAndPrint(directory: string, json: boolean): Promise<void> {
  const { manifest } = await readRun(directory)
  // The chart libraries are large; verbs that draw nothing do not wait for them.
  const { writeReport } = await import('../charts/report.ts')
  const { terminalReport } = await import('../charts/terminal.ts')
  const { summary } = await writeReport(directory)
  const { columns, isTTY } = process.stdout
  const colour = isTTY === true && !process.env.NO_COLOR
  process.stdout.write(
    json
      ? `${printableJson(summary, 2)}\n`
      : `${terminalReport(manifest, summary, { colour, ...(columns ? { columns } : {}) })}\n`,
  )
  say(`report: ${join(directory, 'report.html')}`)
}
