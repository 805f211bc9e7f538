// The sending half of a TCP connection (RFC 9293, section 3.8). Places in the stream are plain
// numbers: 0 is the SYN, 1 the first byte, the FIN lies behind the last. Invariant:
// unacknowledged <= next <= unacknowledged + what the receiver's window allows (a probe apart).
// There is no congestion control: the cable is point to point and queues more than a window.

import { ByteQueue } from './byte-queue.ts'
import { FIN, PSH, SYN } from './tcp-segment.ts'

/** What goes into a segment besides ports and the acknowledgement. */
export interface Sending {
  readonly sequence: number
  readonly flags: number
  readonly data: Uint8Array
}

const DEFAULT_MSS = 536 // RFC 9293, section 3.7.1
const DUPLICATES_FOR_RESEND = 3 // RFC 5681, section 3.2
const NONE = new Uint8Array(0)

export class TcpSender {
  readonly #initial: number
  readonly #queue = new ByteQueue(1)
  #unacknowledged = 0
  #next = 0
  #window = 0
  #mss = DEFAULT_MSS
  #ended = false
  #duplicates = 0
  /** The position up to which each advance of the acknowledgement is a sign of a further hole. */
  #recovering = 0

  constructor(initialSequence: number) {
    this.#initial = initialSequence
  }

  /** The sequence number of a segment without data. */
  get sequence(): number {
    return (this.#initial + this.#next) >>> 0
  }

  get ended(): boolean {
    return this.#ended
  }

  get inFlight(): boolean {
    return this.#next > this.#unacknowledged
  }

  /** True if only a closed window keeps it from sending. */
  get isBlocked(): boolean {
    return !this.inFlight && this.#next > 0 && this.#next < this.#queue.end
  }

  get synAcknowledged(): boolean {
    return this.#unacknowledged > 0
  }

  get finAcknowledged(): boolean {
    return this.#ended && this.#unacknowledged > this.#queue.end
  }

  /** Bytes of data that the other end has not acknowledged. */
  get pending(): number {
    return this.#queue.length
  }

  set mss(bytes: number) {
    this.#mss = Math.max(1, bytes)
  }

  push(bytes: Uint8Array): void {
    if (!this.#ended) this.#queue.push(bytes)
  }

  end(): void {
    this.#ended = true
  }

  /** The opening segment, with what `flags` adds to SYN. */
  open(flags: number): Sending {
    this.#next = Math.max(this.#next, 1)
    return { sequence: this.#initial, flags: SYN | flags, data: NONE }
  }

  /** The next segment that has not been sent and fits the window. */
  send(): Sending | undefined {
    if (!this.synAcknowledged || this.#finSent) return undefined
    const left = this.#queue.end - this.#next
    const room = this.#unacknowledged + this.#window - this.#next
    const bytes = Math.min(this.#mss, left, room)
    const isLast = bytes === left
    // A segment cut short by the window waits until the window opens (silly window, RFC 9293 3.8.6).
    if (left > 0 && (bytes <= 0 || (!isLast && bytes < this.#mss && this.inFlight))) {
      return undefined
    }
    if (left === 0 && !this.#ended) return undefined
    return this.#emit(this.#next, bytes)
  }

  /** One byte beyond a closed window, to learn when it opens. */
  probe(): Sending {
    return this.#emit(this.#next, 1)
  }

  /** The oldest unacknowledged segment once more; requires inFlight. */
  resend(): Sending {
    this.#recovering = this.#next
    return this.#oldest()
  }

  /** How far `acknowledgement` goes: undefined if it covers what was never sent. */
  place(acknowledgement: number): number | undefined {
    const ahead = (acknowledgement - this.#initial - this.#unacknowledged) | 0
    const place = this.#unacknowledged + ahead
    return place > this.#next ? undefined : place
  }

  /**
   * Takes an acknowledgement up to `place`, which place() gave. Returns whether it is news, and what
   * is to be sent again at once.
   */
  acknowledge(place: number, window: number, isBare: boolean): { news: boolean; again?: Sending } {
    const sameWindow = window === this.#window
    const hasOpened = this.#window === 0 && window > 0
    if (place >= this.#unacknowledged) this.#window = window
    if (place > this.#unacknowledged) {
      this.#unacknowledged = place
      this.#queue.drop(Math.min(place, this.#queue.end))
      this.#duplicates = 0
      const hole = place < this.#recovering && this.inFlight
      return hole ? { news: true, again: this.#oldest() } : { news: true }
    }
    if (place < this.#unacknowledged || !this.inFlight) return { news: false }
    // The byte that probed the closed window was not taken.
    if (hasOpened) return { news: true, again: this.resend() }
    if (!isBare || !sameWindow || window === 0) return { news: false }
    this.#duplicates++
    if (this.#duplicates !== DUPLICATES_FOR_RESEND) return { news: false }
    return { news: false, again: this.resend() }
  }

  get windowIsClosed(): boolean {
    return this.#window === 0
  }

  get #finSent(): boolean {
    return this.#ended && this.#next > this.#queue.end
  }

  #oldest(): Sending {
    const at = Math.max(1, this.#unacknowledged)
    const sent = Math.min(this.#next, this.#queue.end) - at
    const data = this.#queue.copy(at, Math.min(this.#mss, Math.max(0, sent)))
    const withFin = this.#finSent && at + data.length === this.#queue.end
    return this.#sending(at, data, withFin)
  }

  #emit(at: number, bytes: number): Sending {
    const data = this.#queue.copy(at, bytes)
    const withFin = this.#ended && at + data.length === this.#queue.end
    this.#next = at + data.length + (withFin ? 1 : 0)
    return this.#sending(at, data, withFin)
  }

  #sending(at: number, data: Uint8Array, withFin: boolean): Sending {
    const isEnd = at + data.length === this.#queue.end
    const push = data.length > 0 && isEnd ? PSH : 0
    const sequence = (this.#initial + at) >>> 0
    return { sequence, flags: push | (withFin ? FIN : 0), data }
  }
}
