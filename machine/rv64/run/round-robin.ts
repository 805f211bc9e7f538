// RoundRobin: which hart runs when. Each has its own cycle counter; the one with the lowest runs next,
// for a turn of QUANTUM cycles, and the machine's time is the minimum. Invariants: turns depend on virtual
// time alone, so it does not matter how a run is cut; no hart is ahead of an event that was known when
// its turn began; with one hart nothing is ever swapped.

import { type Cycles, cycles } from '../../units.ts'
import type { Hart } from '../hart/hart.ts'
import { numbersOf, type SavedState } from '../saved/saved-state.ts'
import { type Clock, NEVER } from '../time/clock.ts'
import { Lane } from './lane.ts'

/** Cycles in a turn: long against the microsecond of a switch, short against what kernels wait for. */
export const QUANTUM = 10_000
export const MOST_HARTS = 8

/** Throws RangeError for a number of harts that there cannot be. */
export function checkHarts(count: number): void {
  if (Number.isInteger(count) && count >= 1 && count <= MOST_HARTS) return
  throw new RangeError(`harts: expected a number from 1 to ${MOST_HARTS}, got ${count}`)
}

export class RoundRobin {
  readonly #hart: Hart
  readonly #clock: Clock
  readonly #lanes: readonly Lane[]
  /** The lane that is live, and was the last to run. */
  #lane: Lane
  /** Where its turn ends at the latest; NEVER while there is no hart to take turns with. */
  #turnEnd: number = NEVER
  /** The machine's time when the hart that executes began to. */
  #settled: Cycles = cycles(0)

  constructor(hart: Hart, clock: Clock, count: number) {
    this.#hart = hart
    this.#clock = clock
    this.#lanes = Array.from({ length: count }, (_, id) => new Lane(hart, id))
    this.#lane = this.#lanes[0]!
    this.#lane.enter()
    this.restart()
  }

  get count(): number {
    return this.#lanes.length
  }

  /** The hart that is live. */
  get running(): number {
    return this.#lane.id
  }

  /** Where the turn that goes on ends at the latest. */
  get turnEnd(): number {
    return this.#turnEnd
  }

  /** Cycles of all harts together, waiting included. */
  get together(): number {
    return this.#lanes.reduce((sum, lane) => sum + lane.now, 0)
  }

  /** Cycles of all harts together in which they did not wait. */
  get busy(): number {
    return this.#lanes.reduce((sum, lane) => sum + lane.now - lane.idle, 0)
  }

  /**
   * The same up to the clock's present, for one hart: an event fires at its cycle, and the instruction that
   * the hart was in by then may have ended later. Several harts count each to where it has come, which may
   * be a turn ahead. Requires that no instruction executes.
   */
  get busyByNow(): number {
    if (this.count > 1) return this.busy
    return this.busy - Math.max(0, this.#lane.now - this.#clock.now)
  }

  /** Instructions of all harts that took their cycle but trapped. */
  get unretired(): number {
    return this.#lanes.reduce((sum, lane) => sum + lane.unretired, 0)
  }

  /** Cycles that a hart did not wait. */
  executed(hart: number): number {
    const lane = this.#lanes[hart]!
    return lane.now - lane.idle
  }

  /** Work of all harts when the one that executes has come to the clock's present. */
  get busyNow(): number {
    return this.busy - this.#lane.now + this.#clock.now
  }

  /**
   * Wakes the harts that waited for what has come, and brings the clock to the machine's time, which no
   * hart that runs is behind; not beyond the next event and `limit`. True: it has moved.
   */
  settle(limit: number): boolean {
    const { now } = this.#clock
    this.#wakeCalled(now)
    const reached = this.#lowest()?.now ?? now
    const time = Math.min(reached, this.#clock.next(), limit)
    if (time <= now) return false
    this.#clock.now = cycles(time)
    return true
  }

  /** Chooses the hart that runs next. False: all wait. Requires a settled clock, and nothing due. */
  pick(): boolean {
    if (this.#goesOn()) return true
    const next = this.#lowest()
    if (next === undefined) return false
    if (next !== this.#lane) {
      this.#hart.endReservation() // what others do meanwhile may concern it
      this.#swap(next)
    }
    const alone = this.#lanes.every((lane) => lane === next || lane.waiting)
    this.#turnEnd = alone ? NEVER : next.now + QUANTUM
    return true
  }

  /** True if no hart can run. */
  allWait(): boolean {
    this.#wakeCalled(this.#clock.now)
    return this.#lowest() === undefined
  }

  /** The chosen hart goes on: until `ended` the clock shows its own time, which is the result. */
  begin(): Cycles {
    this.#settled = this.#clock.now
    this.#clock.now = cycles(this.#lane.now)
    return this.#clock.now
  }

  /** It has come to `now`; the clock shows the machine's time again, settled. */
  ended(now: Cycles, limit: number): void {
    this.#lane.now = now
    this.#wakeCalled(now)
    this.#clock.now = this.#lowest() === undefined ? now : this.#settled
    this.settle(limit)
  }

  /** All harts wait until then. */
  idleUntil(when: Cycles): void {
    for (const lane of this.#lanes) lane.idleUntil(when)
    if (when > this.#clock.now) this.#clock.now = when
  }

  /** True if a hart other than the one that runs has yet to come to `when`: it cannot end a run. */
  behind(when: number): boolean {
    return this.#lanes.some((lane) => lane !== this.#lane && !lane.waiting && lane.now < when)
  }

  /** True if a hart that runs has not come beyond `when`. */
  runsAt(when: number): boolean {
    return this.#lanes.some((lane) => !lane.waiting && lane.now <= when)
  }

  /** Sets the level of an interrupt wire of a hart. One that this wakes need not wait for the turn's end. */
  setWire(hart: number, bit: number, level: boolean): void {
    const lane = this.#lanes[hart]!
    lane.setWire(bit, level)
    if (lane !== this.#lane && lane.called) this.#yield()
  }

  /** mtime was written: all compare again. */
  timeMoved(): void {
    for (const lane of this.#lanes) lane.timeMoved()
    if (this.#lanes.some((lane) => lane !== this.#lane && lane.called)) this.#yield()
  }

  /**
   * Makes a hart live for a look from outside, at its own time; nothing else changes.
   * Requires that no instruction executes. Throws RangeError if there is no such hart.
   */
  visit<T>(hart: number, look: () => T): T {
    const lane = this.#lanes[hart]
    if (lane === undefined) {
      throw new RangeError(`expected a hart from 0 to ${this.count - 1}, got ${hart}`)
    }
    const { now, latest } = this.#clock
    const host = this.#lane
    this.#swap(lane)
    this.#clock.now = cycles(lane.now)
    try {
      return look()
    } finally {
      this.#swap(host)
      this.#clock.now = now
      this.#clock.latest = latest
    }
  }

  /** Each hart in turn, as visit. */
  visitAll<T>(look: (hart: number) => T): T[] {
    return this.#lanes.map(({ id }) => this.visit(id, () => look(id)))
  }

  /** Brings all harts to the time of the last, as after power-on; hart 0 begins. */
  restart(): void {
    const last = Math.max(this.#clock.now, ...this.#lanes.map((lane) => lane.now))
    this.idleUntil(cycles(last))
    this.#swap(this.#lanes[0]!)
    this.#turnEnd = this.count === 1 ? NEVER : last + QUANTUM
  }

  save(): SavedState {
    return {
      running: this.running,
      turnEnd: this.#turnEnd,
      now: this.#lanes.map((lane) => lane.now),
    }
  }

  /** The harts' own states are loaded by visiting them. */
  load(state: SavedState): void {
    const now = numbersOf(state.now)
    this.#lanes.forEach((lane, i) => {
      lane.now = now[i]!
    })
    this.#swap(this.#lanes[Number(state.running)]!)
    this.#turnEnd = Number(state.turnEnd)
  }

  #yield(): void {
    this.#turnEnd = 0
    this.#hart.leave = true
  }

  /** Harts that waited for what has come go on from `now`, and get their turn. */
  #wakeCalled(now: number): void {
    for (const lane of this.#lanes) {
      if (!lane.called) continue
      lane.idleUntil(now)
      lane.wake()
      this.#turnEnd = 0
    }
  }

  /** True if the turn is not over. */
  #goesOn(): boolean {
    const { now, waiting } = this.#lane
    return !waiting && now < this.#turnEnd && now < this.#clock.next()
  }

  /** The hart with the fewest cycles; of equals the first after the one that ran last. None: all wait. */
  #lowest(): Lane | undefined {
    let lowest: Lane | undefined
    for (let step = 1; step <= this.count; step++) {
      const lane = this.#lanes[(this.#lane.id + step) % this.count]!
      if (!lane.waiting && (lowest === undefined || lane.now < lowest.now)) lowest = lane
    }
    return lowest
  }

  #swap(lane: Lane): void {
    if (lane === this.#lane) return
    this.#lane.park()
    this.#lane = lane
    lane.enter()
  }
}
