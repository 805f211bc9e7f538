// The branch predictor: two-bit counters in linear memory, which saturate, or none. Invariants: a counter
// changes at each conditional branch that executes and at nothing else; its index is made of bits of the
// address within a page, so it is a constant for an instruction, wherever its page is mapped.

import type { Core } from './core.ts'
import { layoutOf } from './layout.ts'

/** A counter from here on predicts "taken". */
export const LIKELY = 2
export const MOST_LIKELY = 3

/** An address shifted right by this is the number of its word. */
export const WORD_SHIFT = 2

/** The index of the counter of the branch at that address, or offset within its page. */
export const counterIndex = (pc: number, counters: number): number =>
  (pc >>> WORD_SHIFT) & (counters - 1)

export class BranchPredictor {
  readonly #bytes: Uint8Array
  readonly #first: number
  readonly #counters: number
  readonly #cost: number

  constructor({ branchCounters, ...core }: Core, bytes: Uint8Array) {
    this.#bytes = bytes
    this.#first = layoutOf({ branchCounters, ...core }).counters
    this.#counters = branchCounters
    this.#cost = core.cycles.mispredicted
  }

  /** Cycles that a conditional branch costs which has gone that way; `pc`: low half. */
  branched(pc: number, distance: number, taken: boolean): number {
    return this.#predicts(pc, distance, taken) === taken ? 0 : this.#cost
  }

  /** What was predicted; and the counter learns. */
  #predicts(pc: number, distance: number, taken: boolean): boolean {
    if (this.#counters === 0) return distance < 0
    const at = this.#first + counterIndex(pc, this.#counters)
    const counter = this.#bytes[at]!
    if (taken) this.#bytes[at] = Math.min(counter + 1, MOST_LIKELY)
    else this.#bytes[at] = Math.max(counter - 1, 0)
    return counter >= LIKELY
  }
}
