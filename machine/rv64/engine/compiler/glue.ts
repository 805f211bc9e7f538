// What compiled regions call: WebAssembly between them and the shared slow paths, so that 64-bit
// values do not become bigint on the way. Invariant: pc and budget are in the state before the slow
// path begins; the result is what the access took off the budget, or TRAPPED_STATUS.

import { BUDGET, PC, VALUE } from '../../memory/layout.ts'
import type { CodeTiming } from '../code/code-timing.ts'
import { mulHighU } from '../interpreter/module.ts'
import { loadRefill, storeRefill } from '../paging/refill.ts'
import { Code } from '../wasm/code.ts'
import { encodeModule, type FunctionType, I32, I64 } from '../wasm/encoder.ts'
import { ecall, mret, sret, TRAP, TRAP_LOCALS } from './trap.ts'

/** What the slow paths return if they trapped; budget put aside counts as taken. */
export const TRAPPED_STATUS = -1

/** Address, pc, budget, bytes; a store has its value after the address. */
export const LOAD_TYPE: FunctionType = { parameters: [I64, I64, I32, I32], results: [I32] }
export const STORE_TYPE: FunctionType = { parameters: [I64, I64, I64, I32, I32], results: [I32] }
/** Slot; what the fetch took off the budget. */
export const LINE_TYPE: FunctionType = { parameters: [I32], results: [I32] }
export const NOTHING: FunctionType = { parameters: [], results: [] }
export const PRODUCT: FunctionType = { parameters: [I64, I64], results: [I64] }
const ACCESS: FunctionType = { parameters: [I32, I32, I32], results: [I32] }

/** Functions by number: two imports, then its own. */
const LOAD = 0
const STORE = 1
const REFILL_CALL = 8

/** Imports `load` and `store`, which return 1 if they trapped; exports what regions call. */
export function glueModule(memoryPages: number, ramPages: number, timing: CodeTiming): Uint8Array {
  const modelled = timing.lines // then what misses has been to the model already
  const refills = modelled ? [] : [loadRefill(ramPages), storeRefill(ramPages)]
  return encodeModule({
    imports: [
      { name: 'load', type: ACCESS },
      { name: 'store', type: ACCESS },
    ],
    memoryPages,
    functions: [
      { type: LOAD_TYPE, locals: [I32], code: access(LOAD, 1, modelled), exported: 'load' },
      { type: STORE_TYPE, locals: [I32], code: access(STORE, 2, modelled), exported: 'store' },
      { type: PRODUCT, locals: [I64, I64, I64], code: mulHighU(), exported: 'mulHighU' },
      { type: TRAP, locals: TRAP_LOCALS, code: ecall(timing.trap), exported: 'ecall' },
      { type: TRAP, locals: TRAP_LOCALS, code: mret(), exported: 'mret' },
      { type: TRAP, locals: TRAP_LOCALS, code: sret(), exported: 'sret' },
      ...refills,
    ],
  })
}

/** `pc` is the local that holds it; budget and bytes follow. */
function access(call: number, pc: number, modelled: boolean): Uint8Array {
  const address = 0
  const [budget, bytes] = [pc + 1, pc + 2]
  const code = new Code()
  if (call === STORE) code.i32(0).get(1).memory('i64.store', VALUE)
  if (!modelled) {
    code
      .get(address)
      .get(bytes)
      .call(REFILL_CALL + call)
    code.if(() => code.i32(0).op('return'))
  }
  code.i32(0).get(pc).memory('i64.store', PC)
  code.i32(0).get(budget).memory('i32.store', BUDGET)
  code.get(address).i64(32n).op('i64.shr_u', 'i32.wrap_i64')
  code.get(address).op('i32.wrap_i64').get(bytes).call(call)
  code.if(() => code.i32(TRAPPED_STATUS).op('return'))
  code.get(budget).i32(0).memory('i32.load', BUDGET).op('i32.sub')
  return code.bytes
}
