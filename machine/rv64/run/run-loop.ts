// The run loop: slices of execution between events, waiting in wfi, and pauses for the host.
// Invariant: events fire at their exact cycle, between instructions; virtual time never overtakes
// the pacer at wfi; the loop ends at the deadline at the latest, or at the moment that a replay names.

import type { Pacer, Stop, Until } from '../../machine.ts'
import { type Cycles, cycles, type HostMs } from '../../units.ts'
import type { Engine } from '../engine/engine.ts'
import type { Hart } from '../hart/hart.ts'
import { USER } from '../isa/status.ts'
import { BUDGET, HELD, USER_STOP } from '../memory/layout.ts'
import { type Clock, NEVER } from '../time/clock.ts'
import type { Halter } from './halter.ts'
import { Pauses } from './pauses.ts'
import type { RoundRobin } from './round-robin.ts'

/** Where several harts stop: behind the deadline, where they have so many cycles together. */
export interface Reach extends Until {
  readonly together?: number
}

export interface RunLoopParts {
  readonly clock: Clock
  readonly hart: Hart
  readonly harts: RoundRobin
  readonly engine: Engine
  readonly pacer: Pacer | undefined
  /** Lets the host's event loop turn. */
  readonly breathe: (() => Promise<void>) | undefined
  /** Says when that is due; without it, it is guessed from cycles. */
  readonly hostNow: (() => HostMs) | undefined
  /** True if no device will do anything by itself, whatever time passes. */
  readonly quiet: () => boolean
  /** A reason to stop that guest or devices have given. */
  readonly stopped: () => Stop | undefined
  /** The debugger that may halt the machine between instructions, if there is one. */
  readonly halter: () => Halter | undefined
  /** Lets in what came within the last instruction. */
  readonly letIn: () => void
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

  async run(until: Reach): Promise<Stop> {
    const { clock, harts, pacer, letIn, rebooted } = this.#parts
    const pauses = this.#pauses
    pauses.turn(harts.busy)
    for (;;) {
      const stop = this.#stop(until)
      if (stop !== undefined) return stop
      letIn()
      clock.fireDue()
      if (rebooted() || this.#stop(until) !== undefined || harts.settle(until.deadline)) continue
      const left = this.#left(until)
      if (left <= 0) return { kind: 'deadline' }
      const waits = !harts.pick()
      const halter = this.#parts.halter()
      if (halter?.halts(waits) === true) {
        await halter.stand(until.signal)
        continue
      }
      if (waits) {
        const stuck = await this.#wait(until)
        if (stuck !== undefined) return stuck
      } else this.#slice(until, Math.min(left, halter?.attentive === true ? 1 : pauses.go))
      if (!pauses.isDue(harts.busy)) continue
      if (pacer !== undefined) await pacer.breathe(clock.now)
      else await this.#parts.breathe?.()
      pauses.turn(harts.busy)
    }
  }

  #stop(until: Reach): Stop | undefined {
    const stop = this.#parts.stopped()
    if (stop !== undefined) return stop
    if (until.signal?.aborted === true) return { kind: 'aborted' }
    if (until.user === true && this.#parts.hart.privilege === USER) return { kind: 'user' }
    return this.#parts.clock.now >= until.deadline && this.#left(until) <= 0
      ? { kind: 'deadline' }
      : undefined
  }

  /** Cycles that harts may still take together, once the machine's time is the deadline. */
  #left({ deadline, together }: Reach): number {
    const { clock, harts } = this.#parts
    const there = clock.now >= deadline
    if (together === undefined) return there ? 0 : NEVER
    // No client would be left at that time: no session comes to such a moment.
    return there && !harts.runsAt(deadline) ? 0 : together - harts.together
  }

  /** Moves virtual time to the next event, or as far as the pacer lets it. */
  async #wait(until: Until): Promise<Stop | undefined> {
    const { clock, harts, pacer, quiet } = this.#parts
    const next = (): Cycles => (quiet() ? NEVER : clock.next())
    if (pacer === undefined) {
      if (quiet()) return { kind: 'stuck', why: 'wfi with no interrupt to come' }
      harts.idleUntil(cycles(Math.min(next(), until.deadline)))
      return undefined
    }
    const goal = Math.min(next(), until.deadline)
    await pacer.idle(clock.now, cycles(goal))
    // What ends the run may have ended the waiting: then no time has passed.
    if (until.signal?.aborted === true) return undefined
    // Input may have woken a hart, or brought an earlier event.
    if (harts.allWait()) harts.idleUntil(cycles(Math.min(goal, next())))
    return undefined
  }

  /** Executes up to the next event, the turn's end or the deadline, but no more than `most` cycles. */
  #slice({ deadline, user }: Reach, most: number): void {
    const { clock, engine, hart, harts } = this.#parts
    const there = clock.now >= deadline
    const from = harts.begin()
    const limit = there || harts.behind(deadline) ? NEVER : deadline
    const end = Math.min(clock.next(), harts.turnEnd, limit, from + most)
    hart.leave = false
    hart.counters.slices++
    hart.sliceEnd = end
    hart.i32[BUDGET >> 2] = end - from
    hart.i32[HELD >> 2] = 0
    hart.i32[USER_STOP >> 2] = user === true ? 1 : 0
    clock.inside = true
    engine.execute()
    clock.inside = false
    const now = cycles(end - hart.i32[BUDGET >> 2]! - hart.i32[HELD >> 2]!)
    hart.i32[BUDGET >> 2] = 0
    hart.i32[HELD >> 2] = 0
    harts.ended(now, deadline)
  }
}
