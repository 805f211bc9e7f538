// The command line, as a table of contents: each verb is one file. Invariant: only the verb that is asked
// for is loaded, as far as it can be told: a verb starts at once, whatever the others need.

import { Command } from 'commander'
import { calledAs } from './called-as.ts'
import { report } from './exit.ts'
import { heedSignals } from './interruption.ts'
import { packageVersion } from './package-version.ts'
import { complain } from './voice.ts'

/** In the order of the help. */
const VERBS: Readonly<Record<string, () => Promise<() => Command>>> = {
  run: async () => (await import('./verbs/run.ts')).run,
  report: async () => (await import('./verbs/report.ts')).redraw,
  list: async () => (await import('./verbs/list.ts')).list,
  shell: async () => (await import('./verbs/shell.ts')).shell,
  serve: async () => (await import('./verbs/serve.ts')).serve,
  machine: async () => (await import('./verbs/machine.ts')).machine,
  disk: async () => (await import('./verbs/disk.ts')).disk,
  replay: async () => (await import('./verbs/replay.ts')).replay,
  trace: async () => (await import('./verbs/trace.ts')).trace,
  audit: async () => (await import('./verbs/audit.ts')).audit,
  doctor: async () => (await import('./verbs/doctor.ts')).doctor,
}

heedSignals()

const program = new Command(calledAs())
  .description('measures what backups of memory cost, on an emulated computer exact to the cycle')
  .version(packageVersion())
  .showSuggestionAfterError()
  .configureOutput({ outputError: complaining() })
  .exitOverride()

for (const load of asked(process.argv[2])) {
  const verb = await load()
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

/** The verb that the first word names; all of them for the help, and for a hint at what was meant. */
function asked(word = ''): readonly (() => Promise<() => Command>)[] {
  return Object.hasOwn(VERBS, word) ? [VERBS[word]!] : Object.values(VERBS)
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
