// Patrol: runs a machine and looks at its guest on the way, at moments of its busy time: there, or when the
// hart comes to user mode next, since a kernel between two of its steps keeps no promise. Moments are busy
// cycles, as nothing happens in the others. Invariant: the guest cannot tell, a caller that waits for a stop
// gets the one of an unwatched run, and one return to user mode is looked at once.

import type { Machine, Stop, Until } from '../machine/machine.ts'
import { type Cycles, cycles } from '../machine/units.ts'

export class Patrol implements Pick<Machine, 'run'> {
  readonly #machine: Machine
  readonly #look: () => Promise<void>
  #moments: readonly number[] = []

  /** Requires a machine with `counters` and `user-stop`. */
  constructor(machine: Machine, look: () => Promise<void>) {
    this.#machine = machine
    this.#look = look
  }

  /** Looks at these moments from now on, in place of those left over. */
  watch(moments: readonly number[]): void {
    this.#moments = moments.toSorted((a, b) => a - b)
  }

  async run(until: Until): Promise<Stop> {
    let heard = until.heard ?? ''
    const forget = this.#machine.console.listen((text) => {
      heard += text
    })
    const run = (part: Partial<Until>) => this.#machine.run({ ...until, heard, ...part })
    try {
      while (this.#moments.length > 0) {
        const stop = await this.#toLook(until.deadline, run)
        if (stop.kind !== 'user') return stop
        await this.#look()
        const past = await this.#busy()
        this.#moments = this.#moments.filter((moment) => moment > past)
      }
      return await run({})
    } finally {
      forget()
    }
  }

  /** Runs to the next moment and on to user mode, or gives the stop that came before that. */
  async #toLook(deadline: Cycles, run: (part: Partial<Until>) => Promise<Stop>): Promise<Stop> {
    const target = this.#moments[0]!
    for (let busy = await this.#busy(); busy < target; ) {
      const moment = cycles(Math.min(deadline, this.#machine.now() + target - busy))
      const stop = await run({ deadline: moment })
      if (stop.kind !== 'deadline' || moment === deadline) return stop
      let now = await this.#busy()
      if (now === busy) {
        // It waits, however long: on to where it has something to do again.
        const woken = await run({ user: true })
        if (woken.kind !== 'user') return woken
        now = await this.#busy()
      }
      busy = now
    }
    return run({ user: true })
  }

  async #busy(): Promise<number> {
    return (await this.#machine.counters()).busy
  }
}
