// Traps: into the handler and back. Invariant: after takeException or takeInterrupt the state is
// that of the specification at the first instruction of the handler.

import {
  CAUSE,
  GVA,
  GVA_HI,
  MACHINE,
  MIE,
  MPIE,
  MPP,
  MPP_SHIFT,
  MPRV,
  MPV_HI,
  SIE,
  SPIE,
  SPP,
  SPV,
  SPVP,
  SUPERVISOR,
  USER,
} from '../isa/status.ts'
import { CELL, PC, PRIVILEGE, VIRTUALISED } from '../memory/layout.ts'
import type { Hart } from './hart.ts'
import { pendingInterrupt } from './interrupt.ts'

interface Trap {
  cause: number
  interrupt: boolean
  tvalHi: number
  tvalLo: number
  /** True if tval is an address of the guest. */
  guestAddress: boolean
  /** Guest-physical address of a guest page fault, else 0. */
  guestPhysical: number
  /** What mtinst or htinst shows. */
  instruction: number
}

/** One object for all traps: they are frequent, and never nested. */
const trap: Trap = {
  cause: 0,
  interrupt: false,
  tvalHi: 0,
  tvalLo: 0,
  guestAddress: false,
  guestPhysical: 0,
  instruction: 0,
}

/** Causes whose tval is an address. */
const ADDRESS_CAUSES =
  (1 << CAUSE.fetchAccess) |
  (1 << CAUSE.breakpoint) |
  (1 << CAUSE.loadMisaligned) |
  (1 << CAUSE.loadAccess) |
  (1 << CAUSE.storeMisaligned) |
  (1 << CAUSE.storeAccess) |
  (1 << CAUSE.fetchPage) |
  (1 << CAUSE.loadPage) |
  (1 << CAUSE.storePage) |
  (1 << CAUSE.hardwareError) |
  (1 << CAUSE.fetchGuestPage) |
  (1 << CAUSE.loadGuestPage) |
  (1 << CAUSE.storeGuestPage)

/** The instruction at pc traps. `asGuest`: the address is the guest's, though V may be 0 (HLV, MPRV). */
export function takeException(
  hart: Hart,
  cause: number,
  tvalHi: number,
  tvalLo: number,
  asGuest = false,
): void {
  hart.trapped(cause)
  trap.cause = cause
  trap.interrupt = false
  trap.tvalHi = tvalHi
  trap.tvalLo = tvalLo
  trap.guestAddress = ((ADDRESS_CAUSES >>> cause) & 1) === 1 && (asGuest || hart.virtualised)
  const guestFault =
    cause === CAUSE.fetchGuestPage ||
    cause === CAUSE.loadGuestPage ||
    cause === CAUSE.storeGuestPage
  trap.guestPhysical = guestFault ? hart.mmu.guestPhysical : 0
  trap.instruction = guestFault && trap.guestPhysical !== 0 ? hart.mmu.pseudoInstruction : 0
  enter(hart)
}

/** What the last translation that failed has to say. */
export function takeFault(hart: Hart, vaHi: number, vaLo: number, asGuest = false): void {
  takeException(hart, hart.mmu.cause, vaHi, vaLo, asGuest)
}

export function takeIllegal(hart: Hart): void {
  takeException(hart, CAUSE.illegal, 0, hart.rawInstruction())
}

export function takeVirtual(hart: Hart): void {
  takeException(hart, CAUSE.virtualInstruction, 0, hart.rawInstruction())
}

/** Takes the interrupt that is pending, if any; pc is that of the next instruction. */
export function takeInterrupt(hart: Hart): boolean {
  const code = pendingInterrupt(hart)
  if (code < 0) return false
  trap.cause = code
  trap.interrupt = true
  trap.tvalHi = 0
  trap.tvalLo = 0
  trap.guestAddress = false
  trap.guestPhysical = 0
  trap.instruction = 0
  hart.counters.traps[32 + code]!++
  enter(hart)
  return true
}

function enter(hart: Hart): void {
  hart.endReservation()
  const bit = 1 << trap.cause
  const medeleg = hart.lo(trap.interrupt ? CELL.mideleg : CELL.medeleg)
  if (hart.privilege === MACHINE || (medeleg & bit) === 0) enterMachine(hart)
  else {
    const hedeleg = hart.lo(trap.interrupt ? CELL.hideleg : CELL.hedeleg)
    if (hart.virtualised && (hedeleg & bit) !== 0) enterGuestSupervisor(hart)
    else enterSupervisor(hart)
  }
  hart.contextChanged()
}

function enterMachine(hart: Hart): void {
  const status = hart.lo(CELL.mstatus)
  const enabled = (status & MIE) !== 0 ? MPIE : 0
  const flags = (hart.virtualised ? MPV_HI : 0) | (trap.guestAddress ? GVA_HI : 0)
  hart.put(
    CELL.mstatus,
    (hart.hi(CELL.mstatus) & ~(MPV_HI | GVA_HI)) | flags,
    (status & ~(MIE | MPIE | MPP)) | enabled | (hart.privilege << MPP_SHIFT),
  )
  record(hart, CELL.mepc, CELL.mcause, CELL.mtval, trap.cause)
  putGuestPhysical(hart, CELL.mtval2)
  hart.put(CELL.mtinst, 0, trap.instruction)
  go(hart, MACHINE, 0, CELL.mtvec, trap.cause)
}

function enterSupervisor(hart: Hart): void {
  const status = hart.lo(CELL.mstatus)
  const previous = hart.privilege === SUPERVISOR ? SPP : 0
  const enabled = (status & SIE) !== 0 ? SPIE : 0
  const kept = status & ~(SIE | SPIE | SPP)
  hart.put(CELL.mstatus, hart.hi(CELL.mstatus), kept | enabled | previous)
  let hstatus = hart.lo(CELL.hstatus) & ~(SPV | GVA)
  if (trap.guestAddress) hstatus |= GVA
  if (hart.virtualised) {
    hstatus = (hstatus & ~SPVP) | SPV
    if (hart.privilege === SUPERVISOR) hstatus |= SPVP
  }
  hart.put(CELL.hstatus, hart.hi(CELL.hstatus), hstatus)
  record(hart, CELL.sepc, CELL.scause, CELL.stval, trap.cause)
  putGuestPhysical(hart, CELL.htval)
  hart.put(CELL.htinst, 0, trap.instruction)
  go(hart, SUPERVISOR, 0, CELL.stvec, trap.cause)
}

function enterGuestSupervisor(hart: Hart): void {
  const status = hart.lo(CELL.vsstatus)
  const previous = hart.privilege === SUPERVISOR ? SPP : 0
  const enabled = (status & SIE) !== 0 ? SPIE : 0
  hart.put(
    CELL.vsstatus,
    hart.hi(CELL.vsstatus),
    (status & ~(SIE | SPIE | SPP)) | enabled | previous,
  )
  // The guest sees VS interrupts under the numbers of supervisor interrupts, one lower.
  const cause = trap.interrupt ? trap.cause - 1 : trap.cause
  record(hart, CELL.vsepc, CELL.vscause, CELL.vstval, cause)
  go(hart, SUPERVISOR, 1, CELL.vstvec, cause)
}

function record(hart: Hart, epc: number, cause: number, tval: number, number: number): void {
  hart.put(epc, hart.hi(PC), hart.lo(PC))
  hart.put(cause, trap.interrupt ? 1 << 31 : 0, number)
  hart.put(tval, trap.tvalHi, trap.tvalLo)
}

/** htval and mtval2 hold the guest-physical address shifted right by two. */
function putGuestPhysical(hart: Hart, cell: number): void {
  const shifted = Math.floor(trap.guestPhysical / 4)
  hart.put(cell, Math.floor(shifted / 2 ** 32), shifted | 0)
}

function go(hart: Hart, privilege: number, virtualised: number, tvec: number, cause: number) {
  hart.i32[PRIVILEGE >> 2] = privilege
  hart.i32[VIRTUALISED >> 2] = virtualised
  const lo = hart.lo(tvec)
  hart.put(PC, hart.hi(tvec), lo & ~3)
  if (trap.interrupt && (lo & 1) === 1) hart.advance(4 * cause)
}

export function returnFromMachine(hart: Hart): void {
  const status = hart.lo(CELL.mstatus)
  const hi = hart.hi(CELL.mstatus)
  const privilege = (status & MPP) >>> MPP_SHIFT
  const virtualised = privilege !== MACHINE && (hi & MPV_HI) !== 0 ? 1 : 0
  let kept = status & ~(MIE | MPIE | MPP)
  if (privilege !== MACHINE) kept &= ~MPRV
  const enabled = (status & MPIE) !== 0 ? MIE : 0
  hart.put(CELL.mstatus, hi & ~MPV_HI, kept | enabled | MPIE)
  comeBack(hart, CELL.mepc, privilege, virtualised)
}

export function returnFromSupervisor(hart: Hart): void {
  const guest = hart.virtualised
  const cell = guest ? CELL.vsstatus : CELL.mstatus
  const status = hart.lo(cell)
  const privilege = (status & SPP) !== 0 ? SUPERVISOR : USER
  let kept = status & ~(SIE | SPIE | SPP)
  if (!guest) kept &= ~MPRV
  const enabled = (status & SPIE) !== 0 ? SIE : 0
  hart.put(cell, hart.hi(cell), kept | enabled | SPIE)
  if (guest) {
    comeBack(hart, CELL.vsepc, privilege, 1)
    return
  }
  const hstatus = hart.lo(CELL.hstatus)
  hart.put(CELL.hstatus, hart.hi(CELL.hstatus), hstatus & ~SPV)
  comeBack(hart, CELL.sepc, privilege, (hstatus & SPV) !== 0 ? 1 : 0)
}

function comeBack(hart: Hart, epc: number, privilege: number, virtualised: number): void {
  hart.endReservation()
  hart.put(PC, hart.hi(epc), hart.lo(epc))
  hart.i32[PRIVILEGE >> 2] = privilege
  hart.i32[VIRTUALISED >> 2] = virtualised
  hart.contextChanged()
}
