// Access to CSRs: who may, and the six instructions. Invariant: an access that is refused has
// changed nothing; V = 1 never reaches a supervisor CSR that has a copy for the guest.

import { MIP, pendingBySoftware } from '../hart/csr-interrupts.ts'
import type { CsrRow } from '../hart/csr-row.ts'
import { csrByNumber } from '../hart/csr-table.ts'
import { floatEnabled } from '../hart/float-state.ts'
import type { Hart } from '../hart/hart.ts'
import { takeIllegal, takeVirtual } from '../hart/trap.ts'
import { COUNTER_TIME, MACHINE, STCE_HI, SUPERVISOR, TVM, USER, VTVM } from '../isa/status.ts'
import { CELL, DISCARD, VALUE } from '../memory/layout.ts'

export type Permission = 'allowed' | 'illegal' | 'virtual'

/** fflags and frm are 1 and 2. */
const FCSR = 3
const SATP = 0x180
const HGATP = 0x680
const STIMECMP = 0x14d
const VSTIMECMP = 0x24d
/** The distance from a supervisor CSR's number to that of the guest's copy of it. */
const TO_GUEST = 0x100

export type CsrOperation = 'write' | 'set' | 'clear'

/**
 * Executes a CSR instruction whose source is register or immediate value hi:lo; `writes` and `reads`
 * as the operands say. Returns false if it trapped.
 */
export function csrInstruction(
  hart: Hart,
  number: number,
  operation: CsrOperation,
  rd: number,
  hi: number,
  lo: number,
  writes: boolean,
): boolean {
  const permission = permissionFor(hart, number, writes)
  if (permission !== 'allowed') {
    if (permission === 'virtual') takeVirtual(hart)
    else takeIllegal(hart)
    return false
  }
  const row = rowFor(hart, number)!
  let oldHi = 0
  let oldLo = 0
  if (operation !== 'write' || rd !== DISCARD) {
    row.read(hart)
    oldHi = hart.hi(VALUE)
    oldLo = hart.lo(VALUE)
  }
  if (writes) {
    const base = row.number === MIP ? pendingBySoftware(hart) : oldLo
    if (operation === 'write') row.write?.(hart, hi, lo)
    else if (operation === 'set') row.write?.(hart, oldHi | hi, base | lo)
    else row.write?.(hart, oldHi & ~hi, base & ~lo)
  }
  hart.put(rd, oldHi, oldLo)
  return true
}

/** The row of a CSR's number. While V = 1 a supervisor CSR is the guest's copy of it, if there is one. */
function rowFor(hart: Hart, number: number): CsrRow | undefined {
  if (hart.virtualised && number >>> 8 === 1) {
    const copy = csrByNumber[number + TO_GUEST]
    if (copy !== undefined) return copy
  }
  return csrByNumber[number]
}

export function permissionFor(hart: Hart, number: number, writes: boolean): Permission {
  if (csrByNumber[number] === undefined) return 'illegal'
  if (writes && number >>> 10 === 3) return 'illegal'
  const level = (number >>> 8) & 3
  if (number <= FCSR) return guarded(floatEnabled(hart), 'illegal')
  if (hart.privilege === MACHINE) return 'allowed'
  if (level === 3) return 'illegal'
  if (hart.virtualised) {
    if (level === 2) return 'virtual'
    if (level === SUPERVISOR && hart.privilege === USER) return 'virtual'
  } else if (level !== USER && hart.privilege === USER) return 'illegal'
  return special(hart, number)
}

/** Registers that other registers guard; the hart is below M-mode. */
function special(hart: Hart, number: number): Permission {
  switch (number) {
    case SATP:
      if (hart.virtualised) return guarded((hart.lo(CELL.hstatus) & VTVM) === 0, 'virtual')
      return guarded((hart.lo(CELL.mstatus) & TVM) === 0, 'illegal')
    case HGATP:
      return guarded((hart.lo(CELL.mstatus) & TVM) === 0, 'illegal')
    case STIMECMP:
    case VSTIMECMP:
      return compareRegister(hart)
    default:
      return number >= 0xc00 && number < 0xc20 ? counter(hart, number & 31) : 'allowed'
  }
}

const guarded = (open: boolean, otherwise: Permission): Permission => (open ? 'allowed' : otherwise)

function compareRegister(hart: Hart): Permission {
  const timer = (hart.lo(CELL.mcounteren) & COUNTER_TIME) !== 0
  if (!timer || (hart.hi(CELL.menvcfg) & STCE_HI) === 0) return 'illegal'
  if (!hart.virtualised) return 'allowed'
  const guestTimer = (hart.lo(CELL.hcounteren) & COUNTER_TIME) !== 0
  return guarded(guestTimer && (hart.hi(CELL.henvcfg) & STCE_HI) !== 0, 'virtual')
}

function counter(hart: Hart, index: number): Permission {
  const open = (cell: number) => ((hart.lo(cell) >>> index) & 1) === 1
  if (!open(CELL.mcounteren)) return 'illegal'
  if (hart.virtualised && !open(CELL.hcounteren)) return 'virtual'
  if (hart.privilege === USER && !open(CELL.scounteren)) {
    return hart.virtualised ? 'virtual' : 'illegal'
  }
  return 'allowed'
}
