// A side of a lockstep: a machine of ours, and how to get it. Invariant: `open` gives the same machine at
// reset each time, so that a run can be repeated.

import type { Machine } from '../machine.ts'
import type { Debugger } from '../rv64/debug/debugger.ts'

export interface Side extends Machine {
  /** The debugger shows what the contract of machines does not. */
  debugger(): Debugger
}

export interface Sides {
  /** The one that is right. */
  readonly reference: () => Promise<Side>
  readonly tried: () => Promise<Side>
}
