// perf-system: how fast this host runs whole configs: boots and commands, by config. Host time: noisy,
// never compared with cycles.

import type { Config } from '../../configs/config.ts'
import { loadCatalogue } from '../../harness/catalogue.ts'
import { Computer, specFor } from '../../harness/computer.ts'
import { Conversation, PROMPT } from '../../harness/conversation.ts'
import { profileNamed } from '../../harness/profile.ts'
import { realParts } from '../../harness/real-parts.ts'
import { choose } from '../choice.ts'
import { profileOption, wholeNumber, words } from '../options.ts'
import { execute, program } from '../program.ts'
import { table } from '../table.ts'

interface Options {
  readonly config?: readonly string[]
  readonly profile: string
  readonly times: number
}

const WORK = ['forktest', 'cat README | wc', 'space sbrk 4194304']
const HEAD = ['config', 'work', 'instructions', 'host ms', 'MIPS']

await execute(
  program('npm run -s perf:system --')
    .description('measures how fast this host boots each config and runs commands on it')
    .option('--config <a,b>', 'only these configs; a trailing * stands for any rest', words)
    .addOption(profileOption())
    .option('--times <n>', 'how often each command is typed', wholeNumber(1), 5)
    .action(perform),
)

async function perform({ config: patterns, profile, times }: Options): Promise<void> {
  const { configs } = await loadCatalogue()
  const asked = choose(patterns ?? [...configs.keys()], { kind: 'config', all: configs })
  const rows: string[][] = []
  for (const config of asked) rows.push(...(await timed(config, profile, times)))
  process.stdout.write(table(HEAD, rows, HEAD.slice(2)))
}

/** A row for the boot of a config, and one for each kind of work. */
async function timed(config: Config, profile: string, times: number): Promise<string[][]> {
  const { hz } = profileNamed(profile)
  await using computer = new Computer(
    realParts,
    await specFor(config, realParts, { seed: 1, profile }),
  )
  const machine = await computer.atReset()
  const guest = new Conversation(machine, { probes: [], live: false, hz, check: async () => {} })
  const row = async (what: string, work: () => Promise<void>): Promise<string[]> => {
    const before = (await machine.counters()).instructions
    const began = performance.now()
    await work()
    const ms = performance.now() - began
    const instructions = (await machine.counters()).instructions - before
    const mips = instructions / ms / 1000
    return [config.name, what, String(instructions), ms.toFixed(0), mips.toFixed(1)]
  }
  const rows = [await row('boot', async () => void (await guest.expect(PROMPT)))]
  for (const line of WORK) {
    const repeated = async (): Promise<void> => {
      for (let n = 0; n < times; n++) await guest.command(line)
    }
    rows.push(await row(`${times} x ${line}`, repeated))
  }
  return rows
}
