// Tlb: the soft TLB that the WebAssembly engine reads inline, direct-mapped, one set for each kind of access
// in each context, in linear memory. Invariant: an entry says what a walk would say now, the page is
// RAM without memory errors, and for writes it is marked touched and holds no decoded code.

import { MACHINE, MPP, MPP_SHIFT, MPRV, MPV_HI, SUM, SUPERVISOR } from '../isa/status.ts'
import {
  CELL,
  CONTEXT,
  CONTEXT_BYTES,
  CONTEXTS,
  DATA_TLB,
  FETCH_SET,
  FETCH_TLB,
  LOG_BYTES,
  LOG_ENTRIES,
  TLB,
  TLB_BASE,
  TLB_ENTRIES,
  TLB_ENTRY_BYTES,
  TLB_LOGS,
  TLB_SET_BYTES,
  tlbOf,
  WRITE_SET,
} from '../memory/layout.ts'
import type { MmuHart } from './mmu-hart.ts'
import { type DataAccess, WRITE } from './pte.ts'

const { M, S, U, VS, VU } = CONTEXT
/**
 * Contexts that are flushed together; each group has a log of entries, so that flushing is as dear as
 * filling was.
 */
const GROUPS = [[M], [S, S + 1, U], [VS, VS + 1, VU]] as const
const [OF_SUPERVISOR, OF_GUEST] = [1, 2]
const groupOf = (context: number): number => Math.ceil(context / 3)

export class Tlb {
  readonly #i32: Int32Array
  readonly #beside: number
  /** Where the sets of each hart lie. */
  readonly #bases: readonly number[]
  /** Where the sets of the hart that runs lie. */
  #base = TLB

  /** `beside`: data pages are entered so many bytes from the sets that DATA_TLB tells; one hart then. */
  constructor(
    i32: Int32Array,
    ram: { readonly bytes: number; readonly harts: number },
    beside = 0,
  ) {
    this.#i32 = i32
    this.#beside = beside
    this.#bases = Array.from({ length: ram.harts }, (_, hart) => tlbOf(hart, ram.bytes))
    for (const base of this.#bases) {
      for (const from of [base, base + beside]) {
        i32.fill(-1, from >> 2, (from + CONTEXTS * CONTEXT_BYTES) >> 2)
      }
      for (const group of GROUPS.keys()) i32[logOf(base, group) >> 2] = 0
    }
  }

  /** Another hart runs; its state has pointers to its sets already. */
  use(hart: number): void {
    this.#base = this.#bases[hart]!
  }

  /** Chooses the sets of the hart's present contexts. */
  select(hart: MmuHart): void {
    const fetches = fetchContext(hart)
    const lent = hart.privilege === MACHINE && (hart.lo(CELL.mstatus) & MPRV) !== 0
    this.#i32[TLB_BASE >> 2] = this.#base
    this.#i32[FETCH_TLB >> 2] = this.#setOf(fetches) + FETCH_SET
    this.#i32[DATA_TLB >> 2] = this.#setOf(lent ? lentContext(hart) : dataContext(hart))
  }

  /** The read set of loads and stores now. */
  dataSet(): number {
    return this.#i32[DATA_TLB >> 2]!
  }

  /** The read set of the guest at a privilege, which HLV and HSV borrow. */
  guestSet(hart: MmuHart, privilege: number): number {
    return this.#setOf(contextOf(hart, privilege, true))
  }

  /**
   * Enters a data page of the context of a read set; `value` is host address less virtual address. Returns
   * the entry's address.
   */
  fill(access: DataAccess, hi: number, lo: number, value: number, set: number): number {
    return this.#enter(access === WRITE ? set + WRITE_SET : set, hi, lo, value, this.#beside)
  }

  /** Host address of aligned data that the context of a read set may access so, or 0: not known here. */
  find(access: DataAccess, hi: number, lo: number, bytes: number, set = this.dataSet()): number {
    const at = entryOf(access === WRITE ? set + WRITE_SET : set, lo) >> 2
    const known = this.#i32[at] === (lo & (-4096 | (bytes - 1))) && this.#i32[at + 1] === hi
    return known ? (this.#i32[at + 2]! + lo) >>> 0 : 0
  }

  /** Where the slots of the page that the current context executes there begin, or 0: not known here. */
  findFetch(hi: number, lo: number): number {
    const at = entryOf(this.#i32[FETCH_TLB >> 2]!, lo) >> 2
    const known = this.#i32[at] === (lo & ~0xfff) && this.#i32[at + 1] === hi
    return known ? this.#i32[at + 2]! : 0
  }

  /** Enters a code page; `slots` is where its decoded instructions lie. Returns the entry's address. */
  fillFetch(hi: number, lo: number, slots: number): number {
    return this.#enter(this.#i32[FETCH_TLB >> 2]!, hi, lo, slots)
  }

  /** Empties all sets of the hart that runs, as do the flushes that follow. */
  flushAll(): void {
    for (const group of GROUPS.keys()) this.#flush(this.#base, group)
  }

  /** Empties the sets of HS-mode and its user programs. */
  flushSupervisor(): void {
    this.#flush(this.#base, OF_SUPERVISOR)
  }

  flushGuest(): void {
    this.#flush(this.#base, OF_GUEST)
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

  /** Empties all sets of all harts: what they were derived from is gone. */
  forget(): void {
    for (const base of this.#bases) {
      for (const group of GROUPS.keys()) this.#flush(base, group)
    }
  }

  /** A page has got decoded code: no write of any hart may pass unseen. */
  flushWrites(): void {
    this.#flushSets(WRITE_SET)
  }

  /** Decoded pages have moved or gone, for all harts. */
  flushFetches(): void {
    this.#flushSets(FETCH_SET)
  }

  #enter(set: number, hi: number, lo: number, value: number, beside = 0): number {
    const entry = entryOf(set, lo) + beside
    const at = entry >> 2
    if (this.#i32[at] === -1) this.#note(Math.floor((set - this.#base) / CONTEXT_BYTES), entry)
    this.#i32[at] = lo & ~0xfff
    this.#i32[at + 1] = hi
    this.#i32[at + 2] = value
    return entry
  }

  #note(context: number, entry: number): void {
    const log = logOf(this.#base, groupOf(context)) >> 2
    const count = Math.min(this.#i32[log]!, LOG_ENTRIES) + 1
    this.#i32[log] = count
    if (count <= LOG_ENTRIES) this.#i32[log + count] = entry
  }

  #flush(base: number, group: number): void {
    const log = logOf(base, group) >> 2
    const count = this.#i32[log]!
    this.#i32[log] = 0
    if (count > LOG_ENTRIES) {
      for (const set of [0, WRITE_SET, FETCH_SET]) this.#clearSets(base, group, set)
    } else for (let i = 1; i <= count; i++) this.#clear(this.#i32[log + i]! >> 2)
  }

  /** Empties one kind of set in all contexts of all harts; the entries stay in the logs. */
  #flushSets(set: number): void {
    for (const base of this.#bases) {
      for (const group of GROUPS.keys()) {
        const log = logOf(base, group) >> 2
        const count = this.#i32[log]!
        if (count > LOG_ENTRIES) this.#clearSets(base, group, set)
        else for (let i = 1; i <= count; i++) this.#clearIfIn(set, base, this.#i32[log + i]!)
      }
    }
  }

  #clearIfIn(set: number, base: number, entry: number): void {
    const offset = (entry - base) % CONTEXT_BYTES // `beside` is a multiple of it
    if (offset >= set && offset < set + TLB_SET_BYTES) this.#clear(entry >> 2)
  }

  #clearSets(base: number, group: number, set: number): void {
    const from = base + set + (set === FETCH_SET ? 0 : this.#beside)
    for (const context of GROUPS[group]!) {
      const at = from + context * CONTEXT_BYTES
      this.#i32.fill(-1, at >> 2, (at + TLB_SET_BYTES) >> 2)
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

const logOf = (base: number, group: number): number => base + TLB_LOGS + group * LOG_BYTES

const entryOf = (set: number, lo: number): number =>
  set + ((lo >>> 12) & (TLB_ENTRIES - 1)) * TLB_ENTRY_BYTES

function dataContext(hart: MmuHart): number {
  return contextOf(hart, hart.privilege, hart.virtualised)
}

/** SUM does not matter to it. */
function fetchContext({ privilege, virtualised }: MmuHart): number {
  if (privilege === MACHINE) return M
  if (virtualised) return privilege === SUPERVISOR ? VS : VU
  return privilege === SUPERVISOR ? S : U
}

/** MPRV makes M-mode's loads and stores those of the privilege in MPP and MPV. */
function lentContext(hart: MmuHart): number {
  const previous = (hart.lo(CELL.mstatus) & MPP) >>> MPP_SHIFT
  return contextOf(hart, previous, previous !== MACHINE && (hart.hi(CELL.mstatus) & MPV_HI) !== 0)
}

function contextOf(hart: MmuHart, privilege: number, virtualised: boolean): number {
  if (privilege === MACHINE) return M
  if (virtualised) {
    if (privilege !== SUPERVISOR) return VU
    return (hart.lo(CELL.vsstatus) & SUM) !== 0 ? VS + 1 : VS
  }
  if (privilege !== SUPERVISOR) return U
  return (hart.lo(CELL.mstatus) & SUM) !== 0 ? S + 1 : S
}
