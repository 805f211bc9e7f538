// The run loop: slices of execution between events, waiting in wfi, and pauses for the host.
// Invariant: events fire at their exact cycle, between instructions; virtual time never overtakes
// the pacer at wfi; the loop ends at the deadline at the latest.

import type { Pacer, Stop, Until } from '../machine.ts'
import { type Cycles, cycles, type HostMs } from '../units.ts'
import { type Clock, NEVER } from './clock.ts'
import type { Halter } from './debug/debugger.ts'
import type { Engine } from './engine/engine.ts'
import type { Hart } from './hart/hart.ts'
import { wakes } from './hart/interrupt.ts'
import { BUDGET, HELD, WAITING } from './hart/state.ts'
import { Pauses } from './pauses.ts'

export interface RunLoopParts {
  readonly clock: Clock
  readonly hart: Hart
  readonly engine: Engine
  readonly pacer: Pacer | undefined
  /** Lets the host's event loop turn. */
  readonly breathe: (() => Promise<void>) | undefined
  /** Says when that is due; without it, it is guessed from cycles. */
  readonly hostNow: (() => HostMs) | undefined
  /** A reason to stop that guest or devices have given. */
  readonly stopped: () => Stop | undefined
  /** Whoever may halt the machine between instructions, if there is somebody. */
  readonly halter: () => Halter | undefined
  /** Deals with a request to start again. True: it did. */
  readonly rebooted: () => boolean
}

export class RunLoop {
  readonly #parts: RunLoopParts
  readonly #pauses: Pauses

  constructor(parts: RunLoopParts) {
    this.#parts = parts
    this.#pauses = new Pauses(parts.hostNow)
  }

  async run(until: Until): Promise<Stop> {
    const { clock, hart, pacer, rebooted } = this.#parts
    const pauses = this.#pauses
    pauses.turn(clock.now - hart.idle)
    for (;;) {
      const stop = this.#stop(until)
      if (stop !== undefined) return stop
      clock.fireDue()
      if (rebooted() || this.#stop(until) !== undefined) continue
      const waits = this.#waits()
      const halter = this.#parts.halter()
      if (halter?.halts(waits) === true) {
        await halter.stand(until.signal)
        continue
      }
      if (waits) {
        const stuck = await this.#wait(until)
        if (stuck !== undefined) return stuck
      } else this.#slice(until.deadline, halter?.attentive === true ? 1 : pauses.go)
      if (!pauses.isDue(clock.now - hart.idle)) continue
      if (pacer !== undefined) await pacer.breathe(clock.now)
      else await this.#parts.breathe?.()
      pauses.turn(clock.now - hart.idle)
    }
  }

  #stop(until: Until): Stop | undefined {
    const stop = this.#parts.stopped()
    if (stop !== undefined) return stop
    if (until.signal?.aborted === true) return { kind: 'aborted' }
    return this.#parts.clock.now >= until.deadline ? { kind: 'deadline' } : undefined
  }

  /** True while the hart waits in wfi. */
  #waits(): boolean {
    const { hart } = this.#parts
    if (hart.i32[WAITING >> 2] === 0) return false
    if (!wakes(hart)) return true
    hart.i32[WAITING >> 2] = 0
    return false
  }

  /** Moves virtual time to the next event, or as far as the pacer lets it. */
  async #wait(until: Until): Promise<Stop | undefined> {
    const { clock, pacer } = this.#parts
    const next = clock.next()
    if (pacer === undefined) {
      if (next === NEVER) return { kind: 'stuck', why: 'wfi with no interrupt to come' }
      this.#idleUntil(Math.min(next, until.deadline))
      return undefined
    }
    const goal = Math.min(next, until.deadline)
    await pacer.idle(clock.now, cycles(goal))
    // Whoever ends the run may have ended the waiting: then no time has passed.
    if (until.signal?.aborted === true) return undefined
    // Input may have woken the hart, or brought an earlier event.
    if (this.#waits()) this.#idleUntil(Math.min(goal, clock.next()))
    return undefined
  }

  #idleUntil(when: number): void {
    const { clock, hart } = this.#parts
    const from = clock.now
    if (when <= from) return
    hart.idle += when - from
    clock.now = cycles(when)
  }

  /** Executes up to the next event or the deadline, but no more than `most` cycles. */
  #slice(deadline: Cycles, most: number): void {
    const { clock, engine, hart } = this.#parts
    const end = Math.min(clock.next(), deadline, clock.now + most)
    hart.leave = false
    hart.counters.slices++
    hart.sliceEnd = end
    hart.i32[BUDGET >> 2] = end - clock.now
    hart.i32[HELD >> 2] = 0
    clock.inside = true
    engine.execute()
    clock.inside = false
    clock.now = cycles(end - hart.i32[BUDGET >> 2]! - hart.i32[HELD >> 2]!)
    hart.i32[BUDGET >> 2] = 0
    hart.i32[HELD >> 2] = 0
  }
}
