// Tlb: the soft TLB that the fast engine reads inline, direct-mapped, one set for each kind of access
// in each context, in linear memory. Invariant: an entry says what a walk would say now, the page is
// RAM without memory errors, and for writes it is marked touched and holds no decoded code.

import type { Hart } from '../hart/hart.ts'
import { CELL, DATA_TLB, FETCH_TLB, TLB } from '../hart/state.ts'
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
export const CONTEXT_BYTES = 3 * TLB_SET_BYTES

/**
 * Entries of read sets that compiled code has filled since the last flush of anything: their number,
 * then where they lie. Behind the sets, before the decoded instructions.
 */
export const TLB_LOG = TLB + 0xb_0000
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
/** How many fills are remembered before a context is flushed as a whole. */
const LOG_ENTRIES = 4 * TLB_ENTRIES

export class Tlb {
  readonly #i32: Int32Array
  /** By context, the entries filled since the last flush: flushing is as dear as filling was. */
  readonly #filled: readonly number[][] = Array.from({ length: CONTEXTS }, () => [])

  constructor(i32: Int32Array) {
    this.#i32 = i32
    i32.fill(-1, TLB >> 2, (TLB + CONTEXTS * CONTEXT_BYTES) >> 2)
  }

  /** Chooses the sets of the hart's present contexts. */
  select(hart: Hart): void {
    const fetches = fetchContext(hart)
    const lent = hart.privilege === MACHINE && (hart.lo(CELL.mstatus) & MPRV) !== 0
    this.#i32[FETCH_TLB >> 2] = setOf(fetches) + FETCH_SET
    this.#i32[DATA_TLB >> 2] = setOf(lent ? lentContext(hart) : fetches)
  }

  /** Enters a data page of the current context; `value` is host address less virtual address. */
  fill(access: typeof READ | typeof WRITE, hi: number, lo: number, value: number): void {
    const set = this.#i32[DATA_TLB >> 2]! + (access === WRITE ? WRITE_SET : 0)
    this.#enter(set, hi, lo, value)
  }

  /** Host address of aligned data that the current context may access so, or 0: not known here. */
  find(access: typeof READ | typeof WRITE, hi: number, lo: number, bytes: number): number {
    const set = this.#i32[DATA_TLB >> 2]! + (access === WRITE ? WRITE_SET : 0)
    const at = entryOf(set, lo) >> 2
    const known = this.#i32[at] === (lo & (-4096 | (bytes - 1))) && this.#i32[at + 1] === hi
    return known ? (this.#i32[at + 2]! + lo) >>> 0 : 0
  }

  /** Enters a code page; `slots` is where its decoded instructions lie. */
  fillFetch(hi: number, lo: number, slots: number): void {
    this.#enter(this.#i32[FETCH_TLB >> 2]!, hi, lo, slots)
  }

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
      for (let set = setOf(context); set < setOf(context + 1); set += TLB_SET_BYTES) {
        const at = entryOf(set, lo) >> 2
        if (this.#i32[at] === page && this.#i32[at + 1] === hi) this.#clear(at)
      }
    }
  }

  /** A page has got decoded code: no write may pass unseen. */
  flushWrites(): void {
    this.#flushWhere((entry) => offsetInContext(entry) < FETCH_SET && isWrite(entry))
  }

  /** Decoded pages have moved or gone. */
  flushFetches(): void {
    this.#flushWhere((entry) => offsetInContext(entry) >= FETCH_SET)
  }

  #enter(set: number, hi: number, lo: number, value: number): void {
    const context = Math.floor((set - TLB) / CONTEXT_BYTES)
    const filled = this.#filled[context]!
    if (filled.length >= LOG_ENTRIES) this.#flush(context) // pages flushed singly fill it up
    const entry = entryOf(set, lo)
    const at = entry >> 2
    if (this.#i32[at] === -1) filled.push(entry)
    this.#i32[at] = lo & ~0xfff
    this.#i32[at + 1] = hi
    this.#i32[at + 2] = value
  }

  #flush(context: number): void {
    const filled = this.#filled[context]!
    for (const entry of filled) this.#clear(entry >> 2)
    filled.length = 0
    this.#flushLog()
  }

  #flushLog(): void {
    const count = this.#i32[TLB_LOG >> 2]!
    for (let i = 1; i <= count; i++) this.#clear(this.#i32[(TLB_LOG >> 2) + i]! >> 2)
    this.#i32[TLB_LOG >> 2] = 0
  }

  #flushWhere(which: (entry: number) => boolean): void {
    for (const filled of this.#filled) {
      for (const entry of filled) if (which(entry)) this.#clear(entry >> 2)
    }
  }

  #clear(at: number): void {
    this.#i32[at] = -1
    this.#i32[at + 1] = -1
  }
}

const setOf = (context: number): number => TLB + context * CONTEXT_BYTES
const entryOf = (set: number, lo: number): number =>
  set + ((lo >>> 12) & (TLB_ENTRIES - 1)) * TLB_ENTRY_BYTES
const offsetInContext = (entry: number): number => (entry - TLB) % CONTEXT_BYTES
const isWrite = (entry: number): boolean => offsetInContext(entry) >= WRITE_SET

function fetchContext(hart: Hart): number {
  return contextOf(hart, hart.privilege, hart.virtualised)
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
