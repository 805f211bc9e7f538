// Pmp: physical memory protection, 16 entries (privileged specification 3.7). Invariant: ranges are
// derived from the CSRs after each write; the lowest-numbered entry that touches an access decides,
// and must cover all of it.

import { PAGE_BYTES } from '../../units.ts'
import { MACHINE } from '../isa/status.ts'
import { CELL, PMP_OPEN } from '../memory/layout.ts'
import { RAM_BASE } from '../memory/ram.ts'
import type { MmuHart } from './mmu-hart.ts'
import { type Access, EXECUTE, WRITE } from './pte.ts'

export const PMP_ENTRIES = 16

const R = 1
const W = 2
const X = 4
const MODE_SHIFT = 3
const LOCKED = 0x80
const OFF = 0
const TOR = 1
const NA4 = 2

interface PmpRange {
  readonly base: number
  readonly end: number
  readonly config: number
}

export class Pmp {
  readonly #hart: MmuHart
  #ranges: PmpRange[] = []
  /** The range in which PMP allows every access at every privilege: RAM's last part and all behind it. */
  #openBase = 0
  #openEnd = 0

  constructor(hart: MmuHart) {
    this.#hart = hart
  }

  /** After a write of pmpcfg or pmpaddr. */
  changed(): void {
    this.#ranges = []
    for (let i = 0; i < PMP_ENTRIES; i++) {
      const range = this.#range(i)
      if (range !== undefined) this.#ranges.push(range)
    }
    this.#findOpen()
    const { ram, i32 } = this.#hart
    const below = Math.ceil((this.#openBase - RAM_BASE) / PAGE_BYTES)
    i32[PMP_OPEN >> 2] = this.#openEnd === 0 ? ram.pages : Math.max(0, below)
  }

  /** The first range that allows everything up to the end of RAM, without what those before it cover. */
  #findOpen(): void {
    const { end } = this.#hart.ram
    let covered = 0
    for (const range of this.#ranges) {
      if ((range.config & (R | W | X)) === (R | W | X) && range.end >= end && covered < end) {
        this.#openBase = Math.max(range.base, covered)
        this.#openEnd = range.end
        return
      }
      covered = Math.max(covered, range.end)
    }
    this.#openBase = this.#openEnd = 0
  }

  config(entry: number): number {
    return this.#hart.ram.u8[(entry < 8 ? CELL.pmpcfg0 : CELL.pmpcfg2) + (entry & 7)]!
  }

  /** True if writes to the address register of this entry are ignored. */
  addressLocked(entry: number): boolean {
    if ((this.config(entry) & LOCKED) !== 0) return true
    const above = entry + 1 < PMP_ENTRIES ? this.config(entry + 1) : 0
    return (above & LOCKED) !== 0 && ((above >>> MODE_SHIFT) & 3) === TOR
  }

  allows(at: number, bytes: number, access: Access, privilege: number): boolean {
    if (at >= this.#openBase && at + bytes <= this.#openEnd) return true
    for (const range of this.#ranges) {
      if (at >= range.end || at + bytes <= range.base) continue
      if (at < range.base || at + bytes > range.end) return false
      return permitted(range.config, access, privilege)
    }
    return privilege === MACHINE
  }

  /** True if one answer holds for the whole page, so that a TLB may keep it. */
  uniform(page: number): boolean {
    if (page >= this.#openBase && page + PAGE_BYTES <= this.#openEnd) return true
    for (const range of this.#ranges) {
      if (page >= range.end || page + PAGE_BYTES <= range.base) continue
      return page >= range.base && page + PAGE_BYTES <= range.end
    }
    return true
  }

  #range(entry: number): PmpRange | undefined {
    const config = this.config(entry)
    const mode = (config >>> MODE_SHIFT) & 3
    if (mode === OFF) return undefined
    const hi = this.#hart.hi(CELL.pmpaddr0 + 8 * entry)
    const lo = this.#hart.lo(CELL.pmpaddr0 + 8 * entry)
    const address = addressOf(hi, lo)
    if (mode === TOR) {
      const below = CELL.pmpaddr0 + 8 * (entry - 1)
      const base = entry === 0 ? 0 : addressOf(this.#hart.hi(below), this.#hart.lo(below))
      return base < address ? { base, end: address, config } : undefined
    }
    if (mode === NA4) return { base: address, end: address + 4, config }
    const ones = trailingOnes(hi, lo)
    const bytes = 2 ** (ones + 3)
    const base = Math.floor(address / bytes) * bytes
    return { base, end: base + bytes, config }
  }
}

const addressOf = (hi: number, lo: number): number => ((hi & 0x3fffff) * 2 ** 32 + (lo >>> 0)) * 4

function trailingOnes(hi: number, lo: number): number {
  if (lo !== -1) return 31 - Math.clz32(~lo & -~lo)
  const zeros = ~hi
  return 32 + (zeros === 0 ? 32 : 31 - Math.clz32(zeros & -zeros))
}

function permitted(config: number, access: Access, privilege: number): boolean {
  if (privilege === MACHINE && (config & LOCKED) === 0) return true
  return (config & (access === WRITE ? W : access === EXECUTE ? X : R)) !== 0
}
