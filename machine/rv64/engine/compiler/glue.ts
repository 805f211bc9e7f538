// What compiled fragments call: WebAssembly between them and the shared slow paths, so that 64-bit
// values do not become bigint on the way. Invariant: pc and budget are in the state before the slow
// path begins; the result is what the access took off the budget, or TRAPPED_STATUS.

import { BUDGET, PC, VALUE } from '../../memory/layout.ts'
import type { CodeTiming } from '../code/code-timing.ts'
import { mulHighU, PRODUCT } from '../emit/mul-high.ts'
import { loadRefill, REFILL, storeRefill } from '../paging/refill.ts'
import { functionsOf, importsOf, numbersOf } from '../wasm/calls.ts'
import { Code } from '../wasm/code.ts'
import { encodeModule, type FunctionType, I32, I64 } from '../wasm/encoder.ts'
import { frameOf } from '../wasm/frame.ts'
import { ecall, mret, sret, TRAP, TRAP_LOCALS } from './trap.ts'

/** What the slow paths return if they trapped; budget put aside counts as taken. */
export const TRAPPED_STATUS = -1

const LOAD = frameOf({ address: I64, pc: I64, budget: I32, bytes: I32 }, [I32], {})
const STORE = frameOf({ address: I64, value: I64, pc: I64, budget: I32, bytes: I32 }, [I32], {})
export const LOAD_TYPE = LOAD.type
export const STORE_TYPE = STORE.type
/** Slot; what the fetch took off the budget. */
export const LINE_TYPE: FunctionType = { parameters: [I32], results: [I32] }
export const NOTHING: FunctionType = { parameters: [], results: [] }

/** High and low half of the address, bytes; 1: it has trapped. */
const SLOW: FunctionType = { parameters: [I32, I32, I32], results: [I32] }
const IMPORTS = { slowLoad: SLOW, slowStore: SLOW } as const
const OWN = {
  load: LOAD_TYPE,
  store: STORE_TYPE,
  mulHighU: PRODUCT,
  ecall: TRAP,
  mret: TRAP,
  sret: TRAP,
} as const
/** Where caches are modelled, an access that misses has been to the model already. */
const REFILLS = { loadRefill: REFILL, storeRefill: REFILL } as const
const CALL = numbersOf(IMPORTS, { ...OWN, ...REFILLS })

/** Exports what fragments call. */
export function glueModule(memoryPages: number, ramPages: number, timing: CodeTiming): Uint8Array {
  const trap = (code: Uint8Array, exported: string) => ({ locals: TRAP_LOCALS, code, exported })
  const own = functionsOf(OWN, {
    load: { locals: LOAD.locals, code: load(timing), exported: 'load' },
    store: { locals: STORE.locals, code: store(timing), exported: 'store' },
    mulHighU: { ...mulHighU(), exported: 'mulHighU' },
    ecall: trap(ecall(timing.trap), 'ecall'),
    mret: trap(mret(), 'mret'),
    sret: trap(sret(), 'sret'),
  })
  const refills = functionsOf(REFILLS, {
    loadRefill: loadRefill(ramPages),
    storeRefill: storeRefill(ramPages),
  })
  const functions = timing.lines ? own : [...own, ...refills]
  return encodeModule({ imports: importsOf(IMPORTS), memoryPages, functions })
}

function load({ lines }: CodeTiming): Uint8Array {
  const code = new Code()
  if (!lines) refill(code, CALL.loadRefill, LOAD.local)
  slow(code, CALL.slowLoad, LOAD.local)
  return code.bytes
}

function store({ lines }: CodeTiming): Uint8Array {
  const code = new Code()
  code.i32(0).get(STORE.local.value).memory('i64.store', VALUE)
  if (!lines) refill(code, CALL.storeRefill, STORE.local)
  slow(code, CALL.slowStore, STORE.local)
  return code.bytes
}

type Local = typeof LOAD.local

/** The access costs nothing if the soft TLB can be refilled. */
function refill(code: Code, call: number, { address, bytes }: Local): void {
  code.get(address).get(bytes).call(call)
  code.if(() => code.i32(0).op('return'))
}

/** Leaves what the access took off the budget, or TRAPPED_STATUS. */
function slow(code: Code, call: number, { address, pc, budget, bytes }: Local): void {
  code.i32(0).get(pc).memory('i64.store', PC)
  code.i32(0).get(budget).memory('i32.store', BUDGET)
  code.get(address).i64(32n).op('i64.shr_u', 'i32.wrap_i64')
  code.get(address).op('i32.wrap_i64').get(bytes).call(call)
  code.if(() => code.i32(TRAPPED_STATUS).op('return'))
  code.get(budget).i32(0).memory('i32.load', BUDGET).op('i32.sub')
}
