// Sv39x4: the second stage, from guest-physical addresses to those of the bus. Every access of the
// guest counts as a user access here. Invariant: see mmu.ts.

import { ADUE_HI, MXR, SUPERVISOR } from '../isa/status.ts'
import { CELL } from '../memory/layout.ts'
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
  permits,
  READ,
  type Request,
  WRITE,
  wellFormed,
} from './pte.ts'
import { offsetMask, rootOf } from './sv39.ts'

/** Sv39x4 translates 41 bits: its root has 2048 entries. */
const GUEST_PHYSICAL_END = 2 ** 41

export class TwoStage {
  readonly #hart: MmuHart
  readonly #mmu: Mmu
  readonly #request: Request = {
    access: READ,
    user: true,
    sum: false,
    mxr: false,
    asExecute: false,
  }
  /** HLVX: the access itself needs execute permission here too. */
  #asExecute = false

  constructor(hart: MmuHart, mmu: Mmu) {
    this.#hart = hart
    this.#mmu = mmu
  }

  /** Starts the translation of one access of the guest. */
  begin(asExecute: boolean): void {
    this.#asExecute = asExecute
  }

  /** Translates what the guest itself asked for. */
  translate(at: number, access: Access): number {
    return this.#walk(at, access, access, undefined, this.#asExecute)
  }

  /** Translates the address of an entry of the first stage, which the walk reads or writes. */
  walking(at: number, access: Access, walking: Access): number {
    return this.#walk(at, access, walking, walking, false)
  }

  #walk(
    at: number,
    original: Access,
    access: Access,
    walking: Access | undefined,
    asExecute: boolean,
  ): number {
    const mmu = this.#mmu
    const hart = this.#hart
    const request = this.#request
    request.access = access
    request.mxr = (hart.lo(CELL.mstatus) & MXR) !== 0
    request.asExecute = asExecute
    if (at >= GUEST_PHYSICAL_END) return mmu.guestFault(original, at, walking)
    let table = Math.floor(rootOf(hart, CELL.hgatp) / 16384) * 16384
    for (let level = LEVELS - 1; level >= 0; level--) {
      const index = Math.floor(at / 2 ** (12 + 9 * level)) & (level === 2 ? 2047 : 511)
      const entryAt = table + index * PTE_BYTES
      const { ram, pmp, i32 } = hart
      if (!ram.holds(entryAt, PTE_BYTES) || !pmp.allows(entryAt, PTE_BYTES, READ, SUPERVISOR)) {
        return mmu.accessFault(original)
      }
      mmu.step(entryAt)
      if (mmu.meetsPoison(entryAt)) return FAULT
      const host = ram.host(entryAt)
      const lo = i32[host >> 2]!
      const hi = i32[(host >> 2) + 1]!
      if (!wellFormed(hi, lo)) return mmu.guestFault(original, at, walking)
      table = addressOf(hi, lo)
      if ((lo & PTE_LEAF) === 0) continue
      const size = offsetMask(level) + 1
      if (table % size !== 0 || !permits(lo, request)) {
        return mmu.guestFault(original, at, walking)
      }
      const wanted = access === WRITE ? PTE_A | PTE_D : PTE_A
      if ((lo & wanted) !== wanted) {
        if ((hart.hi(CELL.menvcfg) & ADUE_HI) === 0) return mmu.guestFault(original, at, walking)
        if (!pmp.allows(entryAt, PTE_BYTES, WRITE, SUPERVISOR)) return mmu.accessFault(original)
        i32[host >> 2] = lo | wanted
        ram.wrote(entryAt, PTE_BYTES)
      }
      return table + (at % size)
    }
    return mmu.guestFault(original, at, walking)
  }
}
