// Mmu: from the addresses of a program to those of the bus, by walking tables in RAM.
// Invariant: a walk that succeeds has set A (and D for a write) or found them set; one that fails
// has changed nothing but A and D of entries already passed, and left `cause` and its companions.

import { ADUE_HI, CAUSE, MACHINE, MXR, SUM, USER } from '../isa/status.ts'
import { CELL } from '../memory/layout.ts'
import { CLEAN } from '../memory/memory-error.ts'
import type { MmuHart } from './mmu-hart.ts'
import { type Access, FAULT, PTE_BYTES, READ, type Request, WRITE } from './pte.ts'
import { rootOf, Sv39 } from './sv39.ts'
import { TwoStage } from './two-stage.ts'

const ACCESS_FAULT = [CAUSE.loadAccess, CAUSE.storeAccess, CAUSE.fetchAccess] as const
const PAGE_FAULT = [CAUSE.loadPage, CAUSE.storePage, CAUSE.fetchPage] as const
const GUEST_FAULT = [CAUSE.loadGuestPage, CAUSE.storeGuestPage, CAUSE.fetchGuestPage] as const

/** mtinst and htinst for a walk's own access (specification, table of pseudoinstructions, RV64). */
const PSEUDO_READ = 0x3000
const PSEUDO_WRITE = 0x3020

/** Three entries of a guest, each found by three of the second stage, and three for the page itself. */
const MOST_STEPS = 16

export class Mmu {
  readonly #hart: MmuHart
  readonly #stage1: Sv39
  readonly #stage2: TwoStage
  readonly #request: Request = {
    access: READ,
    user: false,
    sum: false,
    mxr: false,
    asExecute: false,
  }
  cause = 0
  /** Physical addresses of the page table entries that the last translation read. */
  readonly walk = { entries: new Float64Array(MOST_STEPS), count: 0 }
  /** The guest-physical address of a guest page fault. */
  guestPhysical = 0
  pseudoInstruction = 0

  constructor(hart: MmuHart) {
    this.#hart = hart
    this.#stage1 = new Sv39(hart, this)
    this.#stage2 = new TwoStage(hart, this)
  }

  /** The physical address of va for that kind of access, or FAULT. */
  translate(
    hi: number,
    lo: number,
    access: Access,
    privilege: number,
    virtualised: boolean,
    asExecute = false,
  ): number {
    const hart = this.#hart
    hart.counters.walks[access]!++
    this.walk.count = 0
    if (virtualised) return this.#translateGuest(hi, lo, access, privilege, asExecute)
    if (privilege === MACHINE || hart.hi(CELL.satp) >>> 28 === 0) return this.#bare(hi, lo, access)
    const status = hart.lo(CELL.mstatus)
    const request = this.#request
    request.access = access
    request.user = privilege === USER
    request.sum = (status & SUM) !== 0
    request.mxr = (status & MXR) !== 0
    request.asExecute = false
    const adue = (hart.hi(CELL.menvcfg) & ADUE_HI) !== 0
    return this.#stage1.walk(rootOf(hart, CELL.satp), hi, lo, request, adue, undefined)
  }

  #translateGuest(
    hi: number,
    lo: number,
    access: Access,
    privilege: number,
    asExecute: boolean,
  ): number {
    const hart = this.#hart
    hart.counters.guestWalks++
    this.guestPhysical = 0
    this.pseudoInstruction = 0
    const stage2 = hart.hi(CELL.hgatp) >>> 28 === 0 ? undefined : this.#stage2
    stage2?.begin(asExecute)
    if (hart.hi(CELL.vsatp) >>> 28 === 0) {
      if (stage2 === undefined) return this.#bare(hi, lo, access)
      return stage2.translate((hi >>> 0) * 2 ** 32 + (lo >>> 0), access)
    }
    const status = hart.lo(CELL.vsstatus)
    const request = this.#request
    request.access = access
    request.user = privilege === USER
    request.sum = (status & SUM) !== 0
    request.mxr = ((status | hart.lo(CELL.mstatus)) & MXR) !== 0
    request.asExecute = asExecute
    const both = hart.hi(CELL.menvcfg) & hart.hi(CELL.henvcfg)
    const adue = (both & ADUE_HI) !== 0
    return this.#stage1.walk(rootOf(hart, CELL.vsatp), hi, lo, request, adue, stage2)
  }

  /** Addresses above 2^53 reach nothing on this bus. */
  #bare(hi: number, lo: number, access: Access): number {
    if (hi >>> 21 !== 0) return this.accessFault(access)
    return hi * 2 ** 32 + (lo >>> 0)
  }

  /** The walk reads an entry. */
  step(at: number): void {
    this.walk.entries[this.walk.count++] = at
  }

  accessFault(access: Access): typeof FAULT {
    this.cause = ACCESS_FAULT[access]
    return FAULT
  }

  pageFault(access: Access): typeof FAULT {
    this.cause = PAGE_FAULT[access]
    return FAULT
  }

  /** True if the entry at `at`, which is in RAM, is poison: the walk ends by a hardware error. */
  meetsPoison(at: number): boolean {
    const { errors } = this.#hart.ram
    if (errors.count === 0 || errors.touch(at, PTE_BYTES) === CLEAN) return false
    errors.consumed('walk')
    this.cause = CAUSE.hardwareError
    return true
  }

  /** `walking`: the access that the first stage's walk made itself, if it was one. */
  guestFault(access: Access, at: number, walking: Access | undefined): typeof FAULT {
    this.cause = GUEST_FAULT[access]
    this.guestPhysical = at
    if (walking === undefined) this.pseudoInstruction = 0
    else this.pseudoInstruction = walking === WRITE ? PSEUDO_WRITE : PSEUDO_READ
    return FAULT
  }
}
