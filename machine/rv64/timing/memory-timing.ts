// The memory system's timing: caches and TLBs as tags, and what an access costs by what they hold. The
// data itself is always in RAM. Invariants: an access that hits everywhere costs nothing and changes
// nothing, so it makes no difference whether an engine asks; what is held lies in linear memory, from
// TIMING on, and is part of snapshots.

import { directoryOf, TIMING } from '../memory/layout.ts'
import { type Core, LINE_BYTES } from './core.ts'
import { type ArrayName, layoutOf } from './layout.ts'
import { FIRST_LINE, LineArray } from './line-array.ts'
import { SoftEntries } from './soft-entries.ts'
import { TagArray } from './tag-array.ts'

/** The page table entries that the last translation read, by physical address. */
export interface Walk {
  readonly entries: Float64Array
  readonly count: number
}

/** No translation: physical addresses are used as they are. */
export const UNTRANSLATED = 0

/** The bits of a virtual page's number that the TLBs tell apart. */
export const PAGE_NUMBER = 0x1fff_ffff
/** What stands for a page in the TLBs: virtual page number, and whether it is a guest's. Never 0. */
export const pageKey = (hi: number, lo: number, guest: boolean): number =>
  (((((hi << 20) | (lo >>> 12)) & PAGE_NUMBER) << 1) | (guest ? 1 : 0)) + 1
const pageNumber = (key: number): number => (key - 1) >>> 1
const isGuest = (key: number): boolean => ((key - 1) & 1) === 1
/** Lines are numbered by physical address. */
const lineAt = (at: number): number => Math.floor(at / 64)

export class MemoryTiming {
  readonly soft: SoftEntries
  readonly #core: Core
  /** The number of lines of RAM. */
  readonly #lines: number
  readonly #state: Int32Array
  readonly #l1i: TagArray
  readonly #l1d: TagArray
  readonly #l2: LineArray
  readonly #itlb: TagArray
  readonly #dtlb: TagArray
  readonly #l2tlb: TagArray
  /** Entries that the last data access, or fetch, used; -1: none. */
  #line = -1
  #page = -1

  /** `words`: linear memory with `ramBytes` of RAM. */
  constructor(core: Core, words: Int32Array, ramBytes: number) {
    this.#core = core
    this.#lines = ramBytes / LINE_BYTES
    const layout = layoutOf(core)
    const array = (name: ArrayName): TagArray => new TagArray(words, layout[name])
    const directory = new Uint8Array(words.buffer, directoryOf(ramBytes), this.#lines)
    this.#l1d = array('l1d')
    this.#l2 = new LineArray(words, layout.l2, directory)
    this.#dtlb = array('dtlb')
    this.#l2tlb = array('l2tlb')
    this.#l1i = array('l1i')
    this.#itlb = array('itlb')
    this.#state = words.subarray(TIMING >> 2, layout.end >> 2)
    this.soft = new SoftEntries(words, layout)
  }

  /** Cycles that a load or store takes beyond its own, at physical addresses in RAM. */
  data(key: number, at: number, bytes: number, write: boolean, walk: Walk): number {
    let cycles = this.dataPage(key, walk)
    const last = lineAt(at + bytes - 1)
    for (let line = lineAt(at); line <= last; line++) cycles += this.#dataLine(line, write)
    return cycles
  }

  /** Only the translation: the access is a device's. */
  dataPage(key: number, walk: Walk): number {
    this.#page = -1
    if (key === UNTRANSLATED) return 0
    this.#page = this.#dtlb.find(pageNumber(key), key)
    if (this.#page >= 0) return 0
    const cycles = this.#secondTlb(key, walk)
    this.#page = this.#dtlb.victim(pageNumber(key))
    this.soft.dropDataPage(this.#page)
    this.#dtlb.put(this.#page, key)
    return cycles
  }

  /** Cycles that the fetch of an instruction, or of a half of it, takes. */
  fetch(key: number, at: number, walk: Walk): number {
    const cycles = this.#fetchPage(key, walk)
    const line = lineAt(at)
    this.#line = this.#l1i.find(line, line)
    if (this.#line >= 0) return cycles
    this.#line = this.#l1i.victim(line)
    this.soft.dropCodeLine(this.#line)
    this.#l1i.put(this.#line, line)
    return cycles + this.#second(line)
  }

  /** The translation of a load or store, or of a fetch, has failed: what it took to find that out. */
  fault(key: number, fetching: boolean, walk: Walk): number {
    if (key === UNTRANSLATED) return 0
    const first = fetching ? this.#itlb : this.#dtlb
    const known = first.find(pageNumber(key), key) >= 0
    return known || this.#l2tlb.find(pageNumber(key), key) >= 0 ? 0 : this.#walk(walk)
  }

  /** True if a fetch from that page needs no walk. */
  knowsCode(key: number): boolean {
    if (key === UNTRANSLATED || this.#itlb.find(pageNumber(key), key) >= 0) return true
    return this.#l2tlb.find(pageNumber(key), key) >= 0
  }

  /** What the data TLB holds for the page of the last data access; 0: addresses are physical. */
  dataKey(): number {
    return this.#page < 0 ? UNTRANSLATED : this.#dtlb.tag(this.#page)
  }

  /** The line of the last data access may be found in the soft TLB from now on. */
  learnData(write: boolean, set: number, hi: number, lo: number, value: number): void {
    this.soft.enter(this.#line, this.#page, write, set, hi, lo, value)
  }

  /** The same for the line of the last fetch, at `offset` of its decoded page; `machine`: in M-mode. */
  learnCode(slots: number, offset: number, machine: boolean): void {
    this.soft.raise(this.#line, this.#page, machine, slots, offset)
  }

  /** All pages of the host (HS and U), or of the guest. */
  flush(guest: boolean): void {
    this.soft.dropUntranslated()
    this.#l2tlb.clearAll(!guest) // the keys of a guest's pages are even
    for (let entry = 0; entry < this.#dtlb.entries; entry++) {
      const key = this.#dtlb.tag(entry)
      if (key !== 0 && isGuest(key) === guest) this.#dropDataPage(entry)
    }
    for (let entry = 0; entry < this.#itlb.entries; entry++) {
      const key = this.#itlb.tag(entry)
      if (key !== 0 && isGuest(key) === guest) this.#dropCodePage(entry)
    }
  }

  flushPage(hi: number, lo: number, guest: boolean): void {
    this.soft.dropUntranslated()
    const key = pageKey(hi, lo, guest)
    const second = this.#l2tlb.find(pageNumber(key), key)
    if (second >= 0) this.#l2tlb.clear(second)
    const data = this.#dtlb.find(pageNumber(key), key)
    if (data >= 0) this.#dropDataPage(data)
    const code = this.#itlb.find(pageNumber(key), key)
    if (code >= 0) this.#dropCodePage(code)
  }

  /** fence.i: the instruction cache starts anew. */
  flushCode(): void {
    for (let line = 0; line < this.#l1i.entries; line++) {
      this.#l1i.clear(line)
      this.soft.dropCodeLine(line)
    }
  }

  /** A device has written to RAM, past the data caches. */
  dma(at: number, length: number): void {
    const last = lineAt(at + length - 1)
    for (let line = lineAt(at); line <= last; line++) {
      const first = this.#l1d.find(line, line)
      if (first >= 0) {
        this.soft.dropDataLine(first)
        this.#l1d.clear(first)
      }
      const second = this.#l2.find(line, line)
      if (second >= 0) this.#l2.clear(second)
    }
  }

  /** Empties everything, as after power-on. */
  reset(): void {
    this.soft.dropAll()
    this.#l2.overwritten(() => this.#state.fill(0))
  }

  save(): Uint8Array {
    this.#l2.settle()
    return new Uint8Array(this.#state.slice().buffer)
  }

  /** Throws RangeError for what was not saved under this profile. */
  load(saved: Uint8Array): void {
    const words = new Int32Array(saved.slice().buffer)
    if (words.length !== this.#state.length) {
      throw new RangeError(`expected ${this.#state.length} words of caches, got ${words.length}`)
    }
    this.soft.dropAll()
    this.#l2.overwritten(() => this.#state.set(words))
    for (const cache of [this.#l1d, this.#l2]) this.#demandLines(cache)
  }

  /** Generated code looks into the directory for whatever the data caches hold. */
  #demandLines(cache: TagArray): void {
    for (let entry = 0; entry < cache.entries; entry++) {
      const line = cache.tag(entry)
      if (line === 0 || (line >= FIRST_LINE && line < FIRST_LINE + this.#lines)) continue
      throw new RangeError(`expected caches to hold lines of RAM, got line ${line}`)
    }
  }

  #dataLine(line: number, write: boolean): number {
    let cycles = 0
    let entry = this.#l1d.find(line, line)
    if (entry < 0) {
      cycles = this.#second(line)
      entry = this.#l1d.victim(line)
      this.soft.dropDataLine(entry)
      if (this.#l1d.marked(entry)) cycles += this.#writeBack(this.#l1d.tag(entry))
      this.#l1d.put(entry, line)
    }
    if (write) this.#l1d.mark(entry)
    this.#line = entry
    return cycles
  }

  /** A line from behind the first level. */
  #second(line: number): number {
    const { l2, dram, writeBack } = this.#core.cycles
    if (this.#l2.find(line, line) >= 0) return l2
    const entry = this.#l2.victim(line)
    const changed = this.#l2.marked(entry)
    this.#l2.put(entry, line)
    return changed ? dram + writeBack : dram
  }

  /** The second level takes a changed line back if it has it. */
  #writeBack(line: number): number {
    const entry = this.#l2.find(line, line)
    if (entry < 0) return this.#core.cycles.writeBack
    this.#l2.mark(entry)
    return 0
  }

  #fetchPage(key: number, walk: Walk): number {
    this.#page = -1
    if (key === UNTRANSLATED) return 0
    this.#page = this.#itlb.find(pageNumber(key), key)
    if (this.#page >= 0) return 0
    const cycles = this.#secondTlb(key, walk)
    this.#page = this.#itlb.victim(pageNumber(key))
    this.soft.dropCodePage(this.#page)
    this.#itlb.put(this.#page, key)
    return cycles
  }

  #secondTlb(key: number, walk: Walk): number {
    if (this.#l2tlb.find(pageNumber(key), key) >= 0) return this.#core.cycles.l2tlb
    const cycles = this.#core.cycles.l2tlb + this.#walk(walk)
    this.#l2tlb.put(this.#l2tlb.victim(pageNumber(key)), key)
    return cycles
  }

  /** Entries are read through the data cache. */
  #walk({ entries, count }: Walk): number {
    let cycles = 0
    for (let i = 0; i < count; i++) {
      cycles += this.#core.cycles.walkStep + this.#dataLine(lineAt(entries[i]!), false)
    }
    return cycles
  }

  #dropDataPage(entry: number): void {
    this.soft.dropDataPage(entry)
    this.#dtlb.clear(entry)
  }

  #dropCodePage(entry: number): void {
    this.soft.dropCodePage(entry)
    this.#itlb.clear(entry)
  }
}
