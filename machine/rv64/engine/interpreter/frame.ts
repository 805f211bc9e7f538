// The frame of the interpreter's function: its locals, its loops, and the few moves
// that every handler shares. Invariant: a handler that calls out has spilled, and reloads the budget after.

import { BUDGET, EXTRA, SLOT } from '../../memory/layout.ts'
import { SLOT_SHIFT, SLOT_STEP } from '../code/slot.ts'
import type { Code } from '../wasm/code.ts'
import { I32, I64 } from '../wasm/encoder.ts'
import { frameOf } from '../wasm/frame.ts'

const FRAME = frameOf({}, [], {
  slot: I32,
  budget: I32,
  pageSlots: I32,
  dataTlb: I32,
  entry: I32,
  host: I32,
  pc: I64,
  pageVa: I64,
  address: I64,
  temporary0: I64,
  temporary1: I64,
  /** Where the flags of the page lie, in this context. */
  flags: I32,
})
/** Locals of the interpreter's function, and their types. */
export const LOCAL = FRAME.local
export const LOCALS = FRAME.locals

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

/** Goes on to the next instruction in memory. */
export function stepOn(code: Code): void {
  code.get(LOCAL.slot).get(LOCAL.slot).memory('i32.load16_u', SLOT_STEP)
  code.op('i32.add').set(LOCAL.slot).br(NEXT)
}
