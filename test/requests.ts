// Requests made by chance, given to httpd's own code in a guest: how often a test wants it.

import { image } from '../guest/images.ts'
import { disk } from '../guest/mkfs.ts'
import { Rv64Machine } from '../machine/rv64/rv64.ts'
import { cycles, MiB } from '../machine/units.ts'

/** Ten times what a request takes, in cycles. */
const PATIENCE = 1_000_000

/** What `requests` says of `count` requests of that seed, up to the next prompt. */
export async function requestsSay(seed: number, count: number): Promise<string> {
  const bytes = (await image('debug/requests')).bytes
  await using machine = new Rv64Machine({
    firmware: (await image('firmware')).bytes,
    kernel: (await image('kernel')).bytes,
    banks: [{ bytes: 64 * MiB, role: 'original' }],
    disk: await disk([{ path: 'requests', bytes }]),
    harts: 1,
    profile: 'flat',
  })
  const shown = async (text: RegExp, patience: number): Promise<string> => {
    const from = machine.console.transcript.length
    const stop = await machine.run({ text, deadline: cycles(machine.now() + patience) })
    const said = machine.console.transcript.slice(from).replaceAll('\r', '')
    if (stop.kind === 'text') return said
    throw new Error(`expected ${text} on the console, got ${stop.kind} after ${said.slice(-2000)}`)
  }
  await shown(/\$ $/, 10_000_000_000)
  machine.console.type(`requests ${seed} ${count}\n`)
  const said = await shown(/\n\$ $/, 10_000_000_000 + count * PATIENCE)
  return said.slice(said.indexOf('\n') + 1, -'$ '.length)
}
