// The command line, as a table of contents: each verb is one file.

import { Command } from 'commander'
import { audit } from './audit.ts'
import { doctor } from './doctor.ts'
import { report } from './exit.ts'
import { heedSignals } from './interruption.ts'
import { list } from './list.ts'
import { machine } from './machine.ts'
import { packageVersion } from './package-version.ts'
import { replay } from './replay.ts'
import { redraw } from './report.ts'
import { run } from './run.ts'
import { serve } from './serve.ts'
import { shell } from './shell.ts'
import { trace } from './trace.ts'

heedSignals()

const program = new Command('mirrorbench')
  .description('measures what backups of memory cost, on an emulated computer exact to the cycle')
  .version(packageVersion())
  .showSuggestionAfterError()
  .configureOutput({ outputError: complain })
  .exitOverride()

for (const verb of [run, redraw, list, shell, serve, machine, replay, trace, audit, doctor]) {
  // Options of the parent are inherited by name, not by addCommand.
  program.addCommand(verb().copyInheritedSettings(program))
}

// A reader that has seen enough (`| head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit()
  throw error
})
// Progress that nobody reads any more must not end a run.
process.stderr.on('error', () => {})

try {
  await program.parseAsync()
} catch (error) {
  process.exitCode = report(error)
}

/** One line for a wrong use: what was expected and got is commander's; what to do is ours. */
function complain(text: string, write: (text: string) => void): void {
  const said = text
    .replace(/^error: /, '')
    .trim()
    .replaceAll(/\s*\n\s*/g, ' ')
    .replace(/\.$/, '')
  write(`mirrorbench: ${said}. Try: mirrorbench --help\n`)
}
