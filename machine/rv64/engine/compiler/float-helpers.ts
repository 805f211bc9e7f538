// Functions on doubles that compiled code calls: whether a result is exact, where NX is not raised yet, and
// the fused operations, which WebAssembly has not got. Invariant: they are float/fused.ts again, for
// operands of ordinary size.

import { Code } from '../wasm/code.ts'
import {
  type DefinedFunction,
  encodeModule,
  F32,
  F64,
  type FunctionType,
  I32,
  I64,
} from '../wasm/encoder.ts'

/** Operands and the result; 1 if that may not be all of it. */
export const LOSS: FunctionType = { parameters: [F64, F64, F64], results: [I32] }
/** a * b + c. */
export const FUSED: FunctionType = { parameters: [F64, F64, F64], results: [F64] }
/** The same of singles, which come as doubles. */
export const FUSED_SINGLE: FunctionType = { parameters: [F64, F64, F64], results: [F32] }

/** Splits a double into halves whose products are exact (Dekker). */
const SPLITTER = 2 ** 27 + 1
const [A, B, C] = [0, 1, 2]
const SUM_TO_ODD = 6

/** Exports the functions by the names of CALL. */
export function floatHelpers(memoryPages: number): Uint8Array {
  const functions: readonly DefinedFunction[] = [
    { type: LOSS, locals: [F64, F64], code: sum(), exported: 'sum' },
    { type: LOSS, locals: [], code: unlessProduct(A, B, C), exported: 'product' },
    { type: LOSS, locals: [], code: unlessProduct(C, B, A), exported: 'quotient' },
    { type: LOSS, locals: [], code: unlessProduct(C, C, A), exported: 'root' },
    { type: FUSED, locals: new Array(9).fill(F64), code: fused(), exported: 'fused' },
    { type: FUSED_SINGLE, locals: [], code: fusedSingle(), exported: 'fusedSingle' },
    { type: { parameters: [F64, F64], results: [F64] }, locals: [F64, F64, I64], code: sumToOdd() },
  ]
  return encodeModule({ imports: [], memoryPages, functions })
}

/** What a + b loses when it is rounded to `sum`; `rest` is a local for its use. */
function lostBySum(code: Code, a: number, b: number, sum: number, rest: number): void {
  code.get(sum).get(a).op('f64.sub').set(rest)
  code.get(a).get(sum).get(rest).op('f64.sub', 'f64.sub')
  code.get(b).get(rest).op('f64.sub', 'f64.add')
}

function sum(): Uint8Array {
  const [whole, rest] = [3, 4]
  const code = new Code()
  code.get(A).get(B).op('f64.add').tee(whole).get(C).op('f64.ne')
  lostBySum(code, A, B, whole, rest)
  code.f64(0).op('f64.ne', 'i32.or')
  return code.bytes
}

/** A product of two such numbers is exact. */
const isLong = (code: Code, value: number): Code =>
  code.get(value).op('f32.demote_f64', 'f64.promote_f32').get(value).op('f64.ne')

/** Whether `a * b` is not `whole`, or may not be, all that it is. */
function unlessProduct(a: number, b: number, whole: number): Uint8Array {
  const code = new Code()
  isLong(code, a)
  isLong(code, b).op('i32.or')
  code.get(a).get(b).op('f64.mul').get(whole).op('f64.ne', 'i32.or')
  return code.bytes
}

/** a + b, and if that is not exact, of its two neighbours the one with an odd last bit. */
function sumToOdd(): Uint8Array {
  const [whole, lost, bits] = [2, 3, 4]
  const code = new Code()
  code.get(A).get(B).op('f64.add').set(whole)
  lostBySum(code, A, B, whole, lost)
  code.tee(lost).f64(0).op('f64.eq')
  code.if(() => code.get(whole).op('return'))
  code.get(whole).op('i64.reinterpret_f64').tee(bits).op('i32.wrap_i64').i32(1).op('i32.and')
  code.if(() => code.get(whole).op('return'))
  code.get(bits).i64(1n).i64(-1n)
  code.get(lost).f64(0).op('f64.gt').get(whole).f64(0).op('f64.gt', 'i32.eq', 'select')
  code.op('i64.add', 'f64.reinterpret_i64')
  return code.bytes
}

function fused(): Uint8Array {
  const [highA, lowA, highB, lowB, whole, rest, low, high, scratch] = [3, 4, 5, 6, 7, 8, 9, 10, 11]
  const code = new Code()
  code.get(C).f64(0).op('f64.eq')
  code.if(() => code.get(A).get(B).op('f64.mul', 'return'))
  for (const [value, upper, lower] of [
    [A, highA, lowA],
    [B, highB, lowB],
  ] as const) {
    code.get(value).f64(SPLITTER).op('f64.mul').tee(scratch)
    code.get(scratch).get(value).op('f64.sub', 'f64.sub').tee(upper)
    code.get(value).op('f64.sub', 'f64.neg').set(lower)
  }
  code.get(lowA).get(lowB).op('f64.mul')
  code.get(A).get(B).op('f64.mul').tee(whole)
  code.get(highA).get(highB).op('f64.mul', 'f64.sub')
  code.get(lowA).get(highB).op('f64.mul', 'f64.sub')
  code.get(highA).get(lowB).op('f64.mul', 'f64.sub', 'f64.sub').set(rest)
  code.get(C).get(rest).op('f64.add').set(low)
  code.get(whole).get(low).op('f64.add').tee(high)
  lostBySum(code, C, rest, low, scratch)
  lostBySum(code, whole, low, high, scratch)
  code.call(SUM_TO_ODD).op('f64.add')
  return code.bytes
}

function fusedSingle(): Uint8Array {
  const code = new Code()
  code.get(A).get(B).op('f64.mul').get(C).call(SUM_TO_ODD).op('f32.demote_f64')
  return code.bytes
}
