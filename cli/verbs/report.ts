// report DIR: draws charts and report again from the stored rows. No machine is needed.

import { resolve } from 'node:path'
import { Command } from 'commander'
import { PURPOSE } from '../verbs.ts'

export default new Command('report')
  .helpGroup(PURPOSE.measure)
  .description('draws charts and report of a run again, from its stored rows')
  .argument('<dir>', 'the directory of the run')
  .option('--json', 'print the summary as JSON')
  .action(async (dir: string, { json }: { json?: boolean }) => {
    const { drawAndPrint } = await import('../reporting.ts')
    process.exitCode = await drawAndPrint(resolve(dir), json ?? false)
  })
