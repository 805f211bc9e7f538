// Virtual time and the events that wait for it. Invariant: events fire in order of (when, name, the
// order in which they were scheduled), each at its exact cycle, never early, never twice. The name
// comes before the order so that events scheduled again from a snapshot keep their place.

import { type Cycles, cycles } from '../../units.ts'

export interface Event {
  readonly name: string
  readonly when: Cycles
}

interface Waiting extends Event {
  readonly sequence: number
  readonly fire: () => void
}

/** Nothing is scheduled: later than any deadline. */
export const NEVER = cycles(Number.MAX_SAFE_INTEGER)

export class Clock {
  /** Cycles since reset. The run loop moves it; engines bring it up to date before device access. */
  now: Cycles = cycles(0)
  /** True while an instruction is being executed: nothing from outside may enter then. */
  inside = false
  /** The latest time that any hart has been shown. */
  latest: Cycles = cycles(0)
  #waiting: Waiting[] = []
  #sequence = 0

  /** Fires `fire` when virtual time reaches `when` (at once at the next slice if it has passed). */
  at(when: Cycles, name: string, fire: () => void): Event {
    const event = { name, when, fire, sequence: this.#sequence++ }
    const place = this.#waiting.findIndex(
      (other) => other.when > when || (other.when === when && other.name > name),
    )
    if (place < 0) this.#waiting.push(event)
    else this.#waiting.splice(place, 0, event)
    return event
  }

  /** The present as harts may be shown it: harts take turns, yet time never runs backwards between them. */
  shown(): Cycles {
    if (this.now > this.latest) this.latest = this.now
    return this.latest
  }

  after(delay: Cycles, name: string, fire: () => void): Event {
    return this.at(cycles(this.now + delay), name, fire)
  }

  cancel(event: Event): void {
    const place = this.#waiting.indexOf(event as Waiting)
    if (place >= 0) this.#waiting.splice(place, 1)
  }

  /** When the next event is due. */
  next(): Cycles {
    return this.#waiting[0]?.when ?? NEVER
  }

  /** True if no event has another name. */
  waitsOnlyFor(name: string): boolean {
    return this.#waiting.every((event) => event.name === name)
  }

  /** Fires everything that is due now; an event fired here may schedule others. */
  fireDue(): void {
    for (;;) {
      const first = this.#waiting[0]
      if (first === undefined || first.when > this.now) return
      this.#waiting.shift()
      first.fire()
    }
  }

  /** What waits, in the order in which it will fire. */
  waiting(): readonly Event[] {
    return this.#waiting.map(({ name, when }) => ({ name, when }))
  }

  /** After a restore: throws RangeError unless devices have scheduled exactly what is in `saved`. */
  check(saved: readonly Event[]): void {
    const name = (events: readonly Event[]) => events.map((one) => `${one.name} at ${one.when}`)
    const [expected, actual] = [name(saved).join(', '), name(this.#waiting).join(', ')]
    if (expected !== actual) throw new RangeError(`expected events ${expected}; got ${actual}`)
  }

  /** Forgets all events and returns to cycle `now`; devices schedule theirs again on load. */
  reset(now: Cycles): void {
    this.now = now
    this.latest = now
    this.#waiting = []
    this.#sequence = 0
  }
}
