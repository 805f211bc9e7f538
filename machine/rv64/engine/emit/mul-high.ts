// The high half of a product, which WebAssembly has no operator for.

import { Code } from '../wasm/code.ts'
import { type DefinedFunction, I64 } from '../wasm/encoder.ts'
import { frameOf } from '../wasm/frame.ts'

const FRAME = frameOf({ a: I64, b: I64 }, [I64], { lowLow: I64, middle: I64, other: I64 })
export const PRODUCT = FRAME.type

/** High half of an unsigned 64-bit product, from four products of halves. */
export function mulHighU(): DefinedFunction {
  const { a, b, lowLow, middle, other } = FRAME.local
  const code = new Code()
  const low = (local: number) => code.get(local).i64(0xffff_ffffn).op('i64.and')
  const high = (local: number) => code.get(local).i64(32n).op('i64.shr_u')
  low(a)
  low(b)
  code.op('i64.mul').set(lowLow)
  // middle = high(a) * low(b) + high(lowLow), cannot overflow
  high(a)
  low(b)
  code.op('i64.mul')
  high(lowLow)
  code.op('i64.add').set(middle)
  // other = low(a) * high(b) + low(middle), cannot overflow
  low(a)
  high(b)
  code.op('i64.mul')
  low(middle)
  code.op('i64.add').set(other)
  high(a)
  high(b)
  code.op('i64.mul')
  high(middle)
  code.op('i64.add')
  high(other)
  code.op('i64.add')
  return { type: PRODUCT, locals: FRAME.locals, code: code.bytes }
}
