// The command line, as a table of contents: each verb is one file.

import { Command } from 'commander'
import { calledAs } from './called-as.ts'
import { report } from './exit.ts'
import { heedSignals } from './interruption.ts'
import { packageVersion } from './package-version.ts'
import { audit } from './verbs/audit.ts'
import { disk } from './verbs/disk.ts'
import { doctor } from './verbs/doctor.ts'
import { list } from './verbs/list.ts'
import { machine } from './verbs/machine.ts'
import { replay } from './verbs/replay.ts'
import { redraw } from './verbs/report.ts'
import { run } from './verbs/run.ts'
import { serve } from './verbs/serve.ts'
import { shell } from './verbs/shell.ts'
import { trace } from './verbs/trace.ts'
import { complain } from './voice.ts'

heedSignals()

const program = new Command(calledAs())
  .description('measures what backups of memory cost, on an emulated computer exact to the cycle')
  .version(packageVersion())
  .showSuggestionAfterError()
  .configureOutput({ outputError: complaining() })
  .exitOverride()

for (const verb of [run, redraw, list, shell, serve, machine, disk, replay, trace, audit, doctor]) {
  // Options of the parent are inherited by name, not by addCommand.
  const command = verb().copyInheritedSettings(program)
  program.addCommand(command.configureOutput({ outputError: complaining(command.name()) }))
}

// A reader that has seen enough (`| head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit()
  process.exit(report(Object.assign(error, { path: 'stdout' })))
})
// Progress that nobody reads any more must not end a run.
process.stderr.on('error', () => {})

// What breaks where nobody waits for it (a socket without a descriptor, say) is told like the rest.
process.on('uncaughtException', (error) => process.exit(report(error)))

try {
  await program.parseAsync()
} catch (error) {
  process.exitCode = report(error)
}

/** One line for a wrong use: what was expected and got is commander's; what to do is ours. */
function complaining(...verb: readonly string[]): (text: string) => void {
  return (text) => {
    const said = text
      .replace(/^error: /, '')
      .trim()
      .replaceAll(/\s*\n\s*/g, ' ')
      .replace(/\.$/, '')
    complain(`${said}. Try: ${calledAs([...verb, '--help'])}`)
  }
}
