// LineTlb: the soft TLB where the memory system is modelled. Its data sets hold lines, and the model says
// which; beside them lie sets of pages, which say where a line that is missed can be found. Invariants:
// besides those of Tlb, a data entry is valid only while the access would hit in the first-level cache and
// TLB (see timing/soft-entries.ts); a decoded page has one fetch entry in M-mode and one elsewhere at most,
// and its line flags hold for these.

import {
  CONTEXT_BYTES,
  ENTRY_KEY,
  FETCH_TLB,
  PAGES_BESIDE,
  TLB,
  TLB_MASK,
  WRITE_SET,
} from '../memory/layout.ts'
import { LINE_BYTES } from '../timing/core.ts'
import type { MemoryTiming } from '../timing/memory-timing.ts'
import { lowerFlags } from '../timing/soft-entries.ts'
import { type DataAccess, WRITE } from './pte.ts'
import { Tlb } from './tlb.ts'

export class LineTlb extends Tlb {
  readonly #words: Int32Array
  readonly #bytes: Uint8Array
  readonly #timing: MemoryTiming
  /** The address of the fetch entry that leads to a decoded page, by where the page's slots begin. */
  readonly #ofMachine = new Map<number, number>()
  readonly #ofOthers = new Map<number, number>()

  /** Requires a machine of one hart. */
  constructor(
    words: Int32Array,
    ram: { readonly bytes: number; readonly harts: number },
    timing: MemoryTiming,
  ) {
    super(words, ram, PAGES_BESIDE)
    this.#words = words
    this.#bytes = new Uint8Array(words.buffer)
    this.#timing = timing
  }

  override fill(access: DataAccess, hi: number, lo: number, value: number, set: number): number {
    const entry = super.fill(access, hi, lo, value, set)
    this.#words[(entry + ENTRY_KEY) >> 2] = this.#timing.dataKey() << 1
    this.#timing.learnData(access === WRITE, set, hi, lo, value)
    return entry
  }

  override find(
    access: DataAccess,
    hi: number,
    lo: number,
    bytes: number,
    set = this.dataSet(),
  ): number {
    const lines = access === WRITE ? set + WRITE_SET : set
    const at = (lines + ((lo >>> 2) & TLB_MASK)) >> 2
    const wanted = lo & (-LINE_BYTES | (bytes - 1))
    const known = this.#words[at] === wanted && this.#words[at + 1] === hi
    return known ? (this.#words[at + 2]! + lo) >>> 0 : 0
  }

  override fillFetch(hi: number, lo: number, slots: number): number {
    const machine = this.#words[FETCH_TLB >> 2]! < TLB + CONTEXT_BYTES
    lowerFlags(this.#bytes, slots, machine)
    const entry = super.fillFetch(hi, lo, slots)
    const owners = machine ? this.#ofMachine : this.#ofOthers
    const old = owners.get(slots)
    if (old !== undefined && old !== entry && this.#words[(old >> 2) + 2] === slots) {
      this.#words[old >> 2] = -1
      this.#words[(old >> 2) + 1] = -1
    }
    owners.set(slots, entry)
    return entry
  }

  override flushAll(): void {
    super.flushAll()
    this.#timing.soft.dropAll()
  }

  override forget(): void {
    super.forget()
    this.#timing.soft.dropAll()
  }

  override flushWrites(): void {
    super.flushWrites()
    this.#timing.soft.dropWrites()
  }
}
