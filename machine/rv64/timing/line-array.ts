// A cache as a tag array that also says of each line of RAM whether it holds it, in a directory with a
// byte a line. Generated code looks there instead of at the tags of a set. Invariant: a byte is the way
// plus 1 of the entry that holds the line, or 0; it follows from the tags, which alone are state.

import { RAM_BASE } from '../ram.ts'
import { LINE_BYTES } from './core.ts'
import type { Place } from './layout.ts'
import { TagArray } from './tag-array.ts'

/** Number of the first line of RAM. */
export const FIRST_LINE = RAM_BASE / LINE_BYTES

export class LineArray extends TagArray {
  readonly #directory: Uint8Array
  readonly #ways: number

  constructor(words: Int32Array, place: Place, directory: Uint8Array) {
    super(words, place)
    this.#directory = directory
    this.#ways = place.ways
  }

  override put(entry: number, tag: number): void {
    this.#note(this.tag(entry), 0)
    super.put(entry, tag)
    this.#note(tag, this.#wayOf(entry))
  }

  override clear(entry: number): void {
    this.#note(this.tag(entry), 0)
    super.clear(entry)
  }

  /** Tags are overwritten by `write`, all at once. */
  overwritten(write: () => void): void {
    for (let entry = 0; entry < this.entries; entry++) this.#note(this.tag(entry), 0)
    write()
    for (let entry = 0; entry < this.entries; entry++) {
      this.#note(this.tag(entry), this.#wayOf(entry))
    }
  }

  #wayOf(entry: number): number {
    return 1 + (entry & (this.#ways - 1))
  }

  /** Lines outside RAM have no place there, nor has the tag of an empty entry. */
  #note(tag: number, way: number): void {
    const line = tag - FIRST_LINE
    if (line >= 0 && line < this.#directory.length) this.#directory[line] = way
  }
}
