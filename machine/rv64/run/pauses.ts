// Pauses: how much the machine does in one go, and when the host gets a turn. Invariant: with a host clock a
// go is short enough that the host waits milliseconds, however slowly the guest's instructions execute;
// the guest cannot tell.

import type { HostMs } from '../../units.ts'

/** Instructions in one go. V8 replaces code by better code only between calls of an engine. */
const LONGEST = 1 << 20
const SHORTEST = 1 << 12
/** A go that took less is followed by a longer one, one that took more by a shorter one. */
const SHORT_MS = 0.5
const LONG_MS = 2
/** What it costs to go round once, as if in instructions: a guest may do nothing but wait. */
const STEP = 100
/** Host time between turns of the host. */
const TURN_MS = 4
/** The same in cycles for want of a clock. */
const TURN_CYCLES = 8_000_000

export class Pauses {
  readonly #hostNow: (() => HostMs) | undefined
  /** What going round has cost besides, as if in instructions. */
  #steps = 0
  /** Work and host time when the loop last looked, and when the host last had its turn. */
  #looked = 0
  #lookedAt = 0
  #turn = 0
  #turnAt = 0
  #go: number

  constructor(hostNow?: () => HostMs) {
    this.#hostNow = hostNow
    this.#go = hostNow === undefined ? LONGEST : SHORTEST
  }

  /** Instructions that may be executed in one go. */
  get go(): number {
    return this.#go
  }

  /** The host has its turn now; `busy` counts the cycles of work, up or down to anywhere. */
  turn(busy: number): void {
    this.#looked = this.#turn = busy + this.#steps
    this.#lookedAt = this.#turnAt = this.#hostNow?.() ?? 0
  }

  /** After a go, or an event, or a wait: true if the host is due for a turn. */
  isDue(busy: number): boolean {
    this.#steps += STEP
    const work = busy + this.#steps
    if (this.#hostNow === undefined) return work - this.#turn >= TURN_CYCLES
    if (work - this.#looked < this.#go) return false
    const now = this.#hostNow()
    const took = now - this.#lookedAt
    this.#looked = work
    this.#lookedAt = now
    if (took > LONG_MS) this.#go = Math.max(SHORTEST, this.#go >> 1)
    else if (took < SHORT_MS) this.#go = Math.min(LONGEST, this.#go * 2)
    return now - this.#turnAt >= TURN_MS
  }
}
