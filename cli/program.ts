// Program: a command line from its words to an exit code; the verbs' and every developers' tool's.
// Invariant: wrong use is one line on stderr that says what was expected, what came and what to do, with
// commander's suggestion for what is misspelt; nothing that a program throws ends as a raw stack trace.

import { Command } from 'commander'
import { quoted } from './called-as.ts'
import { report } from './exit.ts'
import { complain } from './voice.ts'

/** A program that is called by these words, `npm run -s perf --`. */
export function program(calledBy: string): Command {
  return new Command(calledBy)
    .showSuggestionAfterError()
    .configureOutput({ outputError: complaint(calledBy) })
    .exitOverride()
}

/** Makes `verb` a command of the program, with the program's ways of failing. */
export function adopt(parent: Command, verb: Command): void {
  // addCommand hands nothing down by itself.
  verb.copyInheritedSettings(parent)
  const outputError = complaint(`${parent.name()} ${quoted(verb.name())}`)
  parent.addCommand(verb.configureOutput({ outputError }))
}

/** Carries out what the process was called with, and sets its exit code. */
export async function execute(command: Command | Promise<Command>): Promise<void> {
  // A reader that has seen enough (`| head`) is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit()
    process.exit(report(Object.assign(error, { path: 'stdout' })))
  })
  // Progress whose reader is gone must not end a run.
  process.stderr.on('error', () => {})
  // An error that no caller awaits (a socket without a descriptor, say) is told like the rest.
  process.on('uncaughtException', (error) => process.exit(report(error)))
  try {
    await (await command).parseAsync()
  } catch (error) {
    process.exitCode = report(error)
  }
}

/** Expected and got are commander's words; what to do is ours. */
function complaint(calledBy: string): (text: string) => void {
  return (text) => {
    const said = text
      .replace(/^error: /, '')
      .trim()
      .replaceAll(/\s*\n\s*/g, ' ')
      .replace(/\.$/, '')
    complain(`${said}. Try: ${calledBy} --help`)
  }
}
