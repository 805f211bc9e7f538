// Sv39: the first stage of translation, for S and U, and for VS and VU above the second stage.
// Invariant: see mmu.ts.

import { PAGE_BYTES } from '../../units.ts'
import { SUPERVISOR } from '../isa/status.ts'
import { RAM } from '../memory/layout.ts'
import { RAM_BASE } from '../memory/ram.ts'
import type { Mmu } from './mmu.ts'
import type { MmuHart } from './mmu-hart.ts'
import {
  type Access,
  addressOf,
  FAULT,
  LEVELS,
  PTE_A,
  PTE_BYTES,
  PTE_D,
  PTE_LEAF,
  PTE_R,
  PTE_U,
  PTE_V,
  PTE_W,
  permits,
  READ,
  type Request,
  WRITE,
  wellFormed,
} from './pte.ts'
import type { TwoStage } from './two-stage.ts'

/** Bits that an entry which points to a table has not. */
const PTE_NOT_TABLE = PTE_LEAF | PTE_U | PTE_A | PTE_D

export class Sv39 {
  readonly #hart: MmuHart
  readonly #mmu: Mmu

  constructor(hart: MmuHart, mmu: Mmu) {
    this.#hart = hart
    this.#mmu = mmu
  }

  /** `adue`: hardware sets A and D. With a second stage, root and entries are guest-physical. */
  walk(
    root: number,
    hi: number,
    lo: number,
    request: Request,
    adue: boolean,
    stage2: TwoStage | undefined,
  ): number {
    const mmu = this.#mmu
    const { access } = request
    const sign = hi >> 6 // bits 63 to 38 must be equal
    if (sign !== 0 && sign !== -1) return mmu.pageFault(access)
    if (stage2 === undefined && this.#hart.ram.errors.count === 0) {
      const quick = this.#quickly(root, hi, lo, request)
      if (quick !== FAULT) return quick
      mmu.walk.count = 0
    }
    let table = root
    for (let level = LEVELS - 1; level >= 0; level--) {
      const guestAt = table + indexOf(level, hi, lo) * PTE_BYTES
      const at = stage2 === undefined ? guestAt : stage2.walking(guestAt, access, READ)
      if (at === FAULT) return FAULT
      const host = this.entry(at, access, READ)
      if (host === FAULT) return FAULT
      mmu.step(at)
      const { i32 } = this.#hart
      const entryLo = i32[host >> 2]!
      const entryHi = i32[(host >> 2) + 1]!
      if (!wellFormed(entryHi, entryLo)) return mmu.pageFault(access)
      table = addressOf(entryHi, entryLo)
      if ((entryLo & PTE_LEAF) === 0) continue
      const offset = lo & offsetMask(level)
      if (table % (offsetMask(level) + 1) !== 0) return mmu.pageFault(access)
      if (!permits(entryLo, request)) return mmu.pageFault(access)
      const wanted = access === WRITE ? PTE_A | PTE_D : PTE_A
      if ((entryLo & wanted) !== wanted) {
        if (!adue) return mmu.pageFault(access)
        if (stage2 !== undefined && stage2.walking(guestAt, access, WRITE) === FAULT) return FAULT
        if (this.entry(at, access, WRITE) === FAULT) return FAULT
        i32[host >> 2] = entryLo | wanted
        this.#hart.ram.wrote(at, PTE_BYTES)
      }
      return stage2 === undefined ? table + offset : stage2.translate(table + offset, access)
    }
    return mmu.pageFault(access)
  }

  /**
   * The commonest walk, in small integers: three levels, all in RAM, A and D set already, everything
   * allowed. FAULT: it is another one, and nothing has happened.
   */
  #quickly(root: number, hi: number, lo: number, request: Request): number {
    const { ram, i32, pmp } = this.#hart
    let page = (root - RAM_BASE) / PAGE_BYTES
    for (let level = LEVELS - 1; level >= 0; level--) {
      if (page < 0 || page >= ram.pages) return FAULT
      const index = indexOf(level, hi, lo)
      const at = (RAM >> 2) + page * (PAGE_BYTES >> 2) + 2 * index
      const entry = i32[at]!
      if (i32[at + 1] !== 0 || (entry & PTE_V) === 0) return FAULT
      if (!pmp.allows(RAM_BASE + page * PAGE_BYTES + 8 * index, PTE_BYTES, READ, SUPERVISOR)) {
        return FAULT
      }
      this.#mmu.step(RAM_BASE + page * PAGE_BYTES + 8 * index)
      const frame = entry >>> 10
      page = frame - RAM_BASE / PAGE_BYTES
      if (level > 0) {
        if ((entry & PTE_NOT_TABLE) !== 0) return FAULT
        continue
      }
      const wanted = request.access === WRITE ? PTE_R | PTE_W | PTE_A | PTE_D : PTE_A
      if ((entry & wanted) !== wanted || (entry & PTE_LEAF) === 0) return FAULT
      if ((entry & (PTE_R | PTE_W)) === PTE_W || !permits(entry, request)) return FAULT
      return frame * PAGE_BYTES + (lo & offsetMask(0))
    }
    return FAULT
  }

  /** Host address of a page table entry, or FAULT: not in RAM, poison, or not allowed to a supervisor. */
  entry(at: number, access: Access, walking: Access): number {
    const { ram, pmp } = this.#hart
    if (!ram.holds(at, PTE_BYTES) || !pmp.allows(at, PTE_BYTES, walking, SUPERVISOR)) {
      return this.#mmu.accessFault(access)
    }
    if (walking === READ && this.#mmu.meetsPoison(at)) return FAULT
    return ram.host(at)
  }
}

/** Byte address of the root table that satp, vsatp or hgatp names; the frame number is in the low 44 bits. */
export const rootOf = (hart: MmuHart, cell: number): number =>
  ((hart.hi(cell) & 0xfff) * 2 ** 32 + (hart.lo(cell) >>> 0)) * 4096

/** The bits of an address that lie within a page of this level. */
export const offsetMask = (level: number): number => (1 << (12 + 9 * level)) - 1

function indexOf(level: number, hi: number, lo: number): number {
  switch (level) {
    case 0:
      return (lo >>> 12) & 511
    case 1:
      return (lo >>> 21) & 511
    default:
      return ((hi & 127) << 2) | (lo >>> 30)
  }
}
