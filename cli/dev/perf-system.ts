// perf-system: how fast this host runs whole configs: boots and commands, by config. Host time: noisy,
// never compared with cycles. Usage: node cli/launch.js cli/dev/perf-system.ts

import { loadCatalogue } from '../../harness/catalogue.ts'
import { Computer, specFor } from '../../harness/computer.ts'
import { Conversation } from '../../harness/conversation.ts'
import { realParts } from '../../harness/parts.ts'
import { profileNamed } from '../../harness/profile.ts'
import { table } from '../table.ts'

const TIMES = 5
const WORK = ['forktest', 'cat README | wc', 'space sbrk 4194304']

const { configs } = await loadCatalogue()
const { hz } = profileNamed('flat')
const rows: string[][] = []
for (const config of configs.values()) {
  const spec = await specFor(config, realParts, { seed: 1, profile: 'flat' })
  await using computer = new Computer(realParts, spec)
  const machine = await computer.atReset()
  const around = { probes: [], live: false, hz, check: async () => {} }
  const time = async (work: (guest: Conversation) => Promise<void>): Promise<number[]> => {
    const before = (await machine.counters()).instructions
    const began = performance.now()
    await work(new Conversation(machine, around))
    const ms = performance.now() - began
    return [(await machine.counters()).instructions - before, ms]
  }
  const boot = async (guest: Conversation): Promise<void> => {
    await guest.expect(/(?:^|\n)\$ $/)
  }
  rows.push(shown(config.name, 'boot', await time(boot)))
  for (const line of WORK) {
    const repeated = async (guest: Conversation): Promise<void> => {
      for (let n = 0; n < TIMES; n++) await guest.command(line)
    }
    rows.push(shown(config.name, `${TIMES} x ${line}`, await time(repeated)))
  }
}
const head = ['config', 'work', 'instructions', 'host ms', 'MIPS']
process.stdout.write(table(head, rows, head.slice(2)))

function shown(config: string, work: string, [instructions = 0, ms = 0]: number[]): string[] {
  const mips = instructions / ms / 1000
  return [config, work, String(instructions), ms.toFixed(0), mips.toFixed(1)]
}
