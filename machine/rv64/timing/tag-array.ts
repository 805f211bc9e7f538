// A tag array: which lines or pages a set-associative structure holds. Invariant: a hit changes nothing;
// a miss replaces the entry of its set that came first, and makes the next way that set's victim.

import type { ArrayLayout } from './layout.ts'

/** An entry is its tag shifted left by one, and a mark in bit 0; 0 is an empty one. Tags are not 0. */
export class TagArray {
  readonly #words: Int32Array
  readonly #first: number
  readonly #victims: number
  readonly #sets: number
  readonly #ways: number
  readonly entries: number

  constructor(words: Int32Array, { entries, victims, sets, ways }: ArrayLayout) {
    this.#words = words
    this.#first = entries >> 2
    this.#victims = victims >> 2
    this.#sets = sets
    this.#ways = ways
    this.entries = sets * ways
  }

  /** Number of the entry, or -1. `index` chooses the set by its low bits. */
  find(index: number, tag: number): number {
    const first = (index & (this.#sets - 1)) * this.#ways
    const wanted = tag << 1
    for (let entry = first; entry < first + this.#ways; entry++) {
      if ((this.#words[this.#first + entry]! & ~1) === wanted) return entry
    }
    return -1
  }

  /** The entry that goes next, the victim. It still holds what it held. */
  victim(index: number): number {
    const set = index & (this.#sets - 1)
    const victim = this.#victims + set
    const way = this.#words[victim]!
    this.#words[victim] = way + 1 === this.#ways ? 0 : way + 1
    return set * this.#ways + way
  }

  put(entry: number, tag: number): void {
    this.#words[this.#first + entry] = tag << 1
  }

  /** 0: empty. */
  tag(entry: number): number {
    return this.#words[this.#first + entry]! >>> 1
  }

  mark(entry: number): void {
    this.#words[this.#first + entry]! |= 1
  }

  marked(entry: number): boolean {
    return (this.#words[this.#first + entry]! & 1) === 1
  }

  clear(entry: number): void {
    this.#words[this.#first + entry] = 0
  }

  /** Empties the entries with odd tags, or those with even ones. There are many to look at. */
  clearAll(odd: boolean): void {
    const words = this.#words
    const end = this.#first + this.entries
    const bit = odd ? 2 : 0
    for (let at = this.#first; at < end; at++) {
      const word = words[at]!
      if ((word & 2) === bit && word !== 0) words[at] = 0
    }
  }
}
