// shell: you at the guest's console. Through a pipe, each line is typed when the guest asks for it.

import { createInterface } from 'node:readline'
import { Command } from 'commander'
import { openAttachment } from '../../harness/attachment.ts'
import { loadCatalogue } from '../../harness/catalogue.ts'
import { specFor } from '../../harness/computer.ts'
import { realParts } from '../../harness/real-parts.ts'
import type { Machine } from '../../machine/machine.ts'
import { pick } from '../../registry/registry.ts'
import { FAILED_CHECK, INTERRUPTED, UsageError } from '../exit.ts'
import { holdOn } from '../interruption.ts'
import { PORTS, profileOption, wholeNumber } from '../options.ts'
import { attendDebugged, GDB_HELP } from '../session/debugged.ts'
import { outcomeOf } from '../session/outcome.ts'
import { Prompts } from '../session/prompts.ts'
import { openRecorder, RECORD_HELP } from '../session/recorder.ts'
import { attend } from '../session/terminal.ts'
import { PURPOSE } from '../verbs.ts'
import { complain } from '../voice.ts'

interface Options {
  readonly config: string
  readonly seed: number
  readonly profile: string
  readonly gdb?: number
  readonly record?: string
}

export default new Command('shell')
  .helpGroup(PURPOSE.boot)
  .description("you at the guest's console")
  .option('--config <name>', 'what to boot', 'none')
  .option('--seed <n>', 'frame allocation order', wholeNumber(0), 1)
  .addOption(profileOption())
  .option('--gdb <p>', GDB_HELP, wholeNumber(0, PORTS))
  .option('--record <file>', RECORD_HELP)
  .action(async ({ config: name, seed, profile, gdb, record: path }: Options) => {
    await using recorder = await openRecorder(path, gdb)
    const { configs } = await loadCatalogue()
    const outside = openAttachment()
    const options = { seed, profile, pacer: outside.pacer }
    const spec = await specFor(pick(configs, 'config', name), realParts, options)
    await using machine = await realParts.open(spec)
    await recorder.begin(machine)
    try {
      if (gdb !== undefined) {
        process.exitCode = outcomeOf(await attendDebugged(machine, outside, gdb))
      } else if (process.stdin.isTTY) {
        process.exitCode = outcomeOf(await attend(machine, outside))
      } else process.exitCode = await dictate(machine)
      await recorder.keep(machine, { verb: 'shell', config: name, seed: String(seed), profile })
    } finally {
      await outside.close()
    }
  })

const PROMPT = '$ '
/** No guest has room for more. */
const LONGEST_LINE = 64 * 1024

/**
 * Types each line of stdin as the guest asks for it, in virtual time: it waits for no host, and it repeats. A
 * signal ends it.
 */
async function dictate(machine: Machine): Promise<number> {
  using hold = holdOn()
  const { signal } = hold
  machine.console.listen((text) => process.stdout.write(text))
  const prompts = new Prompts(machine, [PROMPT])
  try {
    let asked = await prompts.next(signal)
    for await (const line of createInterface({ input: process.stdin, signal })) {
      if (typeof asked === 'object') break
      if (line.length > LONGEST_LINE) {
        throw new UsageError(
          `stdin: expected lines of at most ${LONGEST_LINE} characters, got more`,
        )
      }
      prompts.type(`${line}\n`)
      asked = await prompts.next(signal)
    }
    // A guest that paused has been given all there was; one that computes may go on.
    if (asked === 'pause') asked = await prompts.next(signal, true)
    process.stdout.write('\n')
    if (asked === 'pause') {
      complain('expected a prompt, got none for 1 s of virtual time')
      return FAILED_CHECK
    }
    const stop = asked === 'prompt' ? ({ kind: 'condition' } as const) : asked
    return signal.aborted ? INTERRUPTED : outcomeOf({ stop, left: undefined })
  } finally {
    prompts.close()
  }
}
