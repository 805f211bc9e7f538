// A queue of bytes addressed by their place in the stream. Invariant: it holds the bytes of
// [start, end) without a gap; taking and dropping move start, pushing moves end.

export class ByteQueue {
  #chunks: Uint8Array[] = []
  /** Bytes of the first chunk that are gone. */
  #skip = 0
  #start: number
  #end: number

  constructor(start: number) {
    this.#start = start
    this.#end = start
  }

  get start(): number {
    return this.#start
  }

  get end(): number {
    return this.#end
  }

  get length(): number {
    return this.#end - this.#start
  }

  push(bytes: Uint8Array): void {
    if (bytes.length === 0) return
    this.#chunks.push(bytes.slice())
    this.#end += bytes.length
  }

  /** A copy of at most `length` bytes from place `at` on; requires at >= start. */
  copy(at: number, length: number): Uint8Array {
    const out = new Uint8Array(Math.max(0, Math.min(length, this.#end - at)))
    let place = this.#start - this.#skip
    let done = 0
    for (const chunk of this.#chunks) {
      if (done === out.length) break
      const from = Math.max(0, at + done - place)
      if (from < chunk.length) {
        const piece = chunk.subarray(from, from + out.length - done)
        out.set(piece, done)
        done += piece.length
      }
      place += chunk.length
    }
    return out
  }

  /** Forgets everything before place `to`; requires to <= end. */
  drop(to: number): void {
    if (to <= this.#start) return
    this.#skip += to - this.#start
    this.#start = to
    let gone = 0
    while (gone < this.#chunks.length && this.#skip >= (this.#chunks[gone]?.length ?? 0)) {
      this.#skip -= this.#chunks[gone]?.length ?? 0
      gone++
    }
    if (gone > 0) this.#chunks.splice(0, gone)
  }

  /** Takes everything. */
  take(): Uint8Array {
    const all = this.copy(this.#start, this.length)
    this.drop(this.#end)
    return all
  }
}
