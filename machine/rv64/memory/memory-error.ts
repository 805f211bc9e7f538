// MemoryErrors: which words of RAM are not what was written. The granule is the aligned word of 8 bytes that
// one code word guards (ecc.ts). Invariants: RAM holds the bytes as they are stored, flipped bits and
// all; a granule has flipped bits, or is poison, or neither; onPage and count, and the cell ERRORS with
// it, say how many have either.

import type { SavedState } from '../saved/saved-state.ts'
import { decodeFlips, GRANULE_BYTES, LOST, PAGE_GRANULES, SOUND } from './ecc.ts'
import { type Consumer, ERROR_COUNTS, type ErrorCount, noErrors } from './error-counts.ts'
import { ERRORS, RAM } from './layout.ts'
import { MEMORY_MAP } from './memory-map.ts'
import { bytesOf, type SavedErrors } from './saved-errors.ts'

/** touch: nothing there is poison. */
export const CLEAN = -1

const BASE: number = MEMORY_MAP.ram.base
/** The shift from the number of a granule to that of its page. */
const PAGE_SHIFT = Math.log2(PAGE_GRANULES)

/** Flipped bits of a granule, since it was last written. */
interface Flips {
  hi: number
  lo: number
}

export class MemoryErrors {
  count = 0
  /** How many granules of each page have an error. */
  readonly onPage: Uint16Array
  readonly #i32: Int32Array
  /** Told of pages whose bytes or state have changed without a store. */
  readonly #disturbed: (page: number) => void
  readonly #flips = new Map<number, Flips>()
  /** A bit for each granule; made when it is first needed. */
  #poison: Uint8Array | undefined
  readonly #counts: Record<ErrorCount, number>

  constructor(i32: Int32Array, pages: number, disturbed: (page: number) => void) {
    this.#i32 = i32
    this.#disturbed = disturbed
    this.onPage = new Uint16Array(pages)
    this.#counts = noErrors()
  }

  /** Flips bits, numbered from the lowest of the byte at `at`. Silently: with check bits that fit. */
  flip(at: number, bits: readonly number[], silently: boolean): void {
    this.#counts.injected++
    for (const bit of bits) {
      const place = 8 * (at - BASE) + bit
      const granule = Math.floor(place / 64)
      const inHigh = (place & 32) !== 0
      this.#toggle(granule, place & 63)
      if (!silently && !this.#isPoison(granule)) {
        const flips = this.#flips.get(granule) ?? { hi: 0, lo: 0 }
        if (inHigh) flips.hi ^= 1 << (place & 31)
        else flips.lo ^= 1 << (place & 31)
        this.#setFlips(granule, flips)
      }
      this.#disturbed(granule >>> PAGE_SHIFT)
    }
  }

  /** Makes whole granules poison; their bytes stay. */
  poison(at: number, bytes: number): void {
    this.#counts.injected++
    const first = granuleOf(at)
    const end = first + bytes / GRANULE_BYTES
    for (let granule = first; granule < end; granule++) this.#setPoison(granule)
    for (let page = first >>> PAGE_SHIFT; page <= (end - 1) >>> PAGE_SHIFT; page++) {
      this.#disturbed(page)
    }
  }

  /**
   * Asked before [at, at + length) is read: address of the first byte in it that is poison, or
   * CLEAN. What the code can correct in the granules before that one has been corrected, in RAM too.
   */
  touch(at: number, length: number): number {
    if (this.count === 0 || length === 0) return CLEAN
    const last = granuleOf(at + length - 1)
    for (let granule = granuleOf(at); granule <= last; granule++) {
      if (this.onPage[granule >>> PAGE_SHIFT] === 0) continue
      this.#examine(granule, 0, 0)
      if (this.#isPoison(granule)) return Math.max(at, BASE + granule * GRANULE_BYTES)
    }
    return CLEAN
  }

  /** Poison that touch found had this effect. */
  consumed(by: Consumer): void {
    this.#counts[by]++
  }

  /** [at, at + length) has been written: whole granules are new, the others were read before and merged. */
  overwritten(at: number, length: number): void {
    if (this.count === 0 || length === 0) return
    const last = granuleOf(at + length - 1)
    for (let granule = granuleOf(at); granule <= last; granule++) {
      if (this.onPage[granule >>> PAGE_SHIFT] === 0) continue
      const from = Math.max(at - BASE - granule * GRANULE_BYTES, 0)
      const to = Math.min(at + length - BASE - granule * GRANULE_BYTES, GRANULE_BYTES)
      if (from > 0 || to < GRANULE_BYTES) {
        this.#examine(granule, bitsOf(from - 4, to - 4), bitsOf(from, to))
      } else if (this.#forget(granule)) this.#counts.overwritten++
    }
  }

  /** All of RAM has been written. */
  clear(): void {
    this.#flips.clear()
    this.#poison = undefined
    this.onPage.fill(0)
    this.#setCount(0)
  }

  /** Names as Counters.events has them; zeros are left out. */
  events(): Record<string, number> {
    const counted = ERROR_COUNTS.filter((name) => this.#counts[name] !== 0)
    return Object.fromEntries(counted.map((name) => [`memory-error-${name}`, this.#counts[name]]))
  }

  save(): SavedState {
    const flips = [...this.#flips].sort(([a], [b]) => a - b)
    return {
      counts: { ...this.#counts },
      poison: bytesOf(this.#ranges()),
      flips: bytesOf(flips.flatMap(([granule, { hi, lo }]) => [granule, lo, hi])),
    }
  }

  load({ counts, poison, flips }: SavedErrors): void {
    this.clear()
    for (const name of ERROR_COUNTS) this.#counts[name] = counts[name] ?? 0
    for (let i = 0; i < poison.length; i += 2) {
      for (let n = 0; n < poison[i + 1]!; n++) this.#setPoison(poison[i]! + n)
    }
    for (let i = 0; i < flips.length; i += 3) {
      this.#setFlips(flips[i]!, { lo: flips[i + 1]! | 0, hi: flips[i + 2]! | 0 })
    }
  }

  /** The code looks at a granule of which the bits hi:lo have just been written. */
  #examine(granule: number, writtenHi: number, writtenLo: number): void {
    const flips = this.#flips.get(granule)
    if (flips === undefined) return
    const { hi, lo } = flips
    const decoding = decodeFlips(hi, lo)
    this.#forget(granule)
    if (decoding === LOST) {
      this.#counts.uncorrectable++
      this.#setPoison(granule)
      return
    }
    const one = (hi === 0 && isOne(lo)) || (lo === 0 && isOne(hi))
    this.#counts[one ? 'corrected' : 'escaped']++
    if (decoding === SOUND) return
    const written = decoding < 32 ? writtenLo : writtenHi
    if (((written >>> (decoding & 31)) & 1) === 0) this.#toggle(granule, decoding)
  }

  #toggle(granule: number, bit: number): void {
    const word = (RAM >> 2) + 2 * granule + (bit >>> 5)
    this.#i32[word] = this.#i32[word]! ^ (1 << (bit & 31))
  }

  #isPoison(granule: number): boolean {
    return (
      this.#poison !== undefined && ((this.#poison[granule >>> 3]! >>> (granule & 7)) & 1) === 1
    )
  }

  #setPoison(granule: number): void {
    this.#forget(granule)
    this.#poison ??= new Uint8Array(this.onPage.length << (PAGE_SHIFT - 3))
    this.#poison[granule >>> 3]! |= 1 << (granule & 7)
    this.#add(granule, 1)
  }

  #setFlips(granule: number, flips: Flips): void {
    this.#forget(granule)
    if ((flips.hi | flips.lo) === 0) return
    this.#flips.set(granule, flips)
    this.#add(granule, 1)
  }

  /** True if there was an error. */
  #forget(granule: number): boolean {
    if (this.#isPoison(granule)) this.#poison![granule >>> 3]! &= ~(1 << (granule & 7))
    else if (!this.#flips.delete(granule)) return false
    this.#add(granule, -1)
    return true
  }

  #add(granule: number, change: number): void {
    this.onPage[granule >>> PAGE_SHIFT]! += change
    this.#setCount(this.count + change)
  }

  #setCount(count: number): void {
    this.count = count
    this.#i32[ERRORS >> 2] = count
  }

  /** First granule and length of each range of poison. */
  #ranges(): number[] {
    const found: number[] = []
    let end = -1
    for (let page = 0; page < this.onPage.length; page++) {
      if (this.onPage[page] === 0) continue
      for (let granule = page << PAGE_SHIFT; granule < (page + 1) << PAGE_SHIFT; granule++) {
        if (!this.#isPoison(granule)) continue
        if (granule === end) found[found.length - 1]!++
        else found.push(granule, 1)
        end = granule + 1
      }
    }
    return found
  }
}

const granuleOf = (at: number): number => Math.floor((at - BASE) / GRANULE_BYTES)
const isOne = (word: number): boolean => word !== 0 && (word & (word - 1)) === 0

/** The bits of bytes [from, to) of a word of 4 bytes. */
function bitsOf(from: number, to: number): number {
  const [low, high] = [8 * Math.min(Math.max(from, 0), 4), 8 * Math.min(Math.max(to, 0), 4)]
  return Number(((1n << BigInt(high)) - 1n) & ~((1n << BigInt(low)) - 1n)) | 0
}
