// Digest: 128 bits over words, fast enough for hundreds of megabytes of RAM. It finds differences
// between runs and damage in files; it resists no adversary.

export class Digest {
  readonly #lanes = Int32Array.of(0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344) // digits of pi
  #bytes = 0

  /** Words [from, to) of `words`, little-endian by the layout of linear memory. */
  words(words: Int32Array, from = 0, to = words.length): void {
    let [a, b, c, d] = this.#lanes as unknown as [number, number, number, number]
    for (let i = from; i < to; i++) {
      const word = words[i]!
      a = Math.imul(a ^ word, 0x01000193) // FNV's prime, then three more odd multipliers
      b = Math.imul((b << 13) | (b >>> 19), 0x1b873593) ^ word
      c = Math.imul(c + word, 0x2c1b3c6d) ^ (a >>> 15)
      d = Math.imul(d ^ (d >>> 13) ^ word, 0x297a2d39) + b
    }
    this.#lanes[0] = a
    this.#lanes[1] = b
    this.#lanes[2] = c
    this.#lanes[3] = d
    this.#bytes += 4 * (to - from)
  }

  bytes(bytes: Uint8Array): void {
    const padded = new Uint8Array(Math.ceil(bytes.length / 4) * 4)
    padded.set(bytes)
    this.words(new Int32Array(padded.buffer))
    this.words(Int32Array.of(bytes.length))
  }

  /** The digest of all that has come, in hex. */
  hex(): string {
    const lanes = this.#lanes.slice()
    for (let round = 0; round < 8; round++) {
      for (let i = 0; i < 4; i++) {
        const mixed = lanes[i]! ^ lanes[(i + 1) & 3]! ^ this.#bytes
        lanes[i] = Math.imul(mixed ^ (mixed >>> 16), 0x045d9f3b) + round
      }
    }
    return Array.from(new Uint32Array(lanes.buffer), (lane) =>
      lane.toString(16).padStart(8, '0'),
    ).join('')
  }
}
