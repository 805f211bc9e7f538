// A load or store that misses the soft TLB, without leaving WebAssembly, if its walk is the commonest one
// (walk.ts) and it stays in its page. Invariant: it does what instructions/data.ts would do, or nothing
// at all.

import { CODE_OF_PAGE, DATA_TLB, RAM, TOUCHED, VALUE, WRITE_SET } from '../../memory/layout.ts'
import { READ, WRITE } from '../../mmu/pte.ts'
import { loadOperator, storeOperator } from '../emit/operators.ts'
import { Code } from '../wasm/code.ts'
import type { DefinedFunction } from '../wasm/encoder.ts'
import { DATA_WALK, ELSE, enter, LOCAL, walk } from './walk.ts'

/** Address and bytes; 1: VALUE holds what was read, or its low bytes are stored; 0: nothing has happened. */
export const REFILL = DATA_WALK.type

/** `beside`: where page-grain sets lie, from those that DATA_TLB tells; then not for guests. */
export function loadRefill(ramPages: number, beside = 0): DefinedFunction {
  return refill((code) => {
    walk(code, { ramPages, guests: beside === 0 }, READ)
    enter(code, DATA_TLB, beside, () => addend(code))
    transfer(code, read)
  })
}

/** A page that holds decoded code must not be in the write set. */
export function storeRefill(ramPages: number): DefinedFunction {
  return refill((code) => {
    walk(code, { ramPages, guests: true }, WRITE)
    code.get(LOCAL.page).i32(1).op('i32.shl').memory('i32.load16_u', CODE_OF_PAGE).brIf(ELSE)
    code.get(LOCAL.page).i32(1).memory('i32.store8', TOUCHED)
    enter(code, DATA_TLB, WRITE_SET, () => addend(code))
    transfer(code, write)
  })
}

function refill(inside: (code: Code) => void): DefinedFunction {
  const code = new Code()
  code.block(ELSE, () => {
    code.get(LOCAL.address).op('i32.wrap_i64').i32(0xfff).op('i32.and')
    code.get(LOCAL.bytes).op('i32.add').i32(4096).op('i32.gt_u').brIf(ELSE)
    inside(code)
    code.i32(1).op('return')
  })
  code.i32(0)
  return { type: REFILL, locals: DATA_WALK.locals, code: code.bytes }
}

/** Host address of LOCAL.page less the virtual one. */
function addend(code: Code): void {
  code.get(LOCAL.page).i32(12).op('i32.shl').i32(RAM).op('i32.add')
  code.get(LOCAL.address).op('i32.wrap_i64').i32(-4096).op('i32.and', 'i32.sub')
}

/** Between memory and VALUE, of which only so many bytes count. */
function transfer(code: Code, move: (code: Code, bytes: number) => void): void {
  code.get(LOCAL.address).op('i32.wrap_i64').get(LOCAL.entry).memory('i32.load', 8)
  code.op('i32.add').set(LOCAL.page)
  for (const bytes of [8, 4, 2, 1]) {
    code.get(LOCAL.bytes).i32(bytes).op('i32.eq')
    code.if(() => move(code, bytes))
  }
}

function read(code: Code, bytes: number): void {
  code.i32(0).get(LOCAL.page).memory(loadOperator(bytes, false)).memory('i64.store', VALUE)
}

function write(code: Code, bytes: number): void {
  code.get(LOCAL.page).i32(0).memory('i64.load', VALUE).memory(storeOperator(bytes))
}
