// A machine boots to the prompt and carries out a line; what it did is told exactly. Invariant: nothing here
// is of Node, so that the same code runs in a browser.

import type { Counters, MachineSpec } from '../machine/machine.ts'
import { Rv64Machine } from '../machine/rv64/rv64.ts'
import { cycles } from '../machine/units.ts'

const PROMPT = /\$ $/
const PATIENCE = 2_000_000_000

export interface Told {
  readonly stops: readonly string[]
  /** Counters without those of how the host went about it. */
  readonly counters: Omit<Counters, 'why'>
  readonly digest: string
  readonly transcript: string
}

export async function session(spec: MachineSpec, line: string): Promise<Told> {
  const breathe = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0))
  const machine = new Rv64Machine(spec, { breathe })
  const toPrompt = async (): Promise<string> => {
    const stop = await machine.run({ text: PROMPT, deadline: cycles(machine.now() + PATIENCE) })
    return stop.kind
  }
  const booted = await toPrompt()
  machine.console.type(`${line}\n`)
  const stops = [booted, await toPrompt()]
  const { why: _, ...counters } = await machine.counters()
  return { stops, counters, digest: await machine.digest(), transcript: machine.console.transcript }
}
