// GuestServer: a booted guest with a server that listens, for tests of its network. Invariant: each test
// gets the machine as it was when the server had just said that it is ready.

import { image } from '../guest/images.ts'
import { disk } from '../guest/mkfs.ts'
import type { MachineSpec, Snapshot } from '../machine/machine.ts'
import { Rv64Machine } from '../machine/rv64/rv64.ts'
import { cycles, MiB } from '../machine/units.ts'

export const SECOND = 1_000_000_000
const PATIENCE = 20 * SECOND

export class GuestServer implements AsyncDisposable {
  readonly machine: Rv64Machine
  readonly #listening: Snapshot

  private constructor(machine: Rv64Machine, listening: Snapshot) {
    this.machine = machine
    this.#listening = listening
  }

  /** Boots, types `command` and waits until it says `ready`. */
  static async start(
    command: string,
    ready: RegExp,
    change: Partial<MachineSpec> = {},
  ): Promise<GuestServer> {
    const machine = new Rv64Machine({
      firmware: (await image('firmware')).bytes,
      kernel: (await image('kernel')).bytes,
      banks: [{ bytes: 128 * MiB, role: 'original' }],
      disk: await disk(),
      network: true,
      harts: 1,
      profile: 'flat',
      ...change,
    })
    await shown(machine, /\$ $/)
    machine.console.type(`${command} &\n`)
    await shown(machine, ready)
    return new GuestServer(machine, await machine.snapshot())
  }

  async again(): Promise<void> {
    await this.machine.restore(this.#listening)
  }

  /** Types a command and gives what the console says up to the next prompt. */
  async command(line: string): Promise<string> {
    const before = this.machine.console.transcript.length
    this.machine.console.type(`${line}\n`)
    await shown(this.machine, /\n\$ $/)
    return this.machine.console.transcript.slice(before)
  }

  /** Types a line and waits until the console says something. */
  async expect(line: string, text: RegExp): Promise<void> {
    this.machine.console.type(`${line}\n`)
    await shown(this.machine, text)
  }

  /** Runs until `holds`, which is asked after each network event; throws if it does not come to hold. */
  async until(holds: () => boolean): Promise<void> {
    const deadline = cycles(this.machine.now() + PATIENCE)
    const stop = await this.machine.run({ when: holds, deadline })
    if (stop.kind !== 'condition') throw new Error(`expected it to happen, got ${stop.kind}`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.machine[Symbol.asyncDispose]()
  }
}

async function shown(machine: Rv64Machine, text: RegExp): Promise<void> {
  const stop = await machine.run({ text, deadline: cycles(machine.now() + PATIENCE) })
  if (stop.kind === 'text') return
  const console = machine.console.transcript.slice(-200)
  throw new Error(`expected ${text} on the console, got ${stop.kind} after ${console}`)
}
