// The command line of mirrorbench; each verb is a file of cli/verbs.

import type { Command } from 'commander'
import { calledAs } from './called-as.ts'
import { heedSignals } from './interruption.ts'
import { packageVersion } from './package-version.ts'
import { adopt, execute, program } from './program.ts'
import { PURPOSE, verbsFor } from './verbs.ts'

heedSignals()

const mirrorbench = program(calledAs())
  .description('measures what backups of memory cost, on an emulated computer exact to the cycle')
  .version(packageVersion())
  .commandsGroup(PURPOSE.ask)

await execute(withVerbs())

async function withVerbs(): Promise<Command> {
  for (const verb of await verbsFor(process.argv.slice(2))) adopt(mirrorbench, verb)
  return mirrorbench
}
