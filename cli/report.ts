// report DIR: draws charts and report again from the stored rows. No machine is needed.

import { resolve } from 'node:path'
import { Command } from 'commander'
import { writeReport } from '../charts/report.ts'
import { terminalReport } from '../charts/terminal.ts'
import { readRun } from '../results/store.ts'

export function redraw(): Command {
  return new Command('report')
    .description('draws charts and report of a run again, from its stored rows')
    .argument('<dir>', 'the directory of the run')
    .option('--json', 'print the summary as JSON')
    .action(async (dir: string, { json }: { json?: boolean }) => {
      const directory = resolve(dir)
      const { manifest } = await readRun(directory)
      const { summary, files } = await writeReport(directory)
      const colour = process.stdout.isTTY === true && !process.env.NO_COLOR
      process.stdout.write(
        json
          ? `${JSON.stringify(summary, null, 2)}\n`
          : `${terminalReport(manifest, summary, { colour })}\n`,
      )
      process.stderr.write(`${files.length} files written in ${directory}\n`)
    })
}
