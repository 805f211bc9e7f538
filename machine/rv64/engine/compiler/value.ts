// Expressions of the instruction table for one known instruction: what its operands make constant is
// computed now, the rest becomes WebAssembly that leaves an i64 on the stack.

import { binary, extend } from '../../isa/arithmetic.ts'
import type { Decoded } from '../../isa/decode.ts'
import type { Binary, Condition, Expression } from '../../isa/ir.ts'
import type { Code, Operator } from '../wasm/code.ts'
import { I64 } from '../wasm/encoder.ts'
import { CALL } from './calls.ts'
import { EXIT, LOCAL, type RegisterLocals } from './locals.ts'
import { Ranges, signedRange, within } from './range.ts'

/** An instruction where it stands, in bytes from the start of the entry's page. */
export interface Placed {
  readonly instruction: Decoded
  readonly offset: number
}

/** The same with what is known of its cycles. */
export interface Timed extends Placed {
  /** The instruction's own cycles beyond the first. */
  readonly own: number
  /** Taken off the budget already for what follows in the block; of these, beyond one each. */
  readonly rest: number
  readonly extra: number
  /** The least budget: below it the rest of the block is not certain to start. */
  readonly least: number
}

export class Values {
  readonly ranges = new Ranges()
  readonly #code: Code
  readonly #registers: RegisterLocals

  constructor(code: Code, registers: RegisterLocals) {
    this.#code = code
    this.#registers = registers
  }

  emit(expression: Expression, at: Placed): void {
    const code = this.#code
    const known = constantOf(expression, at)
    if (known !== undefined) {
      code.i64(known)
      return
    }
    switch (expression.is) {
      case 'register':
        code.get(this.#registers.of(at.instruction[expression.field]))
        return
      case 'temporary':
        code.get(LOCAL.temporary0 + expression.index)
        return
      case 'pc':
        this.address(at.offset)
        return
      case 'next':
        this.address(at.offset + at.instruction.length)
        return
      case 'binary':
        this.#binary(expression, at)
        return
      case 'sign':
        this.#sign(expression, at)
        return
      case 'truth':
        this.condition(expression.when, at)
        code.op('i64.extend_i32_u')
        return
      case 'choose':
        this.condition(expression.when, at)
        code.if(
          () => this.emit(expression.a, at),
          () => this.emit(expression.b, at),
          I64,
        )
        return
      default:
        throw new Error(`expected a constant, got ${expression.is}`)
    }
  }

  /** Leaves an i32. */
  condition({ op, a, b }: Condition, at: Placed): void {
    this.emit(a, at)
    if (op === 'eq' && constantOf(b, at) === 0n) {
      this.#code.op('i64.eqz')
      return
    }
    this.emit(b, at)
    this.#code.op(`i64.${op}`)
  }

  /** The virtual address at an offset. */
  address(offset: number): void {
    this.#code.get(LOCAL.pageVa)
    if (offset !== 0) this.#code.i64(BigInt(offset)).op('i64.add')
  }

  /** Out of the fragment, to the instruction at an offset. */
  leave(offset: number): void {
    this.address(offset)
    this.#code.set(LOCAL.pc).br(EXIT)
  }

  #sign({ bits, a }: Expression & { is: 'sign' }, at: Placed): void {
    const code = this.#code
    if (bits === 32 && a.is === 'binary' && a.op === 'shr_u') {
      const word = lowWord(a.a)
      const count = constantOf(a.b, at)
      if (word !== undefined && count !== undefined && count < 32n) {
        this.emit(word, at)
        code.op('i32.wrap_i64').i32(Number(count)).op('i32.shr_u')
        code.op(count === 0n ? 'i64.extend_i32_s' : 'i64.extend_i32_u')
        return
      }
    }
    this.emit(a, at)
    if (within(this.ranges.of(a, at), signedRange(bits))) return
    code.op(`i64.extend${bits}_s`)
  }

  #binary({ op, a, b }: Expression & { is: 'binary' }, at: Placed): void {
    const left = constantOf(a, at)
    const right = constantOf(b, at)
    if (right === 0n && NEUTRAL_RIGHT.has(op)) this.emit(a, at)
    else if (left === 0n && NEUTRAL_LEFT.has(op)) this.emit(b, at)
    else {
      this.emit(a, at)
      this.emit(b, at)
      if (op === 'mul_high_u') this.#code.call(CALL.mulHighU)
      else this.#code.op(`i64.${op}` satisfies Operator)
    }
  }
}

/** Operations that 0 on the right, or on the left, leaves as the other operand. */
const NEUTRAL_RIGHT: ReadonlySet<Binary> = new Set([
  ...(['add', 'sub', 'or', 'xor', 'shl', 'shr_s', 'shr_u'] as const),
])
const NEUTRAL_LEFT: ReadonlySet<Binary> = new Set(['add', 'or', 'xor'] as const)

/** What an expression is the low 32 bits of, zero-extended. */
function lowWord(expression: Expression): Expression | undefined {
  if (expression.is !== 'binary' || expression.op !== 'and') return undefined
  const { a, b } = expression
  return b.is === 'constant' && b.value === 0xffff_ffffn ? a : undefined
}

/** The expression's value if the operands of the instruction decide it. */
function constantOf(expression: Expression, at: Placed): bigint | undefined {
  switch (expression.is) {
    case 'constant':
      return BigInt.asUintN(64, expression.value)
    case 'immediate':
      return BigInt.asUintN(64, BigInt(at.instruction.immediate))
    case 'register':
      return at.instruction[expression.field] === 0 ? 0n : undefined
    case 'binary': {
      const a = constantOf(expression.a, at)
      const b = a === undefined ? undefined : constantOf(expression.b, at)
      if (a === undefined || b === undefined || DIVISIONS.has(expression.op)) return undefined
      return binary(expression.op, a, b)
    }
    case 'sign': {
      const a = constantOf(expression.a, at)
      return a === undefined ? undefined : extend(a, expression.bits / 8)
    }
    default:
      return undefined
  }
}

/** Their divisor may be 0 where the expression is not evaluated. */
const DIVISIONS: ReadonlySet<Binary> = new Set(['div_s', 'div_u', 'rem_s', 'rem_u'] as const)
