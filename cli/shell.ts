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
import { FAILED_CHECK } from './exit.ts'
import { PORTS, profileOption, wholeNumber } from './options.ts'
import { outcomeOf } from './outcome.ts'
import { attend } from './terminal.ts'

interface Options {
  readonly config: string
  readonly seed: number
  readonly profile: string
  readonly gdb?: number
}

export function shell(): Command {
  return new Command('shell')
    .description("you at the guest's console")
    .option('--config <name>', 'what to boot', 'none')
    .option('--seed <n>', 'frame allocation order', wholeNumber(0), 1)
    .addOption(profileOption())
    .option('--gdb <p>', GDB_HELP, wholeNumber(0, PORTS))
    .action(async ({ config: name, seed, profile, gdb }: Options) => {
      profileNamed(profile)
      const { configs } = await loadCatalogue()
      const outside = openOutside()
      const options = { seed, profile, pacer: outside.pacer }
      const spec = await specFor(pick(configs, 'config', name), realParts, options)
      await using machine = await realParts.open(spec)
      try {
        if (gdb !== undefined) {
          process.exitCode = outcomeOf(await attendDebugged(machine, outside, gdb))
        } else if (process.stdin.isTTY) {
          process.exitCode = outcomeOf(await attend(machine, outside))
        } else process.exitCode = await dictate(machine)
      } finally {
        await outside.close()
      }
    })
}

/** Types each line of stdin at a prompt, in virtual time: nobody is waited for, and it repeats. */
async function dictate(machine: Machine): Promise<number> {
  machine.console.listen((text) => process.stdout.write(text, 'latin1'))
  const toPrompt = () => machine.run({ text: PROMPT, deadline: cycles(machine.now() + PATIENCE) })
  let stop = await toPrompt()
  for await (const line of createInterface({ input: process.stdin })) {
    if (stop.kind !== 'text') break
    machine.console.type(`${line}\n`)
    stop = await toPrompt()
  }
  process.stdout.write('\n')
  if (stop.kind === 'deadline') {
    process.stderr.write('mirrorbench: expected a prompt, got none for 1 s of virtual time\n')
    return FAILED_CHECK
  }
  return outcomeOf({ stop, left: undefined })
}
