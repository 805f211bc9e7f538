// Segments that arrived ahead of their turn. Invariant: it keeps at most MOST_PIECES pieces; what it
// forgets the sender sends again.

interface Piece {
  readonly at: number
  readonly bytes: Uint8Array
}

const MOST_PIECES = 64

export class Reassembly {
  #pieces: Piece[] = []

  get isEmpty(): boolean {
    return this.#pieces.length === 0
  }

  /** Keeps bytes whose first has place `at` in the stream. */
  add(at: number, bytes: Uint8Array): void {
    if (bytes.length === 0 || this.#pieces.length >= MOST_PIECES) return
    const isKnown = this.#pieces.some(
      (piece) => piece.at <= at && piece.at + piece.bytes.length >= at + bytes.length,
    )
    if (!isKnown) this.#pieces.push({ at, bytes: bytes.slice() })
  }

  /** Takes all bytes that continue the stream from place `next` on. */
  take(next: number): Uint8Array[] {
    const taken: Uint8Array[] = []
    let place = next
    for (;;) {
      this.#pieces = this.#pieces.filter((piece) => piece.at + piece.bytes.length > place)
      const found = this.#pieces.find((piece) => piece.at <= place)
      if (found === undefined) return taken
      const bytes = found.bytes.subarray(place - found.at)
      taken.push(bytes)
      place += bytes.length
    }
  }
}
