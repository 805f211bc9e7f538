// What compiled regions call: WebAssembly between them and the shared slow paths, so that 64-bit
// values do not become bigint on the way. Invariant: pc and budget are in the state before the slow
// path begins; the result is a STATUS.

import { BUDGET, PC, VALUE } from '../../hart/state.ts'
import { mulHighU } from '../interpreter/module.ts'
import { Code } from '../wasm/code.ts'
import { encodeModule, type FunctionType, I32, I64 } from '../wasm/encoder.ts'
import { REFILL, REFILL_LOCALS, refill } from './refill.ts'
import { ecall, mret, sret, TRAP, TRAP_LOCALS } from './trap.ts'

/** What the slow paths return: go on, trapped, or done but the slice ends here. */
export const STATUS = { on: 0, trapped: 1, stop: 2 } as const

/** Address, pc, budget, bytes; a store has its value after the address. */
export const LOAD_TYPE: FunctionType = { parameters: [I64, I64, I32, I32], results: [I32] }
export const STORE_TYPE: FunctionType = { parameters: [I64, I64, I64, I32, I32], results: [I32] }
export const NOTHING: FunctionType = { parameters: [], results: [] }
export const PRODUCT: FunctionType = { parameters: [I64, I64], results: [I64] }
const ACCESS: FunctionType = { parameters: [I32, I32, I32], results: [I32] }

/** Functions by number: two imports, then its own. */
const LOAD = 0
const STORE = 1
const REFILL_CALL = 8

/** Imports `load` and `store`, which return 1 if they trapped; exports load, store and mulHighU. */
export function glueModule(memoryPages: number, ramPages: number): Uint8Array {
  return encodeModule({
    imports: [
      { name: 'load', type: ACCESS },
      { name: 'store', type: ACCESS },
    ],
    memoryPages,
    functions: [
      { type: LOAD_TYPE, locals: [], code: access(LOAD, 1), exported: 'load' },
      { type: STORE_TYPE, locals: [], code: access(STORE, 2), exported: 'store' },
      { type: PRODUCT, locals: [I64, I64, I64], code: mulHighU(), exported: 'mulHighU' },
      { type: TRAP, locals: TRAP_LOCALS, code: ecall(), exported: 'ecall' },
      { type: TRAP, locals: TRAP_LOCALS, code: mret(), exported: 'mret' },
      { type: TRAP, locals: TRAP_LOCALS, code: sret(), exported: 'sret' },
      { type: REFILL, locals: REFILL_LOCALS, code: refill(ramPages) },
    ],
  })
}

/** `pc` is the local that holds it; budget and bytes follow. */
function access(call: number, pc: number): Uint8Array {
  const address = 0
  const [budget, bytes] = [pc + 1, pc + 2]
  const code = new Code()
  if (call === STORE) code.i32(0).get(1).memory('i64.store', VALUE)
  else {
    code.get(address).get(bytes).call(REFILL_CALL)
    code.if(() => code.i32(STATUS.on).op('return'))
  }
  code.i32(0).get(pc).memory('i64.store', PC)
  code.i32(0).get(budget).memory('i32.store', BUDGET)
  code.get(address).i64(32n).op('i64.shr_u', 'i32.wrap_i64')
  code.get(address).op('i32.wrap_i64').get(bytes).call(call)
  code.if(() => code.i32(STATUS.trapped).op('return'))
  code.i32(STATUS.stop).i32(STATUS.on)
  code.i32(0).memory('i32.load', BUDGET).get(budget).op('i32.ne', 'select')
  return code.bytes
}
