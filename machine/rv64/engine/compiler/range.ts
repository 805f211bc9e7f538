// What is known of the values in a block: bounds of registers and temporaries, as signed 64-bit numbers.
// Invariant: a bound is right whatever ran before the block; what is not known has none.

import type { Binary, Expression } from '../../isa/ir.ts'
import type { Placed } from './value.ts'

/** Both inclusive, and exact as doubles. */
export interface Range {
  readonly least: number
  readonly most: number
}

const MOST = 2 ** 52
const BIT: Range = { least: 0, most: 1 }

/** The range of the signed numbers of so many bits. */
export const signedRange = (bits: number): Range => ({
  least: -(2 ** (bits - 1)),
  most: 2 ** (bits - 1) - 1,
})
export const unsignedRange = (bits: number): Range => ({ least: 0, most: 2 ** bits - 1 })

export const within = (inner: Range | undefined, outer: Range): boolean =>
  inner !== undefined && inner.least >= outer.least && inner.most <= outer.most

export class Ranges {
  readonly #registers = new Map<number, Range | undefined>()
  readonly #temporaries = new Map<number, Range | undefined>()

  /** A block begins. */
  forget(): void {
    this.#registers.clear()
    this.#temporaries.clear()
  }

  setRegister(register: number, range: Range | undefined): void {
    this.#registers.set(register, range)
  }

  setTemporary(index: number, range: Range | undefined): void {
    this.#temporaries.set(index, range)
  }

  of(expression: Expression, at: Placed): Range | undefined {
    const { instruction } = at
    switch (expression.is) {
      case 'constant':
        return single(Number(BigInt.asIntN(64, expression.value)))
      case 'immediate':
        return single(instruction.immediate)
      case 'register': {
        const register = instruction[expression.field]
        return register === 0 ? single(0) : this.#registers.get(register)
      }
      case 'temporary':
        return this.#temporaries.get(expression.index)
      case 'binary':
        return combined(expression.op, this.of(expression.a, at), this.of(expression.b, at))
      case 'sign': {
        const inner = this.of(expression.a, at)
        const whole = signedRange(expression.bits)
        return within(inner, whole) ? inner : whole
      }
      case 'truth':
        return BIT
      case 'choose':
        return either(this.of(expression.a, at), this.of(expression.b, at))
      case 'pc':
      case 'next':
        return undefined
    }
  }
}

function combined(op: Binary, a: Range | undefined, b: Range | undefined): Range | undefined {
  const count = b !== undefined && b.least === b.most && b.least >= 0 && b.least < 64 ? b.least : -1
  switch (op) {
    case 'add':
      return a && b && exact(a.least + b.least, a.most + b.most)
    case 'sub':
      return a && b && exact(a.least - b.most, a.most - b.least)
    case 'and':
      return masked(a, b)
    case 'or':
    case 'xor':
      return a && b && bitwise(a, b)
    case 'shl':
      return a && count >= 0 ? exact(a.least * 2 ** count, a.most * 2 ** count) : undefined
    case 'shr_u':
      if (count < 0) return undefined
      if (a !== undefined && a.least >= 0) return shifted(a, count)
      return count >= 12 ? unsignedRange(64 - count) : undefined
    case 'shr_s':
      if (count < 0) return undefined
      if (a !== undefined) return shifted(a, count)
      return count >= 12 ? signedRange(64 - count) : undefined
    default:
      return undefined
  }
}

const single = (value: number): Range | undefined => exact(value, value)

/** Undefined where a double would not be exact. */
const exact = (least: number, most: number): Range | undefined =>
  least > -MOST && most < MOST ? { least, most } : undefined

const shifted = ({ least, most }: Range, count: number): Range => ({
  least: Math.floor(least / 2 ** count),
  most: Math.floor(most / 2 ** count),
})

/** An operand that is not negative bounds the result. */
function masked(a: Range | undefined, b: Range | undefined): Range | undefined {
  const bounds = [a, b].flatMap((one) => (one !== undefined && one.least >= 0 ? [one.most] : []))
  if (bounds.length > 0) return { least: 0, most: Math.min(...bounds) }
  return a && b && bitwise(a, b)
}

/** The range of a bitwise result: it has as many bits as the wider operand. */
function bitwise(a: Range, b: Range): Range {
  let bits = 1
  while (!within(a, signedRange(bits)) || !within(b, signedRange(bits))) bits++
  return a.least >= 0 && b.least >= 0 ? unsignedRange(bits - 1) : signedRange(bits)
}

const either = (a: Range | undefined, b: Range | undefined): Range | undefined =>
  a && b && { least: Math.min(a.least, b.least), most: Math.max(a.most, b.most) }
