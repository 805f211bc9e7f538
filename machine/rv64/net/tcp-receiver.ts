// The receiving half of a TCP connection. Invariant: `next` is the place (0 the SYN, 1 the first byte)
// before which everything has arrived; what waits to be read plus the window is never more than
// WINDOW_BYTES.

import { ByteQueue } from './byte-queue.ts'
import { Reassembly } from './reassembly.ts'

/** The largest window without scaling. */
const WINDOW_BYTES = 65_535

export class TcpReceiver {
  readonly #initial: number
  readonly #ahead = new Reassembly()
  readonly #arrived = new ByteQueue(1)
  #next = 1
  #finAt: number | undefined

  constructor(initialSequence: number) {
    this.#initial = initialSequence
  }

  get acknowledgement(): number {
    return (this.#initial + this.#next) >>> 0
  }

  get window(): number {
    return WINDOW_BYTES - this.#arrived.length
  }

  /** True once everything up to the other end's FIN has arrived. */
  get finished(): boolean {
    return this.#finAt !== undefined && this.#next > this.#finAt
  }

  get next(): number {
    return this.#next
  }

  /** The place of a sequence number, near `next`. */
  place(sequence: number): number {
    return this.#next + ((sequence - this.acknowledgement) | 0)
  }

  /** True if a segment that occupies `length` places from `at` on lies in the window at all. */
  accepts(at: number, length: number): boolean {
    if (length === 0) return at >= this.#next - 1 && at <= this.#next + this.window
    return at + length > this.#next && at < this.#next + this.window
  }

  /** Takes data that accepts() let pass; returns true if it came in its turn. */
  take(at: number, data: Uint8Array, hasFin: boolean): boolean {
    const before = this.#next
    const end = this.#next + this.window
    const from = Math.max(0, this.#next - at)
    const kept = data.subarray(from, Math.max(from, end - at))
    if (hasFin && kept.length === data.length - from) this.#finAt = at + data.length
    const inTurn = at <= this.#next
    if (inTurn && this.#ahead.isEmpty) this.#append(kept)
    else {
      this.#ahead.add(at + from, kept)
      for (const bytes of this.#ahead.take(this.#next)) this.#append(bytes)
    }
    if (this.#finAt !== undefined && this.#next === this.#finAt) this.#next++
    return inTurn && this.#next > before && this.#ahead.isEmpty
  }

  /** Everything that has arrived in order and was not read yet. */
  read(): Uint8Array {
    return this.#arrived.take()
  }

  #append(bytes: Uint8Array): void {
    this.#arrived.push(bytes)
    this.#next += bytes.length
  }
}
