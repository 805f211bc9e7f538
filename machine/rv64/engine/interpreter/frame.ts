// The frame of the interpreter's function: its locals, what it calls, its loops, and the few moves
// that every handler shares. Invariant: whoever calls out has spilled, and reloads the budget after.

import { BUDGET, EXTRA, SLOT } from '../../memory/layout.ts'
import { SLOT_SHIFT, SLOT_STEP } from '../code/slot.ts'
import type { Code } from '../wasm/code.ts'

/** Locals of the interpreter's function. */
export const LOCAL = {
  slot: 0,
  budget: 1,
  pageSlots: 2,
  dataTlb: 3,
  entry: 4,
  host: 5,
  pc: 6,
  pageVa: 7,
  address: 8,
  temporary0: 9,
  temporary1: 10,
  /** Where the flags of the page lie, in this context. */
  flags: 11,
} as const

/** Functions by number, imports first. */
export const CALL = {
  load: 0,
  store: 1,
  system: 2,
  step: 3,
  fetch: 4,
  decode: 5,
  across: 6,
  hot: 7,
  line: 8,
  fetchRefill: 9,
  guarded: 10,
  /** Or, where caches are modelled, the model's read and write. */
  loadRefill: 11,
  storeRefill: 12,
  mulHighU: 13,
} as const

/** Loops of the interpreter, outermost first; see module.ts. */
export const RELOAD = 'reload'
export const LOOKUP = 'lookup'
/** Only where code is compiled: counts jumps to `slot`, then goes on to NEXT. */
export const COUNT = 'count'
export const NEXT = 'next'
/** Only where caches are modelled: `slot` has started, and may still have to be fetched and decoded. */
export const DISPATCH = 'dispatch'

export const temporaryLocal = (index: number): number => LOCAL.temporary0 + index

/** Puts slot and budget where the shared code finds them. */
export function spill(code: Code): void {
  code.i32(0).get(LOCAL.slot).memory('i32.store', SLOT)
  code.i32(0).get(LOCAL.budget).memory('i32.store', BUDGET)
}

export function reloadBudget(code: Code): void {
  code.i32(0).memory('i32.load', BUDGET).set(LOCAL.budget)
}

/** The instruction takes so many cycles beyond its first; fewer if negative. */
export function charge(code: Code, cycles: number): void {
  code.get(LOCAL.budget).i32(cycles).op('i32.sub').set(LOCAL.budget)
  code.i32(0).i32(0).memory('i32.load', EXTRA).i32(cycles).op('i32.add').memory('i32.store', EXTRA)
}

export function currentPc(code: Code): void {
  code.get(LOCAL.slot).get(LOCAL.pageSlots).op('i32.sub').i32(SLOT_SHIFT).op('i32.shr_u')
  code.op('i64.extend_i32_u').get(LOCAL.pageVa).op('i64.add')
}

/** On to the next instruction in memory. */
export function stepOn(code: Code): void {
  code.get(LOCAL.slot).get(LOCAL.slot).memory('i32.load16_u', SLOT_STEP)
  code.op('i32.add').set(LOCAL.slot).br(NEXT)
}
