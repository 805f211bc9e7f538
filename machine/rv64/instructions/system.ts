// The instructions that reach into privileged state, shared by every engine. Invariant: on return pc
// is that of the next instruction to execute, be it the following one or a trap handler's, and an
// interrupt that the instruction has made possible has been taken.

import type { Hart } from '../hart/hart.ts'
import { wakes } from '../hart/interrupt.ts'
import {
  returnFromMachine,
  returnFromSupervisor,
  takeException,
  takeIllegal,
  takeInterrupt,
  takeVirtual,
} from '../hart/trap.ts'
import { FIRST_FLOAT_CALL, SYSTEM_CALLS, type SystemCall } from '../isa/ir.ts'
import {
  CAUSE,
  HU,
  MACHINE,
  SUPERVISOR,
  TSR,
  TVM,
  TW,
  USER,
  VTSR,
  VTVM,
  VTW,
} from '../isa/status.ts'
import { CELL, PC, USER_STOP, VALUE, WAITING } from '../memory/layout.ts'
import { zeroBlock } from './cache-block.ts'
import { csrInstruction } from './csr.ts'
import { guestViewpoint, load, store } from './data.ts'
import { executeFloat } from './float.ts'

export interface Operands {
  /** Byte offsets of the registers in the state; rd is DISCARD for x0. */
  rd: number
  rs1: number
  rs2: number
  immediate: number
  length: number
}

/** The same by its number in SYSTEM_CALLS; floating point takes no detour by its name. */
export function executeNumbered(hart: Hart, call: number, operands: Operands): boolean {
  if (call < FIRST_FLOAT_CALL) return executeSystem(hart, SYSTEM_CALLS[call]!, operands)
  return executeFloat(hart, call - FIRST_FLOAT_CALL, operands) ? goOn(hart, operands) : true
}

/** Returns true if the engine must take pc and everything it caches from the state again. */
export function executeSystem(hart: Hart, call: SystemCall, operands: Operands): boolean {
  switch (call) {
    case 'ecall':
      takeException(hart, ecallCause(hart), 0, 0)
      return true
    case 'ebreak':
      takeException(hart, CAUSE.breakpoint, hart.hi(PC), hart.lo(PC))
      return true
    case 'illegal':
      takeIllegal(hart)
      return true
    case 'mark':
      hart.syncClock()
      hart.parts.mark(operands.immediate)
      return goOn(hart, operands)
    case 'fence.i':
      hart.timing?.flushCode()
      hart.counters.fencesI++ // stores keep decoded code in step already
      return goOn(hart, operands)
    case 'mret':
      if (hart.privilege !== MACHINE) takeIllegal(hart)
      else returnFromMachine(hart)
      return returned(hart)
    case 'sret':
      return sret(hart)
    case 'wfi':
      return wfi(hart, operands)
    case 'sfence.vma':
    case 'hfence.vvma':
    case 'hfence.gvma':
      return fence(hart, call, operands)
    case 'csrrw':
    case 'csrrs':
    case 'csrrc':
    case 'csrrwi':
    case 'csrrsi':
    case 'csrrci':
      return csr(hart, call, operands)
    case 'cbo.zero':
      return zeroBlock(hart, operands) ? goOn(hart, operands) : true
    default:
      if (call in GUEST_ACCESSES) return guestAccess(hart, call, operands)
      return executeNumbered(hart, SYSTEM_CALLS.indexOf(call), operands)
  }
}

/** Nothing changed that an engine caches. */
function goOn(hart: Hart, operands: Operands): false {
  hart.advance(operands.length)
  return false
}

/** Status or translation may have changed. */
function goOnAnew(hart: Hart, operands: Operands): true {
  hart.advance(operands.length)
  takeInterrupt(hart)
  return true
}

function ecallCause(hart: Hart): number {
  switch (hart.privilege) {
    case USER:
      return CAUSE.ecallU
    case SUPERVISOR:
      return hart.virtualised ? CAUSE.ecallVS : CAUSE.ecallS
    default:
      return CAUSE.ecallM
  }
}

function csr(hart: Hart, call: SystemCall, operands: Operands): boolean {
  const { rd, rs1, immediate: number } = operands
  const asImmediate = call.endsWith('i')
  const index = rs1 >> 3
  const hi = asImmediate ? 0 : hart.hi(rs1)
  const lo = asImmediate ? index : hart.lo(rs1)
  const operation = call[4] === 'w' ? 'write' : call[4] === 's' ? 'set' : 'clear'
  const writes = operation === 'write' || index !== 0
  if (!csrInstruction(hart, number, operation, rd, hi, lo, writes)) return true
  if (!writes) return goOn(hart, operands)
  if (hart.clock.next() < hart.sliceEnd) hart.stopAfterThis()
  return goOnAnew(hart, operands)
}

function sret(hart: Hart): true {
  const guest = hart.virtualised
  if (hart.privilege === USER) refuse(hart)
  else if (guest && (hart.lo(CELL.hstatus) & VTSR) !== 0) takeVirtual(hart)
  else if (!guest && hart.privilege === SUPERVISOR && (hart.lo(CELL.mstatus) & TSR) !== 0) {
    takeIllegal(hart)
  } else returnFromSupervisor(hart)
  return returned(hart)
}

/** A pending interrupt comes first; then what waits for user mode. */
function returned(hart: Hart): true {
  takeInterrupt(hart)
  if (hart.i32[USER_STOP >> 2] !== 0 && hart.privilege === USER) hart.stopAfterThis()
  return true
}

/** Not allowed in user mode: the guest's user raises a virtual instruction exception. */
function refuse(hart: Hart): true {
  if (hart.virtualised) takeVirtual(hart)
  else takeIllegal(hart)
  return true
}

function wfi(hart: Hart, operands: Operands): boolean {
  const { privilege, virtualised } = hart
  if (privilege !== MACHINE) {
    if ((hart.lo(CELL.mstatus) & TW) !== 0 || (privilege === USER && !virtualised)) {
      takeIllegal(hart)
      return true
    }
    if (virtualised && (privilege === USER || (hart.lo(CELL.hstatus) & VTW) !== 0)) {
      takeVirtual(hart)
      return true
    }
  }
  if (wakes(hart)) return goOn(hart, operands)
  hart.counters.waits++
  hart.i32[WAITING >> 2] = 1
  hart.stopAfterThis()
  return goOn(hart, operands)
}

function fence(hart: Hart, call: 'sfence.vma' | 'hfence.vvma' | 'hfence.gvma', operands: Operands) {
  const { privilege, virtualised } = hart
  if (privilege === USER) return refuse(hart)
  if (virtualised) {
    if (call !== 'sfence.vma' || (hart.lo(CELL.hstatus) & VTVM) !== 0) {
      takeVirtual(hart)
      return true
    }
  } else if (
    privilege === SUPERVISOR &&
    call !== 'hfence.vvma' &&
    (hart.lo(CELL.mstatus) & TVM) !== 0
  ) {
    takeIllegal(hart)
    return true
  }
  const guest = call !== 'sfence.vma' || virtualised
  if (operands.rs1 !== 0 && call !== 'hfence.gvma') {
    hart.counters.pageFlushes++
    hart.flushPage(hart.hi(operands.rs1), hart.lo(operands.rs1), guest)
  } else {
    hart.counters.tlbFlushes++
    if (guest) hart.flushGuest()
    else hart.flushSupervisor()
  }
  return goOnAnew(hart, operands)
}

interface GuestAccess {
  readonly bytes: 1 | 2 | 4 | 8
  readonly signed: boolean
  readonly asExecute: boolean
  readonly store: boolean
}

const access = (bytes: 1 | 2 | 4 | 8, kind: 's' | 'u' | 'x' | 'store'): GuestAccess => ({
  bytes,
  signed: kind === 's',
  asExecute: kind === 'x',
  store: kind === 'store',
})

const GUEST_ACCESSES: Readonly<Partial<Record<SystemCall, GuestAccess>>> = {
  'hlv.b': access(1, 's'),
  'hlv.bu': access(1, 'u'),
  'hlv.h': access(2, 's'),
  'hlv.hu': access(2, 'u'),
  'hlvx.hu': access(2, 'x'),
  'hlv.w': access(4, 's'),
  'hlv.wu': access(4, 'u'),
  'hlvx.wu': access(4, 'x'),
  'hlv.d': access(8, 's'),
  'hsv.b': access(1, 'store'),
  'hsv.h': access(2, 'store'),
  'hsv.w': access(4, 'store'),
  'hsv.d': access(8, 'store'),
}

/** HLV, HLVX and HSV: HS accesses memory as its guest would. */
function guestAccess(hart: Hart, call: SystemCall, operands: Operands): boolean {
  const kind = GUEST_ACCESSES[call]!
  if (hart.virtualised) {
    takeVirtual(hart)
    return true
  }
  if (hart.privilege === USER && (hart.lo(CELL.hstatus) & HU) === 0) {
    takeIllegal(hart)
    return true
  }
  const from = guestViewpoint(hart, kind.asExecute)
  const hi = hart.hi(operands.rs1)
  const lo = hart.lo(operands.rs1)
  if (kind.store) {
    hart.put(VALUE, hart.hi(operands.rs2), hart.lo(operands.rs2))
    if (!store(hart, hi, lo, kind.bytes, from)) return true
  } else {
    if (!load(hart, hi, lo, kind.bytes, from)) return true
    putLoaded(hart, operands.rd, kind)
  }
  return goOn(hart, operands)
}

function putLoaded(hart: Hart, rd: number, kind: GuestAccess): void {
  const value = hart.lo(VALUE)
  const unused = kind.bytes === 8 ? 0 : 32 - 8 * kind.bytes
  const extended = (value << unused) >> unused
  if (kind.bytes === 8) hart.put(rd, hart.hi(VALUE), value)
  else if (kind.signed) hart.put(rd, extended >> 31, extended)
  else hart.put(rd, 0, (value << unused) >>> unused)
}
