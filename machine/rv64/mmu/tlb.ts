// Tlb: the soft TLB that the fast engine reads inline, direct-mapped, one set for each kind of access
// in each context, in linear memory. Invariant: an entry says what a walk would say now, the page is
// RAM without memory errors, and for writes it is marked touched and holds no decoded code.

import type { Hart } from '../hart/hart.ts'
import {
  CELL,
  CONTEXT_BYTES,
  DATA_TLB,
  FETCH_TLB,
  TLB,
  TLB_BASE,
  TLB_BYTES,
  tlbOf,
} from '../hart/state.ts'
import { MACHINE, MPP, MPP_SHIFT, MPRV, MPV_HI, SUM, SUPERVISOR } from '../hart/status.ts'
import { type READ, WRITE } from './pte.ts'

/** 8 MiB of pages, twice what the second-level TLBs of real processors reach. */
export const TLB_ENTRIES = 2048
/** Tag (8 bytes: the page's address), then what to add to an address, or the page's slots. */
export const TLB_ENTRY_BYTES = 16
/** An address shifted right by TLB_SHIFT and masked so is the offset of its entry in a set. */
export const TLB_SHIFT = 8
export const TLB_MASK = (TLB_ENTRIES - 1) * TLB_ENTRY_BYTES
export const TLB_SET_BYTES = TLB_ENTRIES * TLB_ENTRY_BYTES
/** From the read set of a context to its write set, and to its fetch set. */
export const WRITE_SET = TLB_SET_BYTES
export const FETCH_SET = 2 * TLB_SET_BYTES
export { CONTEXT_BYTES }

/**
 * Entries of read sets, of whichever hart, that compiled code has filled since the last flush of anything:
 * their number, then where they lie. Behind the sets, before the decoded instructions.
 */
export const TLB_LOG = TLB + TLB_BYTES
export const TLB_LOG_ENTRIES = 1023

/** Contexts; those of a supervisor come without and with SUM. */
const M = 0
const S = 1
const U = 3
const VS = 4
const VU = 6
const CONTEXTS = 7
export const CONTEXT_OF_S = S
export const CONTEXT_OF_U = U
export const CONTEXT_OF_VS = VS
/** How many fills are remembered before a context is flushed as a whole. */
const LOG_ENTRIES = 4 * TLB_ENTRIES

/** The sets of one hart. */
interface Sets {
  readonly base: number
  /** By context, the entries filled since the last flush: flushing is as dear as filling was. */
  readonly filled: readonly number[][]
}

export class Tlb {
  readonly #i32: Int32Array
  readonly #beside: number
  readonly #all: readonly Sets[]
  /** Those of the hart that runs. */
  #base: number
  #filled: readonly number[][]

  /** `beside`: data pages are entered so many bytes from the sets that DATA_TLB tells; one hart then. */
  constructor(
    i32: Int32Array,
    ram: { readonly bytes: number; readonly harts: number },
    beside = 0,
  ) {
    this.#i32 = i32
    this.#beside = beside
    this.#all = Array.from({ length: ram.harts }, (_, hart) => ({
      base: tlbOf(hart, ram.bytes),
      filled: Array.from({ length: CONTEXTS }, () => []),
    }))
    for (const { base } of this.#all) {
      for (const from of [base, base + beside]) {
        i32.fill(-1, from >> 2, (from + CONTEXTS * CONTEXT_BYTES) >> 2)
      }
    }
    this.#base = TLB
    this.#filled = this.#all[0]!.filled
  }

  /** Another hart runs; its state has pointers to its sets already. */
  use(hart: number): void {
    const { base, filled } = this.#all[hart]!
    this.#base = base
    this.#filled = filled
  }

  /** Chooses the sets of the hart's present contexts. */
  select(hart: Hart): void {
    const fetches = fetchContext(hart)
    const lent = hart.privilege === MACHINE && (hart.lo(CELL.mstatus) & MPRV) !== 0
    this.#i32[TLB_BASE >> 2] = this.#base
    this.#i32[FETCH_TLB >> 2] = this.#setOf(fetches) + FETCH_SET
    this.#i32[DATA_TLB >> 2] = this.#setOf(lent ? lentContext(hart) : dataContext(hart))
  }

  /**
   * Enters a data page of the current context; `value` is host address less virtual address. Returns the
   * entry's address.
   */
  fill(access: typeof READ | typeof WRITE, hi: number, lo: number, value: number): number {
    const set = this.#i32[DATA_TLB >> 2]! + (access === WRITE ? WRITE_SET : 0)
    return this.#enter(set, hi, lo, value, this.#beside)
  }

  /** Host address of aligned data that the current context may access so, or 0: not known here. */
  find(access: typeof READ | typeof WRITE, hi: number, lo: number, bytes: number): number {
    const set = this.#i32[DATA_TLB >> 2]! + (access === WRITE ? WRITE_SET : 0)
    const at = entryOf(set, lo) >> 2
    const known = this.#i32[at] === (lo & (-4096 | (bytes - 1))) && this.#i32[at + 1] === hi
    return known ? (this.#i32[at + 2]! + lo) >>> 0 : 0
  }

  /** Enters a code page; `slots` is where its decoded instructions lie. Returns the entry's address. */
  fillFetch(hi: number, lo: number, slots: number): number {
    return this.#enter(this.#i32[FETCH_TLB >> 2]!, hi, lo, slots)
  }

  /** Of the hart that runs, as all the flushes that follow. */
  flushAll(): void {
    for (let context = 0; context < CONTEXTS; context++) this.#flush(context)
  }

  /** Of HS-mode and its user programs; of the guest. */
  flushSupervisor(): void {
    for (let context = S; context <= U; context++) this.#flush(context)
  }

  flushGuest(): void {
    for (let context = VS; context <= VU; context++) this.#flush(context)
  }

  /** One page of HS-mode or of the guest. */
  flushPage(hi: number, lo: number, guest: boolean): void {
    const from = guest ? VS : S
    const page = lo & ~0xfff
    for (let context = from; context < from + 3; context++) {
      const end = this.#setOf(context + 1)
      for (let set = this.#setOf(context); set < end; set += TLB_SET_BYTES) {
        const at = entryOf(set, lo) >> 2
        if (this.#i32[at] === page && this.#i32[at + 1] === hi) this.#clear(at)
        const beside = at + (this.#beside >> 2)
        if (this.#i32[beside] === page && this.#i32[beside + 1] === hi) this.#clear(beside)
      }
    }
  }

  /** Of all harts, everything: what it was derived from is gone. */
  forget(): void {
    for (const { filled } of this.#all) {
      for (const entries of filled) this.#empty(entries)
    }
    this.#flushLog()
  }

  /** A page has got decoded code: no write of any hart may pass unseen. */
  flushWrites(): void {
    this.#flushWhere((offset) => offset >= WRITE_SET && offset < FETCH_SET)
  }

  /** Decoded pages have moved or gone, for all harts. */
  flushFetches(): void {
    this.#flushWhere((offset) => offset >= FETCH_SET)
  }

  #enter(set: number, hi: number, lo: number, value: number, beside = 0): number {
    const context = Math.floor((set - this.#base) / CONTEXT_BYTES)
    const filled = this.#filled[context]!
    if (filled.length >= LOG_ENTRIES) this.#flush(context) // pages flushed singly fill it up
    const entry = entryOf(set, lo) + beside
    const at = entry >> 2
    if (this.#i32[at] === -1) filled.push(entry)
    this.#i32[at] = lo & ~0xfff
    this.#i32[at + 1] = hi
    this.#i32[at + 2] = value
    return entry
  }

  #flush(context: number): void {
    this.#empty(this.#filled[context]!)
    this.#flushLog()
  }

  #empty(filled: number[]): void {
    for (const entry of filled) this.#clear(entry >> 2)
    filled.length = 0
  }

  #flushLog(): void {
    const count = this.#i32[TLB_LOG >> 2]!
    for (let i = 1; i <= count; i++) this.#clear(this.#i32[(TLB_LOG >> 2) + i]! >> 2)
    this.#i32[TLB_LOG >> 2] = 0
  }

  /** `which` is asked by the offset in the entry's context. */
  #flushWhere(which: (offset: number) => boolean): void {
    for (const { base, filled } of this.#all) {
      for (const entries of filled) {
        for (const entry of entries) {
          if (which((entry - base) % CONTEXT_BYTES)) this.#clear(entry >> 2)
        }
      }
    }
  }

  #setOf(context: number): number {
    return this.#base + context * CONTEXT_BYTES
  }

  #clear(at: number): void {
    this.#i32[at] = -1
    this.#i32[at + 1] = -1
  }
}

const entryOf = (set: number, lo: number): number =>
  set + ((lo >>> 12) & (TLB_ENTRIES - 1)) * TLB_ENTRY_BYTES

function dataContext(hart: Hart): number {
  return contextOf(hart, hart.privilege, hart.virtualised)
}

/** SUM does not matter to it. */
function fetchContext({ privilege, virtualised }: Hart): number {
  if (privilege === MACHINE) return M
  if (virtualised) return privilege === SUPERVISOR ? VS : VU
  return privilege === SUPERVISOR ? S : U
}

/** MPRV makes M-mode's loads and stores those of the privilege in MPP and MPV. */
function lentContext(hart: Hart): number {
  const previous = (hart.lo(CELL.mstatus) & MPP) >>> MPP_SHIFT
  return contextOf(hart, previous, previous !== MACHINE && (hart.hi(CELL.mstatus) & MPV_HI) !== 0)
}

function contextOf(hart: Hart, privilege: number, virtualised: boolean): number {
  if (privilege === MACHINE) return M
  if (virtualised) {
    if (privilege !== SUPERVISOR) return VU
    return (hart.lo(CELL.vsstatus) & SUM) !== 0 ? VS + 1 : VS
  }
  if (privilege !== SUPERVISOR) return U
  return (hart.lo(CELL.mstatus) & SUM) !== 0 ? S + 1 : S
}
