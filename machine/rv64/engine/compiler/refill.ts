// A read that misses the soft TLB, without leaving WebAssembly: the commonest walk (Sv39, no guest, three
// levels in RAM, A set, PMP open over all of RAM, no memory errors) and the new entry. Invariant: it does
// what mmu/data.ts and mmu/sv39.ts would do, or nothing at all.

import {
  CELL,
  DATA_TLB,
  ERRORS,
  PMP_OPEN,
  PRIVILEGE,
  RAM,
  VALUE,
  VIRTUALISED,
} from '../../hart/state.ts'
import { MACHINE, SUM } from '../../hart/status.ts'
import { PTE_A, PTE_D, PTE_LEAF, PTE_R, PTE_U, PTE_V } from '../../mmu/pte.ts'
import { TLB_LOG, TLB_LOG_ENTRIES, TLB_MASK, TLB_SHIFT } from '../../mmu/tlb.ts'
import { RAM_BASE } from '../../ram.ts'
import { Code } from '../wasm/code.ts'
import { type FunctionType, I32, I64, type ValueType } from '../wasm/encoder.ts'

/** Address and bytes; 1: VALUE holds what was read, 0: nothing has happened. */
export const REFILL: FunctionType = { parameters: [I64, I32], results: [I32] }
export const REFILL_LOCALS: readonly ValueType[] = [I64, I64, I32, I32, I32]

const LOCAL = { address: 0, bytes: 1, pte: 2, frame: 3, page: 4, entry: 5, count: 6 } as const
const FIRST_FRAME = RAM_BASE / 4096
const LEVELS = [2, 1, 0] as const
/** Bits that an entry which points to a table has not. */
const NOT_TABLE = PTE_LEAF | PTE_U | PTE_A | PTE_D
const ELSE = 'else'

/** `beside`: where page-grain sets lie, from those that DATA_TLB tells. */
export function refill(ramPages: number, beside = 0): Uint8Array {
  const code = new Code()
  code.block(ELSE, () => {
    checkContext(code)
    code.i32(0).memory('i64.load', CELL.satp).i64(0xfff_ffff_ffffn).op('i64.and')
    code.i64(BigInt(FIRST_FRAME)).op('i64.sub')
    takePage(code, ramPages)
    for (const level of LEVELS) {
      step(code, level)
      if (level > 0) takePage(code, ramPages)
    }
    checkUser(code)
    takePage(code, ramPages)
    enter(code, beside)
    read(code)
    code.i32(1).op('return')
  })
  code.i32(0)
  return code.bytes
}

/** In S or U under Sv39, within a page, at a canonical address. */
function checkContext(code: Code): void {
  code.i32(0).memory('i32.load', PMP_OPEN).op('i32.eqz').brIf(ELSE)
  code.i32(0).memory('i32.load', ERRORS).brIf(ELSE)
  code.i32(0).memory('i32.load', VIRTUALISED).brIf(ELSE)
  code.i32(0).memory('i32.load', PRIVILEGE).i32(MACHINE).op('i32.eq').brIf(ELSE)
  code.i32(0).memory('i64.load', CELL.satp).i64(60n).op('i64.shr_u')
  code.i64(8n).op('i64.ne').brIf(ELSE)
  code.get(LOCAL.address).i64(25n).op('i64.shl').i64(25n).op('i64.shr_s')
  code.get(LOCAL.address).op('i64.ne').brIf(ELSE)
  code.get(LOCAL.address).op('i32.wrap_i64').i32(0xfff).op('i32.and')
  code.get(LOCAL.bytes).op('i32.add').i32(4096).op('i32.gt_u').brIf(ELSE)
}

/** A frame, counted from the first of RAM, is on the stack. */
function takePage(code: Code, ramPages: number): void {
  code.op('i32.wrap_i64').tee(LOCAL.page).i32(ramPages).op('i32.ge_u').brIf(ELSE)
}

/** Reads the entry of a level in the table LOCAL.page; leaves the frame that it names. */
function step(code: Code, level: number): void {
  code.get(LOCAL.page).i32(12).op('i32.shl')
  code
    .get(LOCAL.address)
    .i64(BigInt(12 + 9 * level))
    .op('i64.shr_u', 'i32.wrap_i64')
  code.i32(511).op('i32.and').i32(3).op('i32.shl', 'i32.or').memory('i64.load', RAM)
  code.tee(LOCAL.pte).i64(32n).op('i64.shr_u', 'i64.eqz', 'i32.eqz').brIf(ELSE)
  const mask = level > 0 ? NOT_TABLE | PTE_V : PTE_R | PTE_A | PTE_V
  const wanted = level > 0 ? PTE_V : mask
  code.get(LOCAL.pte).i64(BigInt(mask)).op('i64.and').i64(BigInt(wanted)).op('i64.ne').brIf(ELSE)
  code.get(LOCAL.pte).i64(10n).op('i64.shr_u').i64(BigInt(FIRST_FRAME)).op('i64.sub')
}

/** U needs a page of its own, S one of its own or SUM. The frame stays on the stack. */
function checkUser(code: Code): void {
  code.set(LOCAL.frame)
  code.get(LOCAL.pte).op('i32.wrap_i64').i32(PTE_U).op('i32.and', 'i32.eqz')
  code.if(
    () => code.i32(0).memory('i32.load', PRIVILEGE).op('i32.eqz').brIf(ELSE),
    () => {
      code.i32(0).memory('i32.load', PRIVILEGE).i32(0).op('i32.ne')
      code.i32(0).memory('i32.load', CELL.mstatus).i32(SUM).op('i32.and', 'i32.eqz', 'i32.and')
      code.brIf(ELSE)
    },
  )
  code.get(LOCAL.frame)
}

/** LOCAL.page is the frame. An entry that was empty is noted, so that a fence finds it. */
function enter(code: Code, beside: number): void {
  code.i32(0).memory('i32.load', DATA_TLB)
  code.get(LOCAL.address).i64(BigInt(TLB_SHIFT)).op('i64.shr_u', 'i32.wrap_i64')
  code.i32(TLB_MASK).op('i32.and', 'i32.add').i32(beside).op('i32.add').set(LOCAL.entry)
  code.get(LOCAL.entry).memory('i64.load').i64(-1n).op('i64.eq')
  code.if(() => {
    code.i32(TLB_LOG).memory('i32.load').tee(LOCAL.count)
    code.i32(TLB_LOG_ENTRIES).op('i32.ge_u').brIf(ELSE)
    code
      .get(LOCAL.count)
      .i32(2)
      .op('i32.shl')
      .get(LOCAL.entry)
      .memory('i32.store', TLB_LOG + 4)
    code.i32(TLB_LOG).get(LOCAL.count).i32(1).op('i32.add').memory('i32.store')
  })
  code.get(LOCAL.entry).get(LOCAL.address).i64(-4096n).op('i64.and').memory('i64.store')
  code.get(LOCAL.entry).get(LOCAL.page).i32(12).op('i32.shl').i32(RAM).op('i32.add')
  code.get(LOCAL.address).op('i32.wrap_i64').i32(-4096).op('i32.and', 'i32.sub')
  code.memory('i32.store', 8)
}

/** Into VALUE, of which the reader looks at so many bytes. */
function read(code: Code): void {
  code.get(LOCAL.address).op('i32.wrap_i64').get(LOCAL.entry).memory('i32.load', 8)
  code.op('i32.add').set(LOCAL.page)
  const sizes = [
    [8, 'i64.load'],
    [4, 'i64.load32_u'],
    [2, 'i64.load16_u'],
    [1, 'i64.load8_u'],
  ] as const
  for (const [bytes, operator] of sizes) {
    code.get(LOCAL.bytes).i32(bytes).op('i32.eq')
    code.if(() => code.i32(0).get(LOCAL.page).memory(operator).memory('i64.store', VALUE))
  }
}
