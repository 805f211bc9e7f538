// Conversions between f registers and x registers, and between singles and doubles, as compiled code.
// `alone` leaves the fragment, before the instruction; on the stack are reasons to do so already.

import type { FloatCall } from '../../isa/float-calls.ts'
import { rs1 } from '../../isa/ir.ts'
import type { Code } from '../wasm/code.ts'
import type { Width } from './float-form.ts'
import { BOX, type FloatOperands, ORDINARY, RESULT, TYPE } from './float-operands.ts'
import { LOCAL, type Registers } from './locals.ts'
import type { Placed, Values } from './value.ts'

const LIMITS = {
  w: { least: -(2 ** 31), end: 2 ** 31, truncate: 'i32.trunc_f64_s' },
  wu: { least: 0, end: 2 ** 32, truncate: 'i32.trunc_f64_u' },
  l: { least: -(2 ** 63), end: 2 ** 63, truncate: 'i64.trunc_f64_s' },
  lu: { least: 0, end: 2 ** 64, truncate: 'i64.trunc_f64_u' },
} as const
export type IntegerKind = keyof typeof LIMITS

export const isInteger = (name: string): name is IntegerKind => name in LIMITS

export class FloatConversions {
  readonly #code: Code
  readonly #registers: Registers
  readonly #values: Values
  readonly #operands: FloatOperands

  constructor(code: Code, registers: Registers, values: Values, operands: FloatOperands) {
    this.#code = code
    this.#registers = registers
    this.#values = values
    this.#operands = operands
  }

  /** Bits as they are, box or none. */
  move(call: FloatCall, at: Placed, alone: () => void): void {
    const code = this.#code
    const { rd, rs1: from } = at.instruction
    code.if(alone)
    if (call.startsWith('fmv.x')) {
      this.#operands.bits(from)
      if (call === 'fmv.x.w') code.op('i64.extend32_s')
      this.#operands.putInteger(at)
      return
    }
    this.#values.emit(rs1, at)
    if (call === 'fmv.w.x') code.i64(BOX).op('i64.or')
    code.op('f64.reinterpret_i64').set(this.#registers.f.of(rd))
  }

  /** A double to a single. */
  narrow(at: Placed, alone: () => void): void {
    const code = this.#code
    const wide = this.#registers.f.of(at.instruction.rs1)
    code.get(wide).op('f32.demote_f64').set(LOCAL.single)
    this.#operands
      .outside('s', LOCAL.single, ORDINARY.s)
      .get(wide)
      .f64(0)
      .op('f64.ne', 'i32.and', 'i32.or')
    this.#operands.unlessExact(() =>
      code.get(LOCAL.single).op('f64.promote_f32').get(wide).op('f64.ne'),
    )
    code.if(alone)
    this.#operands.put('s', at)
  }

  /** A single that is a number to a double. */
  widen(at: Placed, alone: () => void): void {
    const single = this.#operands.source('s', at.instruction.rs1, 0)
    single()
    single().op('f32.ne', 'i32.or').if(alone)
    single().op('f64.promote_f32').set(LOCAL.double)
    this.#operands.put('d', at)
  }

  toInteger(kind: IntegerKind, width: Width, toZero: boolean, at: Placed, alone: () => void): void {
    const code = this.#code
    const { least, end, truncate } = LIMITS[kind]
    const source = this.#operands.source(width, at.instruction.rs1, 0)
    this.#operands.wide(width, source)
    code
      .op(toZero ? 'f64.trunc' : 'f64.nearest')
      .tee(LOCAL.double)
      .f64(least)
      .op('f64.ge')
    code.get(LOCAL.double).f64(end).op('f64.lt', 'i32.and', 'i32.eqz', 'i32.or')
    this.#operands.unlessExact(() => {
      this.#operands.wide(width, source)
      code.get(LOCAL.double).op('f64.ne')
    })
    code.if(alone)
    code.get(LOCAL.double).op(truncate)
    if (kind === 'w' || kind === 'wu') code.op('i64.extend_i32_s')
    this.#operands.putInteger(at)
  }

  fromInteger(kind: IntegerKind, width: Width, at: Placed, alone: () => void): void {
    const code = this.#code
    const integer = () => {
      this.#values.emit(rs1, at)
      if (kind === 'w') code.op('i64.extend32_s')
      if (kind === 'wu') code.op('i32.wrap_i64', 'i64.extend_i32_u')
    }
    const sign = kind.endsWith('u') ? 'u' : 's'
    integer()
    code.op(`${TYPE[width]}.convert_i64_${sign}`).set(RESULT[width])
    if (width === 's' || kind.startsWith('l')) {
      this.#operands.unlessExact(() => {
        // Back again, where every integer of that size is a double.
        integer()
        code.i64(sign === 's' ? 1n << 53n : 0n).op('i64.add')
        code.i64(sign === 's' ? 1n << 54n : 1n << 53n).op('i64.ge_u')
        integer()
        code.op(`f64.convert_i64_${sign}`)
        this.#operands.wide(width, () => code.get(RESULT[width]))
        code.op('f64.ne', 'i32.or')
      })
    }
    code.if(alone)
    this.#operands.put(width, at)
  }
}
