// What instructions of floating point have in common as compiled code: sources, results, and the reasons
// to leave the fragment, joined one by one to an i32 on the stack.

import type { Code } from '../wasm/code.ts'
import { I32 } from '../wasm/encoder.ts'
import { INEXACT, type Width } from './float-form.ts'
import { LOCAL, type Registers } from './locals.ts'
import type { Placed } from './value.ts'

/** The upper half of a register that holds a single. */
export const BOX = 0xffff_ffff_0000_0000n

/** Magnitudes from 2^least up to 2^end, by the exponents. */
interface Range {
  readonly least: number
  readonly end: number
}

/** Far from over- and underflow. */
export const ORDINARY: Readonly<Record<Width, Range>> = {
  d: { least: -900, end: 900 },
  s: { least: -120, end: 120 },
}
/** All but infinities and NaNs. */
export const FINITE: Readonly<Record<Width, Range>> = {
  d: { least: -1023, end: 1024 },
  s: { least: -127, end: 128 },
}
export const TYPE = { d: 'f64', s: 'f32' } as const
/** Locals that results go to first. */
export const RESULT = { d: LOCAL.double, s: LOCAL.single } as const

export class FloatOperands {
  readonly #code: Code
  readonly #registers: Registers

  constructor(code: Code, registers: Registers) {
    this.#code = code
    this.#registers = registers
  }

  /** Leaves 1 if a bit is missing; what is joined to it by `or` are reasons to leave the fragment. */
  unless(need: number): void {
    this.#code.get(LOCAL.floats).i32(need).op('i32.and').i32(need).op('i32.ne')
  }

  bits(register: number): Code {
    return this.#code.get(this.#registers.f.of(register)).op('i64.reinterpret_f64')
  }

  /** Makes a source ready, and joins the reason that it is not boxed. Returns what puts it on the stack. */
  source(width: Width, register: number, n: 0 | 1 | 2): () => Code {
    const code = this.#code
    if (width === 'd') return () => code.get(this.#registers.f.of(register))
    this.bits(register).i64(BOX).op('i64.lt_u', 'i32.or')
    this.bits(register)
      .op('i32.wrap_i64', 'f32.reinterpret_i32')
      .set(LOCAL.single0 + n)
    return () => code.get(LOCAL.single0 + n)
  }

  /** Leaves the operand as a double. */
  wide(width: Width, source: () => Code): void {
    const code = source()
    if (width === 's') code.op('f64.promote_f32')
  }

  /** Leaves 1 if the magnitude of a local of this width is not in the range. */
  outside(width: Width, local: number, { least, end }: Range): Code {
    const code = this.#code.get(local)
    if (width === 'd') {
      const [from, to] = [BigInt(least + 1023) << 53n, BigInt(end + 1023) << 53n]
      code.op('i64.reinterpret_f64').i64(1n).op('i64.shl')
      return code
        .i64(from)
        .op('i64.sub')
        .i64(BigInt.asUintN(64, to - from))
        .op('i64.ge_u')
    }
    const [from, to] = [(least + 127) << 24, (end + 127) << 24]
    code.op('i32.reinterpret_f32').i32(1).op('i32.shl')
    return code
      .i32(from)
      .op('i32.sub')
      .i32(to - from)
      .op('i32.ge_u')
  }

  /** Joins, where NX is not raised, whether something may be lost. */
  unlessExact(lost: () => void): void {
    const code = this.#code
    code.get(LOCAL.floats).i32(INEXACT).op('i32.and')
    code.if(() => code.i32(0), lost, I32).op('i32.or')
  }

  put(width: Width, { instruction }: Placed): void {
    const code = this.#code
    if (width === 's') {
      code.get(LOCAL.single).op('i32.reinterpret_f32', 'i64.extend_i32_u')
      code.i64(BOX).op('i64.or', 'f64.reinterpret_i64')
    } else code.get(LOCAL.double)
    code.set(this.#registers.f.of(instruction.rd))
  }

  /** Takes an integer from the stack; one that goes to x0 is lost. */
  putInteger({ instruction }: Placed): void {
    if (instruction.rd === 0) this.#code.op('drop')
    else this.#code.set(this.#registers.x.of(instruction.rd))
  }
}
