// The code cache: decoded pages of RAM. Invariants: a slot that is not zero is the decoding of the
// bytes that lie in RAM now; ram.code tells which pages have slots, and where, so that every write to
// them is seen; a page that is written more than executed is dropped, unless a debugger watches it.

import type { Hart } from '../../hart/hart.ts'
import { type Decoded, decode, isCompressed } from '../../isa/decode.ts'
import {
  BUDGET,
  CODE_PAGE_BYTES,
  CODE_PAGES,
  CODE_POOL,
  FLAG_BYTES,
  HELD,
  LINE_FLAGS,
  RAM,
  SLOT_BYTES,
} from '../../memory/layout.ts'
import type { CodeWatcher, Ram, WatchedBytes } from '../../memory/ram.ts'
import { ACROSS, BREAK, DECODE, PAGE_END, SLOT_HANDLER, SLOT_STEP, writeSlot } from './slot.ts'

const HALFWORDS = 2048
const LINES = 64
/**
 * Writes to a page's data after which it counts as data and loses its decoded code. Of a page that
 * is executed again within REMORSE cycles more, each time: it holds code and data for good.
 */
const PATIENCE = 32
const PATIENCE_GROWTH = 8
const MOST_PATIENCE = 1 << 24
const REMORSE = 2000
const NONE = 0

/** Learns what becomes of decoded slots, because it has compiled them. */
export interface SlotWatcher {
  /** The slots from `first` to `last`, of the page whose slots begin at `slots`, become empty. */
  changed(slots: number, first: number, last: number): void
  /** Likewise of one slot, while no compiled code executes. */
  emptied(slots: number, slot: number): void
  /** The slots of a page, which begin at `slots`, are given up. */
  dropped(slots: number): void
}

export class CodeCache implements CodeWatcher {
  readonly #hart: Hart
  readonly #ram: Ram
  /** The index of a page's slots plus 1, or NONE, by page of RAM; generated code reads it. */
  readonly #indexOf: Uint16Array
  /** The page of RAM, by index. */
  readonly #pageOf = new Int32Array(CODE_PAGES)
  readonly #writes = new Int32Array(CODE_PAGES)
  /** The writes that a page of RAM bears now. */
  readonly #patience: Int32Array
  /** When a page of RAM was last given up for its writes. */
  readonly #givenUp: Float64Array
  readonly #decoded = new Map<number, Decoded>()
  #free: number[] = []
  slotWatcher: SlotWatcher | undefined
  /** Halfwords of RAM whose slots say BREAK. */
  readonly #guarded = new Set<number>()
  /** The ranges that a debugger watches, by page of RAM. Such a page has slots, so that writes are seen. */
  #watched: ReadonlyMap<number, readonly WatchedBytes[]> = new Map()

  constructor(hart: Hart) {
    this.#hart = hart
    this.#ram = hart.ram
    this.#indexOf = hart.ram.code
    this.#indexOf.fill(NONE)
    this.#patience = new Int32Array(hart.ram.pages).fill(PATIENCE)
    this.#givenUp = new Float64Array(hart.ram.pages).fill(Number.NEGATIVE_INFINITY)
    for (let i = CODE_PAGES - 1; i >= 0; i--) this.#free.push(i)
  }

  /** Where the slots of a page of RAM are; makes room for them. */
  slotsOf(page: number): number {
    const known = this.#indexOf[page]!
    if (known !== NONE) return slotsAt(known - 1)
    if (this.#free.length === 0) {
      this.#hart.counters.codePoolFlushes++
      this.dropAll()
      if (this.#indexOf[page] !== NONE) return slotsAt(this.#indexOf[page]! - 1)
    }
    const index = this.#free.pop()!
    // Not when it was dropped: the instruction that caused that still needs its slot.
    this.#ram.u8.fill(0, slotsAt(index), slotsAt(index) + CODE_PAGE_BYTES)
    this.#indexOf[page] = index + 1
    this.#pageOf[index] = page
    this.#writes[index] = 0
    const again = this.#now - this.#givenUp[page]! < REMORSE
    this.#patience[page] = again
      ? Math.min(this.#patience[page]! * PATIENCE_GROWTH, MOST_PATIENCE)
      : PATIENCE
    this.#hart.counters.codePages++
    this.#hart.tlb?.flushWrites()
    this.#ram.view.setUint16(slotsAt(index) + HALFWORDS * SLOT_BYTES, PAGE_END, true)
    for (const flags of [LINE_FLAGS, LINE_FLAGS + FLAG_BYTES]) {
      this.#ram.u8[slotsAt(index) + flags + LINES] = 1
    }
    return slotsAt(index)
  }

  /** Decodes the instruction of an empty slot. */
  decodeAt(slot: number): void {
    const { view } = this.#ram
    const host = this.hostOf(slot)
    const offset = host & 0xfff
    const half = view.getUint16(host, true)
    if (this.#guarded.size > 0 && this.#guarded.has((host - RAM) >> 1)) {
      view.setUint16(slot + SLOT_STEP, SLOT_BYTES, true)
      view.setUint16(slot + SLOT_HANDLER, BREAK, true)
    } else if (isCompressed(half)) writeSlot(view, slot, this.decode(half), offset)
    else if (offset !== 0xffe) {
      writeSlot(view, slot, this.decode(view.getInt32(host, true)), offset)
    } else {
      view.setUint16(slot + SLOT_STEP, 0, true)
      view.setUint16(slot + SLOT_HANDLER, ACROSS, true)
    }
  }

  /** A hart that comes to the instruction at `offset` of a page is stopped; no fragment contains it. */
  guard(page: number, offset: number): void {
    const half = page * HALFWORDS + (offset >> 1)
    if (this.#guarded.has(half)) return
    this.#guarded.add(half)
    this.#empty(half)
  }

  unguard(): void {
    const halves = [...this.#guarded]
    this.#guarded.clear()
    for (const half of halves) this.#empty(half)
  }

  /** The slot is decoded anew when a hart comes to it. */
  #empty(half: number): void {
    const index = this.#indexOf[Math.floor(half / HALFWORDS)]! - 1
    if (index < 0) return
    const slot = slotsAt(index) + (half % HALFWORDS) * SLOT_BYTES
    this.slotWatcher?.emptied(slotsAt(index), slot)
    this.#ram.view.setUint16(slot + SLOT_HANDLER, DECODE, true)
  }

  watch(ranges: ReadonlyMap<number, readonly WatchedBytes[]>): void {
    this.#watched = ranges
    this.#keepWatched()
  }

  #keepWatched(): void {
    for (const page of this.#watched.keys()) if (this.#indexOf[page] === NONE) this.slotsOf(page)
  }

  /** Equal words decode equally: kernels have few. */
  decode(word: number): Decoded {
    let known = this.#decoded.get(word)
    if (known === undefined) {
      known = decode(word)
      if (this.#decoded.size >= 1 << 16) this.#decoded.clear()
      this.#decoded.set(word, known)
    }
    return known
  }

  /** Host address of the instruction that a slot of the pool stands for. */
  hostOf(slot: number): number {
    const index = Math.floor((slot - CODE_POOL) / CODE_PAGE_BYTES)
    const half = (slot - slotsAt(index)) / SLOT_BYTES
    return RAM + this.#pageOf[index]! * 4096 + half * 2
  }

  overwritten(page: number, at: number, length: number): void {
    const index = this.#indexOf[page]! - 1
    if (index < 0) return
    const watched = this.#watched.get(page)
    if (watched?.some(({ from, to }) => from < at + length && to > at)) this.#hart.stopAfterThis()
    this.#hart.counters.codeOverwrites++
    const { view } = this.#ram
    // A 4-byte instruction may begin one halfword before.
    const first = Math.max(0, (at >> 1) - 1)
    const last = Math.min(HALFWORDS - 1, (at + length - 1) >> 1)
    let decoded = false
    for (let half = first; half <= last && !decoded; half++) {
      decoded = view.getUint16(slotsAt(index) + half * SLOT_BYTES, true) !== 0
    }
    if (decoded) {
      const slots = slotsAt(index)
      this.slotWatcher?.changed(slots, slots + first * SLOT_BYTES, slots + last * SLOT_BYTES)
      // Only the handler's number goes: the instruction that overwrites itself still needs its step.
      for (let half = first; half <= last; half++) {
        view.setUint16(slotsAt(index) + half * SLOT_BYTES + SLOT_HANDLER, DECODE, true)
      }
    } else if (watched === undefined && ++this.#writes[index]! > this.#patience[page]!) {
      this.#givenUp[page] = this.#now
      this.#drop(index)
      this.#dropped()
    }
  }

  disturbed(page: number): void {
    const index = this.#indexOf[page]! - 1
    if (index >= 0) this.#drop(index)
    this.#dropped()
    this.#hart.tlb?.forget() // it may hold tables, of any hart
  }

  dropAll(): void {
    for (let index = 0; index < CODE_PAGES; index++) {
      const page = this.#pageOf[index]!
      if (this.#indexOf[page] === index + 1) this.#drop(index)
    }
    this.#dropped()
  }

  get #now(): number {
    const { i32, sliceEnd } = this.#hart
    return sliceEnd - i32[BUDGET >> 2]! - i32[HELD >> 2]!
  }

  #drop(index: number): void {
    const page = this.#pageOf[index]!
    this.#indexOf[page] = NONE
    this.slotWatcher?.dropped(slotsAt(index))
    this.#free.push(index)
    this.#hart.counters.codeDrops++
  }

  #dropped(): void {
    this.#hart.tlb?.flushFetches()
    this.#hart.stopAfterThis() // it may be the page that executes
    this.#keepWatched()
  }
}

const slotsAt = (index: number): number => CODE_POOL + index * CODE_PAGE_BYTES
