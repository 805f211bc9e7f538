// The commonest walk as WebAssembly, and the entry that the soft TLB gets by it: Sv39 in one stage, tables
// in RAM where PMP is open, A (and D) set, no memory errors. Invariant: the code that begins it is
// in a block ELSE, which is left before anything has happened if the walk is another one.

import { MACHINE, SUM } from '../../isa/status.ts'
import {
  CELL,
  ERRORS,
  GUEST_LOG,
  LOG_ENTRIES,
  PMP_OPEN,
  PRIVILEGE,
  RAM,
  SUPERVISOR_LOG,
  TLB_BASE,
  TLB_MASK,
  TLB_SHIFT,
  VIRTUALISED,
} from '../../memory/layout.ts'
import { RAM_BASE } from '../../memory/ram.ts'
import {
  type Access,
  EXECUTE,
  PTE_A,
  PTE_D,
  PTE_LEAF,
  PTE_R,
  PTE_U,
  PTE_V,
  PTE_W,
  PTE_X,
} from '../../mmu/pte.ts'
import type { Code } from '../wasm/code.ts'
import { I32, I64 } from '../wasm/encoder.ts'
import { frameOf } from '../wasm/frame.ts'

/** Locals of every function that walks. */
const WALKING = {
  pte: I64,
  frame: I64,
  /** A frame, counted from the first of RAM. */
  page: I32,
  entry: I32,
  log: I32,
  count: I32,
  /** Bits of a page's number that the leaf leaves to the address. */
  span: I32,
} as const
export const DATA_WALK = frameOf({ address: I64, bytes: I32 }, [I32], WALKING)
/** A fetch does not say how many bytes; otherwise its locals are numbered as those of DATA_WALK. */
export const FETCH_WALK = frameOf({ address: I64 }, [I32], { bytes: I32, ...WALKING })
export const LOCAL = DATA_WALK.local
export const ELSE = 'else'
const LEAF = 'leaf'

const FIRST_FRAME = RAM_BASE / 4096
const spanOf = (level: number): number => 2 ** (9 * level) - 1
/** Bits that an entry which points to a table has not. */
const NOT_TABLE = PTE_LEAF | PTE_U | PTE_A | PTE_D
/** Bits, by access, that its leaf must have. */
const WANTED = [PTE_R | PTE_A, PTE_R | PTE_W | PTE_A | PTE_D, PTE_X | PTE_A] as const

export interface Reach {
  readonly ramPages: number
  /** True: translates for a guest too, unless it has a second stage. */
  readonly guests: boolean
}

/** Puts the page that LOCAL.address leads to into LOCAL.page. */
export function walk(code: Code, { ramPages, guests }: Reach, access: Access): void {
  checkContext(code, guests)
  ofGuest(code, CELL.vsatp - CELL.satp)
  code.memory('i64.load', CELL.satp).i64(0xfff_ffff_ffffn).op('i64.and')
  code.i64(BigInt(FIRST_FRAME)).op('i64.sub')
  code.set(LOCAL.frame)
  code.block(LEAF, () => {
    for (const level of [2, 1, 0]) {
      code.get(LOCAL.frame)
      takePage(code, ramPages)
      readEntry(code, level)
      code.i32(spanOf(level)).set(LOCAL.span)
      if (level === 0) continue
      code.get(LOCAL.pte).i64(BigInt(PTE_LEAF)).op('i64.and', 'i64.eqz', 'i32.eqz').brIf(LEAF)
      expectBits(code, NOT_TABLE | PTE_V, PTE_V)
    }
  })
  checkLeaf(code, access)
  code.get(LOCAL.frame).get(LOCAL.address).i64(12n).op('i64.shr_u')
  code.get(LOCAL.span).op('i64.extend_i32_u', 'i64.and', 'i64.add')
  takePage(code, ramPages)
}

/** Goes on only in S or U under Sv39, at a canonical address. */
function checkContext(code: Code, guests: boolean): void {
  code.i32(0).memory('i32.load', ERRORS).brIf(ELSE)
  code.i32(0).memory('i32.load', VIRTUALISED)
  if (guests) {
    code.i32(0).memory('i64.load', CELL.hgatp).i64(60n).op('i64.shr_u', 'i64.eqz', 'i32.eqz')
    code.op('i32.and')
  }
  code.brIf(ELSE)
  code.i32(0).memory('i32.load', PRIVILEGE).i32(MACHINE).op('i32.eq').brIf(ELSE)
  ofGuest(code, CELL.vsatp - CELL.satp)
  code.memory('i64.load', CELL.satp).i64(60n).op('i64.shr_u', 'i64.eqz').brIf(ELSE)
  code.get(LOCAL.address).i64(25n).op('i64.shl').i64(25n).op('i64.shr_s')
  code.get(LOCAL.address).op('i64.ne').brIf(ELSE)
}

/** Leaves what leads from something of HS-mode to the guest's, if that is what executes. */
function ofGuest(code: Code, distance: number): void {
  code.i32(0).memory('i32.load', VIRTUALISED).i32(distance).op('i32.mul')
}

/**
 * A frame, counted from the first of RAM, is on the stack; any number, for tables may hold any. PMP must be
 * open there.
 */
function takePage(code: Code, ramPages: number): void {
  code.tee(LOCAL.frame).i64(BigInt(ramPages)).op('i64.ge_u').brIf(ELSE)
  code.get(LOCAL.frame).op('i32.wrap_i64').tee(LOCAL.page)
  code.i32(0).memory('i32.load', PMP_OPEN).op('i32.lt_u').brIf(ELSE)
}

/** Reads the entry of a level in the table LOCAL.page, and the frame that it names. */
function readEntry(code: Code, level: number): void {
  code.get(LOCAL.page).i32(12).op('i32.shl')
  code
    .get(LOCAL.address)
    .i64(BigInt(12 + 9 * level))
    .op('i64.shr_u', 'i32.wrap_i64')
  code.i32(511).op('i32.and').i32(3).op('i32.shl', 'i32.or').memory('i64.load', RAM)
  code.tee(LOCAL.pte).i64(32n).op('i64.shr_u', 'i64.eqz', 'i32.eqz').brIf(ELSE)
  code.get(LOCAL.pte).i64(10n).op('i64.shr_u').i64(BigInt(FIRST_FRAME)).op('i64.sub')
  code.set(LOCAL.frame)
}

function checkLeaf(code: Code, access: Access): void {
  const wanted = PTE_V | WANTED[access]
  expectBits(code, wanted, wanted)
  // A superpage lies where its size wants it; the first frame of RAM does too.
  code.get(LOCAL.frame).op('i32.wrap_i64').get(LOCAL.span).op('i32.and').brIf(ELSE)
  if (access === EXECUTE) {
    code
      .get(LOCAL.pte)
      .op('i32.wrap_i64')
      .i32(PTE_R | PTE_W)
    code.op('i32.and').i32(PTE_W).op('i32.eq').brIf(ELSE)
    checkOwner(code)
  } else checkUser(code)
}

function expectBits(code: Code, mask: number, wanted: number): void {
  code.get(LOCAL.pte).i64(BigInt(mask)).op('i64.and').i64(BigInt(wanted)).op('i64.ne').brIf(ELSE)
}

/** U executes pages of its own, S all others. */
function checkOwner(code: Code): void {
  code.get(LOCAL.pte).op('i32.wrap_i64').i32(PTE_U).op('i32.and', 'i32.eqz')
  code.i32(0).memory('i32.load', PRIVILEGE).op('i32.ne').brIf(ELSE)
}

/** Checks the owner for data: U needs a page of its own, S one of its own or SUM. */
function checkUser(code: Code): void {
  code.get(LOCAL.pte).op('i32.wrap_i64').i32(PTE_U).op('i32.and', 'i32.eqz')
  code.if(
    () => code.i32(0).memory('i32.load', PRIVILEGE).op('i32.eqz').brIf(ELSE),
    () => {
      code.i32(0).memory('i32.load', PRIVILEGE).i32(0).op('i32.ne')
      ofGuest(code, CELL.vsstatus - CELL.mstatus)
      code.memory('i32.load', CELL.mstatus).i32(SUM).op('i32.and', 'i32.eqz', 'i32.and')
      code.brIf(ELSE)
    },
  )
}

/**
 * Enters `value` for the page of LOCAL.address into the set that lies so far from the one that a cell of the
 * state tells. An entry that was empty is noted, so that a fence finds it.
 */
export function enter(code: Code, cell: number, offset: number, value: () => void): void {
  code.i32(0).memory('i32.load', cell)
  entryOffset(code, LOCAL.address)
  code.op('i32.add').i32(offset).op('i32.add').set(LOCAL.entry)
  code.get(LOCAL.entry).memory('i64.load').i64(-1n).op('i64.eq')
  code.if(() => note(code))
  code.get(LOCAL.entry).get(LOCAL.address).i64(-4096n).op('i64.and').memory('i64.store')
  code.get(LOCAL.entry)
  value()
  code.memory('i32.store', 8)
}

/** Leaves where in a set the entry of the address in a local lies. */
export function entryOffset(code: Code, address: number): void {
  code.get(address).i64(BigInt(TLB_SHIFT)).op('i64.shr_u', 'i32.wrap_i64')
  code.i32(TLB_MASK).op('i32.and')
}

/** Notes the entry in the log, as Tlb does. */
function note(code: Code): void {
  code.i32(0).memory('i32.load', TLB_BASE).i32(SUPERVISOR_LOG).op('i32.add')
  ofGuest(code, GUEST_LOG - SUPERVISOR_LOG)
  code.op('i32.add').tee(LOCAL.log)
  code.memory('i32.load').tee(LOCAL.count).i32(LOG_ENTRIES).op('i32.le_u')
  code.if(() => {
    code.get(LOCAL.log).get(LOCAL.count).i32(1).op('i32.add').memory('i32.store')
    code.get(LOCAL.count).i32(LOG_ENTRIES).op('i32.lt_u')
    code.if(() => {
      code.get(LOCAL.log).get(LOCAL.count).i32(2).op('i32.shl', 'i32.add')
      code.get(LOCAL.entry).memory('i32.store', 4)
    })
  })
}
