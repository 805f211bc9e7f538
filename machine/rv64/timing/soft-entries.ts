// Soft entries: which entries of the soft TLB, and which line flags of decoded pages, stand for a line of a
// cache and a page of a TLB. Invariant: an entry of the soft TLB is valid, or a flag is 1, only while the
// line is in its first-level cache and the page in its first-level TLB; a cache that evicts
// a line tells this class. Dropping too much is always right: the next access then asks the model, and hits.

import {
  FLAG_BYTES,
  LINE_FLAGS,
  TLB,
  TLB_ENTRY_BYTES,
  TLB_MASK,
  WRITE_SET,
} from '../memory/layout.ts'
import { type Geometry, LINE_BYTES } from './core.ts'
import type { Layout } from './layout.ts'

const LINES = 64
/** The bytes of a page's soft entries, which lie side by side. */
const PAGE_BYTES = LINES * TLB_ENTRY_BYTES
const LINE_SHIFT = 2 // from an address to the offset of its line's entry in a set
/** The value of a flag, and of slots, that there are none. */
const NONE = 0

export class SoftEntries {
  readonly #words: Int32Array
  readonly #bytes: Uint8Array
  /** The soft entries for reads and writes, by line. */
  readonly #holders: Int32Array
  readonly #nowhere: number
  readonly #base: Int32Array
  readonly #lines: Int32Array
  readonly #flag: Int32Array
  readonly #slots: Int32Array
  /** One word. */
  readonly #untranslated: Int32Array

  constructor(words: Int32Array, layout: Layout) {
    const { l1d, l1i, dtlb, itlb } = layout
    const part = (at: number, count: number) => words.subarray(at >> 2, (at >> 2) + count)
    const entries = ({ sets, ways }: Geometry) => sets * ways
    this.#words = words
    this.#bytes = new Uint8Array(words.buffer)
    this.#holders = part(layout.holders, 2 * entries(l1d)).fill(layout.nowhere)
    this.#nowhere = layout.nowhere
    this.#base = part(layout.base, entries(dtlb))
    this.#lines = part(layout.lines, 4 * entries(dtlb))
    this.#flag = part(layout.flag, entries(l1i))
    this.#slots = part(layout.slots, entries(itlb))
    this.#untranslated = part(layout.untranslated, 1)
  }

  /** Enters a line of the context whose read set is `set`; `page` is -1 without translation. */
  enter(
    line: number,
    page: number,
    write: boolean,
    set: number,
    hi: number,
    lo: number,
    value: number,
  ): void {
    const read = set + ((lo >>> LINE_SHIFT) & TLB_MASK)
    const entry = read + (write ? WRITE_SET : 0)
    this.#hold(2 * line + (write ? 1 : 0), entry)
    if (page >= 0) {
      const base = read & -PAGE_BYTES
      if (this.#base[page] !== base) this.dropDataPage(page)
      this.#base[page] = base
      const number = (lo >>> 6) & (LINES - 1)
      this.#lines[4 * page + (write ? 2 : 0) + (number >>> 5)]! |= 1 << (number & 31)
    } else if (set !== TLB) this.#untranslated[0] = 1
    const at = entry >> 2
    this.#words[at] = lo & -LINE_BYTES
    this.#words[at + 1] = hi
    this.#words[at + 2] = value
  }

  dropDataLine(line: number): void {
    this.#hold(2 * line, this.#nowhere)
    this.#hold(2 * line + 1, this.#nowhere)
  }

  dropDataPage(page: number): void {
    const base = this.#base[page]!
    for (let word = 0; word < 4; word++) {
      let bits = this.#lines[4 * page + word]!
      this.#lines[4 * page + word] = 0
      for (; bits !== 0; bits &= bits - 1) {
        const number = 32 * (word & 1) + 31 - Math.clz32(bits & -bits)
        this.#drop(base + (word > 1 ? WRITE_SET : 0) + number * TLB_ENTRY_BYTES)
      }
    }
  }

  /** Raises the flag of a line of the decoded page whose slots begin at `slots`. */
  raise(line: number, page: number, machine: boolean, slots: number, offset: number): void {
    const flag = flagsOf(slots, machine) + (offset >>> 6)
    if (this.#flag[line] !== flag) this.dropCodeLine(line)
    this.#flag[line] = flag
    if (page >= 0) {
      if (this.#slots[page] !== slots) this.dropCodePage(page)
      this.#slots[page] = slots
    } else if (!machine) this.#untranslated[0] = 1
    this.#bytes[flag] = 1
  }

  dropCodeLine(line: number): void {
    const flag = this.#flag[line]!
    if (flag !== NONE) this.#bytes[flag] = 0
    this.#flag[line] = NONE
  }

  dropCodePage(page: number): void {
    const slots = this.#slots[page]!
    if (slots !== NONE) lowerFlags(this.#bytes, slots, false)
    this.#slots[page] = NONE
  }

  /** Translation changes: what has no page of a TLB would be overlooked. */
  dropUntranslated(): void {
    if (this.#untranslated[0] !== 0) this.dropAll()
  }

  dropAll(): void {
    for (let line = 0; line < this.#holders.length / 2; line++) this.dropDataLine(line)
    for (let line = 0; line < this.#flag.length; line++) this.dropCodeLine(line)
    this.#lines.fill(0)
    this.#untranslated[0] = 0
  }

  dropWrites(): void {
    for (let holder = 1; holder < this.#holders.length; holder += 2) {
      this.#hold(holder, this.#nowhere)
    }
  }

  /** The soft entry that stood for the line is empty from now on, and `entry` stands for it. */
  #hold(holder: number, entry: number): void {
    this.#drop(this.#holders[holder]!)
    this.#holders[holder] = entry
  }

  #drop(entry: number): void {
    this.#words[entry >> 2] = -1
    this.#words[(entry >> 2) + 1] = -1
  }
}

/** Lowers the flags of all lines of the decoded page whose slots begin at `slots`, in M-mode or elsewhere. */
export function lowerFlags(bytes: Uint8Array, slots: number, machine: boolean): void {
  const flags = flagsOf(slots, machine)
  bytes.fill(0, flags, flags + LINES)
}

const flagsOf = (slots: number, machine: boolean): number =>
  slots + LINE_FLAGS + (machine ? 0 : FLAG_BYTES)
