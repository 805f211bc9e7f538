// HostPacer: holds virtual time back to host time at `wfi` while a client outside is attached.
// Invariant: while attached, idle virtual time never runs more than SLACK ahead of host time; with
// no client attached nothing waits.

import type { Pacer } from '../machine.ts'
import type { Cycles } from '../units.ts'

/** Cycles of virtual time in a host millisecond: every profile runs at 1 GHz. */
const CYCLES_PER_MS = 1_000_000
/** Virtual time may lead by this: no timer of a host is finer. */
const SLACK_MS = 1
/** Host time that a busy guest fell behind by is forgiven beyond this, not made up by rushing. */
const MOST_LAG_MS = 20
/** How often is looked whether the host has caught up. */
const HOLD_MS = 10
/** What setTimeout can take. */
const LONGEST_TIMER_MS = 0x7fff_ffff

export class HostPacer implements Pacer {
  readonly #hostNow: () => number
  #attached = 0
  /** Host time at which virtual time was 0, as far as pacing goes; undefined until first needed. */
  #origin: number | undefined
  /** Ends the sleep that is going on. */
  #wake: (() => void) | undefined
  #woken = false
  readonly #isBehind: () => boolean

  /**
   * `hostNow` gives host milliseconds that only grow; tests bring their own. `isBehind`: whether the host has
   * yet to take what the guest has said, which waits so long.
   */
  constructor(
    hostNow: () => number = () => performance.now(),
    isBehind: () => boolean = () => false,
  ) {
    this.#hostNow = hostNow
    this.#isBehind = isBehind
  }

  get isAttached(): boolean {
    return this.#attached > 0
  }

  /** A client outside is there from now on. Returns the way to leave. */
  attach(): () => void {
    this.#attached++
    this.wake()
    let left = false
    return () => {
      if (left) return
      left = true
      this.#attached--
      if (this.#attached === 0) this.#origin = undefined
      this.wake()
    }
  }

  /** Input has arrived: an idle guest goes on at once. */
  wake(): void {
    this.#woken = true
    this.#wake?.()
  }

  async idle(now: Cycles, until: Cycles): Promise<void> {
    if (!this.isAttached) {
      await this.breathe(now)
      return
    }
    const host = this.#hostNow()
    const earliest = host - now / CYCLES_PER_MS - MOST_LAG_MS
    this.#origin = Math.max(this.#origin ?? host - now / CYCLES_PER_MS, earliest)
    const wait = this.#origin + until / CYCLES_PER_MS - host
    if (wait <= SLACK_MS) await this.breathe(now)
    else await this.#sleep(wait)
  }

  async breathe(_now: Cycles): Promise<void> {
    await new Promise<void>((resolve) => {
      setImmediate(resolve)
    })
    this.#woken = false
    while (this.#isBehind() && !this.#woken) await this.#sleep(HOLD_MS)
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer)
        this.#wake = undefined
        resolve()
      }
      const timer = setTimeout(done, Math.min(ms, LONGEST_TIMER_MS))
      this.#wake = done
    })
  }
}
