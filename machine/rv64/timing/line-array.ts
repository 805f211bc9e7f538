// A cache as a tag array with a directory: a byte for each line of RAM, which says whether the cache holds
// the line, where, and whether it has changed. Generated code looks there instead of at the tags of a set,
// and marks lines only there. Invariant: a byte is the way plus 1 of the entry that holds the line, or 0, and
// has CHANGED besides if the entry is marked; the marks in the tags follow when `settle` is called.

import { RAM_BASE } from '../memory/ram.ts'
import { LINE_BYTES } from './core.ts'
import type { ArrayLayout } from './layout.ts'
import { TagArray } from './tag-array.ts'

/** Number of the first line of RAM. */
export const FIRST_LINE = RAM_BASE / LINE_BYTES
export const CHANGED = 0x80

/** Holds lines of RAM only. */
export class LineArray extends TagArray {
  readonly #directory: Uint8Array
  readonly #ways: number

  constructor(words: Int32Array, place: ArrayLayout, directory: Uint8Array) {
    super(words, place)
    this.#directory = directory
    this.#ways = place.ways
  }

  override put(entry: number, tag: number): void {
    this.#note(this.tag(entry), 0)
    super.put(entry, tag)
    this.#note(tag, this.#wayOf(entry))
  }

  override mark(entry: number): void {
    this.#directory[this.tag(entry) - FIRST_LINE]! |= CHANGED
  }

  override marked(entry: number): boolean {
    const tag = this.tag(entry)
    return tag !== 0 && (this.#directory[tag - FIRST_LINE]! & CHANGED) !== 0
  }

  override clear(entry: number): void {
    this.#note(this.tag(entry), 0)
    super.clear(entry)
  }

  /** The tags are about to be read as a whole. */
  settle(): void {
    for (let entry = 0; entry < this.entries; entry++) {
      if (this.marked(entry)) super.mark(entry)
    }
  }

  /** The tags are overwritten as a whole, by `write`. */
  overwritten(write: () => void): void {
    for (let entry = 0; entry < this.entries; entry++) this.#note(this.tag(entry), 0)
    write()
    for (let entry = 0; entry < this.entries; entry++) {
      this.#note(this.tag(entry), this.#wayOf(entry) | (super.marked(entry) ? CHANGED : 0))
    }
  }

  #wayOf(entry: number): number {
    return 1 + (entry & (this.#ways - 1))
  }

  /** 0 is the tag of an empty entry. */
  #note(tag: number, value: number): void {
    if (tag !== 0) this.#directory[tag - FIRST_LINE] = value
  }
}
