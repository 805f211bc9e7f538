// shell: you at the guest's console. Through a pipe, each line is typed when the guest asks for it.

import { createInterface } from 'node:readline'
import { Command } from 'commander'
import { loadCatalogue } from '../harness/catalogue.ts'
import { specFor } from '../harness/computer.ts'
import { PATIENCE, PROMPT } from '../harness/conversation.ts'
import { openOutside } from '../harness/outside.ts'
import { realParts } from '../harness/parts.ts'
import { profileNamed } from '../harness/profile.ts'
import { pick } from '../harness/registry.ts'
import type { Machine } from '../machine/machine.ts'
import { cycles } from '../machine/units.ts'
import { attendDebugged, GDB_HELP } from './debugged.ts'
import { FAILED_CHECK, INTERRUPTED, UsageError } from './exit.ts'
import { PORTS, profileOption, wholeNumber } from './options.ts'
import { outcomeOf } from './outcome.ts'
import { openRecord, RECORD_HELP } from './record.ts'
import { attend } from './terminal.ts'

interface Options {
  readonly config: string
  readonly seed: number
  readonly profile: string
  readonly gdb?: number
  readonly record?: string
}

export function shell(): Command {
  return new Command('shell')
    .description("you at the guest's console")
    .option('--config <name>', 'what to boot', 'none')
    .option('--seed <n>', 'frame allocation order', wholeNumber(0), 1)
    .addOption(profileOption())
    .option('--gdb <p>', GDB_HELP, wholeNumber(0, PORTS))
    .option('--record <file>', RECORD_HELP)
    .action(async ({ config: name, seed, profile, gdb, record: path }: Options) => {
      profileNamed(profile)
      await using record = await openRecord(path, gdb)
      const { configs } = await loadCatalogue()
      const outside = openOutside()
      const options = { seed, profile, pacer: outside.pacer }
      const spec = await specFor(pick(configs, 'config', name), realParts, options)
      await using machine = await realParts.open(spec)
      record.begin(machine)
      try {
        if (gdb !== undefined) {
          process.exitCode = outcomeOf(await attendDebugged(machine, outside, gdb))
        } else if (process.stdin.isTTY) {
          process.exitCode = outcomeOf(await attend(machine, outside))
        } else process.exitCode = await dictate(machine)
        await record.keep(machine, { verb: 'shell', config: name, seed: String(seed), profile })
      } finally {
        await outside.close()
      }
    })
}

/** No guest has room for more. */
const LONGEST_LINE = 64 * 1024

/**
 * Types each line of stdin at a prompt, in virtual time: nobody is waited for, and it repeats. A signal
 * ends it.
 */
async function dictate(machine: Machine): Promise<number> {
  const over = new AbortController()
  const { signal } = over
  const signalled = (): void => over.abort()
  process.on('SIGINT', signalled).on('SIGTERM', signalled)
  machine.console.listen((text) => process.stdout.write(text))
  const toPrompt = () =>
    machine.run({ text: PROMPT, deadline: cycles(machine.now() + PATIENCE), signal })
  try {
    let stop = await toPrompt()
    for await (const line of createInterface({ input: process.stdin, signal })) {
      if (stop.kind !== 'text') break
      if (line.length > LONGEST_LINE) {
        throw new UsageError(
          `stdin: expected lines of at most ${LONGEST_LINE} characters, got more`,
        )
      }
      machine.console.type(`${line}\n`)
      stop = await toPrompt()
    }
    process.stdout.write('\n')
    if (stop.kind === 'deadline') {
      process.stderr.write('mirrorbench: expected a prompt, got none for 1 s of virtual time\n')
      return FAILED_CHECK
    }
    return signal.aborted ? INTERRUPTED : outcomeOf({ stop, left: undefined })
  } finally {
    process.off('SIGINT', signalled).off('SIGTERM', signalled)
  }
}
