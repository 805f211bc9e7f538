// Whether the host's WebAssembly multiplies and adds with one rounding. Relaxed SIMD leaves that open, but
// each host does it one way always, so a trial decides. Invariant: yes only if it is exact.

import { fusedToNearest } from '../../float/fused.ts'
import { Code } from '../wasm/code.ts'
import { type DefinedFunction, encodeModule, F32, F64, type ValueType } from '../wasm/encoder.ts'

type Operation = (a: number, b: number, c: number) => number

/** Leaves a * b + c, from functions that put them on the stack, as doubles or singles. */
export function multiplyAdd(
  code: Code,
  width: 'f64' | 'f32',
  operands: readonly (() => void)[],
): Code {
  const shape = width === 'f64' ? 'f64x2' : 'f32x4'
  for (const operand of operands) {
    operand()
    code.vector(`${shape}.splat`)
  }
  return code.vector(`${shape}.relaxed_madd`).firstLane(shape)
}

export const hostFuses: boolean = tryOut()

function tryOut(): boolean {
  const functions = (['f64', 'f32'] as const).map((width): DefinedFunction => {
    const code = new Code()
    const operands = [0, 1, 2].map((local) => () => code.get(local))
    multiplyAdd(code, width, operands)
    const type: ValueType = width === 'f64' ? F64 : F32
    const form = { parameters: [type, type, type], results: [type] }
    return { type: form, locals: [], code: code.bytes, exported: width }
  })
  const bytes = encodeModule({ imports: [], memoryPages: 1, functions })
  if (!WebAssembly.validate(bytes)) return false // before V8 11.4
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 })
  const module = new WebAssembly.Module(bytes)
  const { exports } = new WebAssembly.Instance(module, { env: { memory } })
  return isFused(exports.f64 as Operation, 2 ** -52) && isFused(exports.f32 as Operation, 2 ** -23)
}

/** The square of 1 + e less 1 + 2e is e * e, all of which two roundings lose. */
function isFused(operation: Operation, e: number): boolean {
  const [a, c] = [1 + e, -(1 + 2 * e)]
  return operation(a, a, c) === e * e && fusedToNearest(a, a, c) === e * e
}
