// ecall, mret and sret without leaving WebAssembly, where no guest and no interrupt is concerned. What
// they do is stated in hart/trap.ts and instructions/system.ts; this is the same for its commonest case.
// Invariant: a function returns 1 and has done all of it, or 0 and nothing.

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
  SUM,
  SUPERVISOR,
  TSR,
} from '../../isa/status.ts'
import {
  BUDGET,
  CELL,
  CONTEXT,
  CONTEXT_BYTES,
  DATA_TLB,
  ECALLS,
  EXTRA,
  FETCH_SET,
  FETCH_TLB,
  PC,
  PRIVILEGE,
  RESERVATION,
  TIMERS,
  TLB_BASE,
  USER_STOP,
  VIRTUALISED,
  WIRES,
} from '../../memory/layout.ts'
import { Code } from '../wasm/code.ts'
import { I32, I64 } from '../wasm/encoder.ts'
import { frameOf } from '../wasm/frame.ts'

/** pc of the instruction, whose cycle is taken; 1: done, pc in the state is the next one's. */
const FRAME = frameOf({ pc: I64 }, [I32], { status: I64, privilege: I32, base: I32 })
export const TRAP = FRAME.type
export const TRAP_LOCALS = FRAME.locals

const LOCAL = FRAME.local
const ELSE = 'else'
const SUM_SHIFT = 31 - Math.clz32(SUM)

/** Bits of the low and the high word of a register. */
const bits = (lo: number, hi = 0): bigint => (BigInt(hi >>> 0) << 32n) | BigInt(lo >>> 0)
const without = (lo: number, hi = 0): bigint => ~bits(lo, hi)

/** `cycles`: what a trap takes. */
export function ecall(cycles: number): Uint8Array {
  return attempt((code) => {
    code.get(LOCAL.privilege).i32(MACHINE).op('i32.ne')
    code.i32(0).memory('i32.load', CELL.medeleg)
    code.get(LOCAL.privilege).i32(CAUSE.ecallU).op('i32.add', 'i32.shr_u').i32(1)
    code.op('i32.and', 'i32.and')
    code.if(
      () => enterSupervisor(code),
      () => enterMachine(code),
    )
    // Counted: the cause is ecallU and the privilege.
    const counter = () => code.get(LOCAL.base).i32(2).op('i32.shl')
    counter()
    counter()
    code.memory('i32.load', ECALLS).i32(1).op('i32.add').memory('i32.store', ECALLS)
    selectContext(code)
    if (cycles === 0) return
    add(code, BUDGET, -cycles)
    add(code, EXTRA, cycles)
  })
}

function add(code: Code, at: number, value: number): void {
  code.i32(0).i32(0).memory('i32.load', at).i32(value).op('i32.add').memory('i32.store', at)
}

function enterMachine(code: Code): void {
  put(code, CELL.mstatus, () => {
    code
      .get(LOCAL.status)
      .i64(without(MIE | MPIE | MPP, MPV_HI | GVA_HI))
      .op('i64.and')
    moved(code, MIE, MPIE)
    code.op('i64.or').get(LOCAL.privilege).op('i64.extend_i32_u')
    code.i64(BigInt(MPP_SHIFT)).op('i64.shl', 'i64.or')
  })
  record(code, CELL.mepc, CELL.mcause, [CELL.mtval, CELL.mtval2, CELL.mtinst])
  go(code, MACHINE, CELL.mtvec)
}

function enterSupervisor(code: Code): void {
  put(code, CELL.mstatus, () => {
    code
      .get(LOCAL.status)
      .i64(without(SIE | SPIE | SPP))
      .op('i64.and')
    moved(code, SIE, SPIE)
    // The privilege is 0 or 1.
    code.op('i64.or').get(LOCAL.privilege).op('i64.extend_i32_u').i64(BigInt(SPP)).op('i64.mul')
    code.op('i64.or')
  })
  put(code, CELL.hstatus, () => {
    code
      .i32(0)
      .memory('i64.load', CELL.hstatus)
      .i64(without(SPV | GVA))
      .op('i64.and')
  })
  record(code, CELL.sepc, CELL.scause, [CELL.stval, CELL.htval, CELL.htinst])
  go(code, SUPERVISOR, CELL.stvec)
}

/** Leaves the privilege that was in LOCAL.base. */
function go(code: Code, privilege: number, tvec: number): void {
  put(code, PC, () => code.i32(0).memory('i64.load', tvec).i64(-4n).op('i64.and'))
  code.get(LOCAL.privilege).set(LOCAL.base)
  code.i32(privilege).set(LOCAL.privilege)
}

function record(code: Code, epc: number, cause: number, zeros: readonly number[]): void {
  put(code, epc, () => code.get(LOCAL.pc))
  put(code, cause, () => {
    code.get(LOCAL.privilege).i32(CAUSE.ecallU).op('i32.add', 'i64.extend_i32_u')
  })
  for (const cell of zeros) put(code, cell, () => code.i64(0n))
}

export function mret(): Uint8Array {
  return attempt((code) => {
    code.get(LOCAL.privilege).i32(MACHINE).op('i32.ne').brIf(ELSE)
    bailIfAwaited(code)
    code.get(LOCAL.status).i64(bits(0, MPV_HI)).op('i64.and', 'i64.eqz', 'i32.eqz').brIf(ELSE)
    bailIfPending(code)
    code.get(LOCAL.status).op('i32.wrap_i64').i32(MPP_SHIFT).op('i32.shr_u').i32(3).op('i32.and')
    code.set(LOCAL.privilege)
    put(code, CELL.mstatus, () => {
      code
        .get(LOCAL.status)
        .i64(without(MIE | MPIE | MPP))
        .op('i64.and')
      moved(code, MPIE, MIE)
      code.op('i64.or').i64(bits(MPIE)).op('i64.or')
    })
    put(code, PC, () => code.i32(0).memory('i64.load', CELL.mepc))
    selectContext(code)
  })
}

export function sret(): Uint8Array {
  return attempt((code) => {
    code.get(LOCAL.privilege).i32(SUPERVISOR).op('i32.ne').brIf(ELSE)
    bailIfAwaited(code)
    code.get(LOCAL.status).i64(bits(TSR)).op('i64.and', 'i64.eqz', 'i32.eqz').brIf(ELSE)
    code.i32(0).memory('i32.load', CELL.hstatus).i32(SPV).op('i32.and').brIf(ELSE)
    bailIfPending(code)
    code.get(LOCAL.status).i64(bits(SPP)).op('i64.and', 'i64.eqz', 'i32.eqz').set(LOCAL.privilege)
    put(code, CELL.mstatus, () => {
      code
        .get(LOCAL.status)
        .i64(without(SIE | SPIE | SPP))
        .op('i64.and')
      moved(code, SPIE, SIE)
      code.op('i64.or').i64(bits(SPIE)).op('i64.or')
    })
    put(code, PC, () => code.i32(0).memory('i64.load', CELL.sepc))
    selectContext(code)
  })
}

/** The frame of all three: nothing of a guest, nor of another mode's memory. */
function attempt(inside: (code: Code) => void): Uint8Array {
  const code = new Code()
  code.block(ELSE, () => {
    code.i32(0).memory('i32.load', VIRTUALISED).brIf(ELSE)
    code.i32(0).memory('i64.load', CELL.mstatus).set(LOCAL.status)
    code.get(LOCAL.status).i64(bits(MPRV)).op('i64.and', 'i64.eqz', 'i32.eqz').brIf(ELSE)
    code.i32(0).memory('i32.load', PRIVILEGE).set(LOCAL.privilege)
    inside(code)
    code.i32(0).i32(0).memory('i32.store', RESERVATION)
    code.i32(1).op('return')
  })
  code.i32(0)
  return code.bytes
}

/** Whether an interrupt is taken then is not asked here. */
function bailIfPending(code: Code): void {
  code.i32(0).memory('i32.load', CELL.pending).i32(0).memory('i32.load', WIRES).op('i32.or')
  code.i32(0).memory('i32.load', TIMERS).op('i32.or')
  code.i32(0).memory('i32.load', CELL.mie).op('i32.and').brIf(ELSE)
}

/** Leaves by ELSE if a caller waits for the hart to come to user mode. */
function bailIfAwaited(code: Code): void {
  code.i32(0).memory('i32.load', USER_STOP).brIf(ELSE)
}

/** The new privilege is LOCAL.privilege; SUM is as in LOCAL.status. */
function selectContext(code: Code): void {
  code.i32(0).get(LOCAL.privilege).memory('i32.store', PRIVILEGE)
  code.get(LOCAL.privilege).i32(SUPERVISOR).op('i32.eq')
  code.if(
    () => {
      code.get(LOCAL.status).op('i32.wrap_i64').i32(SUM_SHIFT).op('i32.shr_u').i32(1)
      code.op('i32.and').i32(CONTEXT.S).op('i32.add').set(LOCAL.base)
    },
    () => {
      code.get(LOCAL.privilege).op('i32.eqz').i32(CONTEXT.U).op('i32.mul').set(LOCAL.base)
    },
  )
  code.get(LOCAL.base).i32(CONTEXT_BYTES).op('i32.mul')
  code.i32(0).memory('i32.load', TLB_BASE).op('i32.add').set(LOCAL.base)
  code.i32(0).get(LOCAL.base).memory('i32.store', DATA_TLB)
  // Fetches do not ask for SUM.
  code.i32(0).get(LOCAL.base)
  code.get(LOCAL.status).op('i32.wrap_i64').i32(SUM_SHIFT).op('i32.shr_u').i32(1).op('i32.and')
  code.get(LOCAL.privilege).i32(SUPERVISOR).op('i32.eq', 'i32.and')
  code.i32(CONTEXT_BYTES).op('i32.mul', 'i32.sub').i32(FETCH_SET).op('i32.add')
  code.memory('i32.store', FETCH_TLB)
}

/** A bit of LOCAL.status at the place of another one. */
function moved(code: Code, from: number, to: number): void {
  code.get(LOCAL.status).i64(bits(from)).op('i64.and')
  if (to > from) code.i64(BigInt(Math.log2(to / from))).op('i64.shl')
  else code.i64(BigInt(Math.log2(from / to))).op('i64.shr_u')
}

function put(code: Code, at: number, value: () => void): void {
  code.i32(0)
  value()
  code.memory('i64.store', at)
}
