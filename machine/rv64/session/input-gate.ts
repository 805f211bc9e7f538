// The way in for everything from outside: a person's keys, a connection from the host. Invariant: input
// enters between two instructions, after all that is due at that cycle has happened, and is on record;
// so its moment and its place in the record say exactly where it came.

import type { Clock } from '../time/clock.ts'
import { type InputKind, InputLog, type Moment } from './input-log.ts'

export interface InputGateOptions {
  readonly clock: Clock
  readonly moment: () => Moment
  /** Does all that is due at this cycle. */
  readonly settle: () => void
  /** Ends the slice that is being executed at its next boundary. */
  readonly leave: () => void
}

export class InputGate {
  /** What has come since reset. */
  readonly log = new InputLog()
  readonly #options: InputGateOptions
  /** What came within an instruction. */
  #waiting: (() => void)[] = []

  constructor(options: InputGateOptions) {
    this.#options = options
  }

  /** Lets `act` happen and writes it down, unless it throws. Throws Error within an instruction. */
  enter<T>(kind: InputKind, bytes: Uint8Array, act: () => T): T {
    this.settle()
    const result = act()
    this.log.add(this.#options.moment(), kind, bytes)
    return result
  }

  /** Everything due at this cycle happens now: what is done next comes after it. */
  settle(): void {
    if (this.#options.clock.inside) {
      throw new Error(
        'expected a connection to be used between two instructions, got a use from within one. ' +
          'Try: not from a listener of the console',
      )
    }
    this.#options.settle()
  }

  /** Does it now, or, within an instruction, right behind it. */
  soon(act: () => void): void {
    const { clock, leave } = this.#options
    if (!clock.inside) {
      act()
      return
    }
    leave()
    this.#waiting.push(act)
  }

  /** Lets in what came within the instruction before. */
  open(): void {
    for (let act = this.#waiting.shift(); act !== undefined; act = this.#waiting.shift()) act()
  }

  /** Tells a listener outside, behind all else that is due at this cycle. */
  tell(name: string, hear: () => void): void {
    const { clock } = this.#options
    clock.at(clock.now, `~${name}`, hear) // a name that sorts behind those of devices
  }
}
