// A cache as a tag array that also says of each line of RAM where it is: in a directory with a byte a line,
// half of it this cache's. Generated code looks there instead of at the tags of a set. Invariant: a half is
// the way plus 1 of the entry that holds the line, or 0; it follows from the tags, which alone are state.

import { RAM_BASE } from '../ram.ts'
import { LINE_BYTES } from './core.ts'
import type { Place } from './layout.ts'
import { TagArray } from './tag-array.ts'

/** Number of the first line of RAM. */
export const FIRST_LINE = RAM_BASE / LINE_BYTES
/** Where the half of the second level begins, and that of the first. */
export const SECOND_LEVEL = 0
export const FIRST_LEVEL = 4

export class LineArray extends TagArray {
  readonly #directory: Uint8Array
  readonly #shift: typeof FIRST_LEVEL | typeof SECOND_LEVEL
  readonly #ways: number

  constructor(words: Int32Array, place: Place, directory: Uint8Array, shift: 0 | 4) {
    super(words, place)
    this.#directory = directory
    this.#shift = shift
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

  /** The directory forgets what the tags say: they are about to be overwritten. */
  leaveDirectory(): void {
    for (let entry = 0; entry < this.entries; entry++) this.#note(this.tag(entry), 0)
  }

  /** The tags have been overwritten. */
  enterDirectory(): void {
    for (let entry = 0; entry < this.entries; entry++) {
      this.#note(this.tag(entry), this.#wayOf(entry))
    }
  }

  #wayOf(entry: number): number {
    return 1 + (entry & (this.#ways - 1))
  }

  /** A line outside RAM has no place there, and none is asked for: 0 is the tag of an empty entry. */
  #note(tag: number, way: number): void {
    const line = tag - FIRST_LINE
    if (line < 0 || line >= this.#directory.length) return
    const other = this.#directory[line]! & (0xf0 >>> this.#shift)
    this.#directory[line] = other | (way << this.#shift)
  }
}
