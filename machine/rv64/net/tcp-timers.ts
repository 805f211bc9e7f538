// The deadlines of a TCP connection. Invariant: after arm(), one clock event stands for the earliest of
// them, and none if there is none.

import { cycles } from '../../units.ts'
import type { Clock, Event } from '../time/clock.ts'

// Virtual time at 1 GHz.
const MILLISECOND = 1_000_000
/** First retransmission after this, then after twice as long each time. */
const RESEND_AFTER = 200 * MILLISECOND
const RESEND_AT_MOST = 10_000 * MILLISECOND
export const MOST_RESENDS = 8
/** A single segment is acknowledged after this, unless an answer carries the acknowledgement. */
const ACKNOWLEDGE_AFTER = MILLISECOND
const TIME_WAIT = 1_000 * MILLISECOND

export class TcpTimers {
  readonly #clock: Clock
  readonly #name: string
  readonly #expire: () => void
  #event: Event | undefined
  #resendAt: number | undefined
  #resendAfter = RESEND_AFTER
  #resends = 0
  #acknowledgeAt: number | undefined
  #waitUntil: number | undefined

  constructor(clock: Clock, name: string, expire: () => void) {
    this.#clock = clock
    this.#name = name
    this.#expire = expire
  }

  get acknowledgementWaits(): boolean {
    return this.#acknowledgeAt !== undefined
  }

  get acknowledgementIsDue(): boolean {
    return this.#isPast(this.#acknowledgeAt)
  }

  get resendIsDue(): boolean {
    return this.#isPast(this.#resendAt)
  }

  get waitIsOver(): boolean {
    return this.#isPast(this.#waitUntil)
  }

  /** An acknowledgement may wait for company, but not for ever. */
  delayAcknowledgement(): void {
    this.#acknowledgeAt = this.#clock.now + ACKNOWLEDGE_AFTER
  }

  acknowledged(): void {
    this.#acknowledgeAt = undefined
  }

  /** Starts TIME-WAIT, or starts it afresh. */
  linger(): void {
    this.#waitUntil = this.#clock.now + TIME_WAIT
  }

  /** Something waits for an answer, or nothing does. */
  awaitAnswer(waits: boolean): void {
    if (!waits) this.#resendAt = undefined
    else this.#resendAt ??= this.#clock.now + this.#resendAfter
  }

  /** The other end has answered: retransmission starts afresh. */
  answered(): void {
    this.#resendAt = undefined
    this.#resendAfter = RESEND_AFTER
    this.#resends = 0
  }

  /** The other end lives, though its window is closed. */
  patience(): void {
    this.#resends = 0
  }

  /** Counts a retransmission and doubles the wait for the next; false: it was one too many. */
  again(): boolean {
    this.#resendAt = undefined
    this.#resendAfter = Math.min(2 * this.#resendAfter, RESEND_AT_MOST)
    this.#resends++
    return this.#resends <= MOST_RESENDS
  }

  stop(): void {
    this.#resendAt = this.#acknowledgeAt = this.#waitUntil = undefined
    this.arm()
  }

  arm(): void {
    const deadlines = [this.#resendAt, this.#acknowledgeAt, this.#waitUntil]
    const when = Math.min(...deadlines.map((deadline) => deadline ?? Number.POSITIVE_INFINITY))
    if (this.#event?.when === when) return
    if (this.#event !== undefined) this.#clock.cancel(this.#event)
    this.#event = undefined
    if (!Number.isFinite(when)) return
    this.#event = this.#clock.at(cycles(when), this.#name, () => {
      this.#event = undefined
      this.#expire()
    })
  }

  #isPast(deadline: number | undefined): boolean {
    return deadline !== undefined && deadline <= this.#clock.now
  }
}
