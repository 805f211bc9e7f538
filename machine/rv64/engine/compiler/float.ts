// Floating point in a fragment: f registers in locals, ordinary operands rounded to the nearest by the
// host's instructions. Invariant: where no flag can be raised that is not raised already, an instruction is
// carried out as instructions/float.ts would; else it is left to that, unchanged.

import { FS } from '../../isa/status.ts'
import { CELL, VIRTUALISED } from '../../memory/layout.ts'
import type { Code } from '../wasm/code.ts'
import { I32 } from '../wasm/encoder.ts'
import { CALL } from './calls.ts'
import { FloatConversions, type IntegerKind, isInteger } from './float-conversions.ts'
import { DIRTY, type FloatForm, INEXACT, NEAREST, thirdSource, type Width } from './float-form.ts'
import { BOX, FINITE, FloatOperands, ORDINARY, RESULT, TYPE } from './float-operands.ts'
import { multiplyAdd } from './host-fma.ts'
import { LOCAL, type Registers } from './locals.ts'
import type { Placed, Values } from './value.ts'

/** So that products of two, what they lose, and sums with a third are ordinary or 0. */
const FUSIBLE = { least: -300, end: 300 }

const RELATION = { feq: 'eq', flt: 'lt', fle: 'le' } as const
const ROUNDED = { fadd: 'add', fsub: 'sub', fmul: 'mul', fdiv: 'div', fsqrt: 'sqrt' } as const
const LOSS = {
  add: CALL.sum,
  sub: CALL.sum,
  mul: CALL.product,
  div: CALL.quotient,
  sqrt: CALL.root,
}
const SIGN = ['fsgnj', 'fsgnjn', 'fsgnjx']

export class Floats {
  readonly #code: Code
  readonly #registers: Registers
  readonly #operands: FloatOperands
  readonly #conversions: FloatConversions
  readonly #fuses: boolean

  /** `fuses`: the host's WebAssembly does, with one rounding. */
  constructor(code: Code, registers: Registers, values: Values, fuses: boolean) {
    this.#code = code
    this.#registers = registers
    this.#operands = new FloatOperands(code, registers)
    this.#conversions = new FloatConversions(code, registers, values, this.#operands)
    this.#fuses = fuses
  }

  /** Emits what the entry of a fragment finds out; neither FS nor fcsr changes within. */
  begin(): void {
    const code = this.#code
    code.i32(0).memory('i32.load', CELL.mstatus)
    code.i32(0).memory('i32.load', CELL.vsstatus)
    code.i32(0).memory('i32.load', VIRTUALISED).i32(1).op('i32.sub', 'i32.or', 'i32.and')
    code.i32(FS).op('i32.and').i32(FS).op('i32.eq')
    code.if(
      () => {
        code.i32(0).memory('i32.load', CELL.fcsr).tee(LOCAL.host)
        code.i32(1).op('i32.and').i32(INEXACT).op('i32.mul').i32(DIRTY).op('i32.or')
        code.get(LOCAL.host).i32(5).op('i32.shr_u', 'i32.eqz').i32(NEAREST).op('i32.mul', 'i32.or')
      },
      () => code.i32(0),
      I32,
    )
    code.set(LOCAL.floats)
  }

  /** `alone` leaves the fragment, before the instruction. */
  emit(form: FloatForm, at: Placed, alone: () => void): void {
    const { call } = form
    const [name = '', first = '', second = ''] = call.split('.')
    const width: Width = call.endsWith('.s') ? 's' : 'd'
    this.#operands.unless(form.need)
    if (name in ROUNDED) this.#rounded(ROUNDED[name as keyof typeof ROUNDED], width, at, alone)
    else if (name in RELATION)
      this.#relation(RELATION[name as keyof typeof RELATION], width, at, alone)
    else if (SIGN.includes(name)) this.#sign(name, width, at, alone)
    else if (name === 'fmin' || name === 'fmax') {
      this.#extreme(name === 'fmin' ? 'min' : 'max', width, at, alone)
    } else if (/^fn?m(add|sub)$/.test(name)) this.#fused(name, width, at, alone)
    else if (name === 'fmv') this.#conversions.move(call, at, alone)
    else if (call === 'fcvt.s.d') this.#conversions.narrow(at, alone)
    else if (call === 'fcvt.d.s') this.#conversions.widen(at, alone)
    else if (isInteger(first)) this.#conversions.toInteger(first, width, form.toZero, at, alone)
    else this.#conversions.fromInteger(second as IntegerKind, first as Width, at, alone)
  }

  /** Before a load or store of an f register. */
  check(form: FloatForm, alone: () => void): void {
    this.#operands.unless(form.need)
    this.#code.if(alone)
  }

  /** Takes the bits of so many bytes from a local. */
  load(bytes: 4 | 8, local: number, { instruction }: Placed): void {
    const code = this.#code
    code.get(local)
    if (bytes === 4) code.i64(BOX).op('i64.or')
    code.op('f64.reinterpret_i64').set(this.#registers.f.of(instruction.rd))
  }

  /** Leaves the bits to store. */
  stored({ instruction }: Placed): void {
    this.#operands.bits(instruction.rs2)
  }

  #rounded(op: keyof typeof LOSS, width: Width, at: Placed, alone: () => void): void {
    const code = this.#code
    const { rs1, rs2 } = at.instruction
    const result = RESULT[width]
    const a = this.#operands.source(width, rs1, 0)
    const b = op === 'sqrt' ? a : this.#operands.source(width, rs2, 1)
    a()
    if (op !== 'sqrt') b()
    code.op(`${TYPE[width]}.${op}`).set(result)
    if (op === 'add' || op === 'sub') {
      // A sum never underflows inexactly.
      this.#operands.outside(width, result, FINITE[width])
    } else {
      this.#operands.outside(width, result, ORDINARY[width])
      if (op === 'mul') this.#unlessZero(width, a, b)
    }
    code.op('i32.or')
    this.#operands.unlessExact(() => {
      this.#operands.wide(width, a)
      this.#operands.wide(width, b)
      if (op === 'sub') code.op('f64.neg')
      this.#operands.wide(width, () => code.get(result))
      code.call(LOSS[op])
    })
    code.if(alone)
    this.#operands.put(width, at)
  }

  /** Takes back that a product is not ordinary, if it is 0 because a factor is. */
  #unlessZero(width: Width, a: () => Code, b: () => Code): void {
    const code = this.#code
    const isZero = (value: () => Code) => {
      this.#operands.wide(width, value)
      code.f64(0).op('f64.eq')
    }
    code.if(
      () => {
        isZero(a)
        isZero(b)
        code.op('i32.or')
        isZero(() => code.get(RESULT[width]))
        code.op('i32.and', 'i32.eqz')
      },
      () => code.i32(0),
      I32,
    )
  }

  #fused(name: string, width: Width, at: Placed, alone: () => void): void {
    const code = this.#code
    const { rs1, rs2, immediate } = at.instruction
    const sources = [rs1, rs2, thirdSource(immediate)].map((register, n) =>
      this.#operands.source(width, register, n as 0 | 1 | 2),
    )
    const negated = [name.startsWith('fn'), false, name === 'fmsub' || name === 'fnmadd']
    const signed = sources.map((source, n) => () => {
      source()
      return negated[n] ? code.op(`${TYPE[width]}.neg`) : code
    })
    const operands = () => {
      for (const source of signed) this.#operands.wide(width, source)
    }
    code.get(LOCAL.floats).i32(INEXACT).op('i32.and', 'i32.eqz', 'i32.or')
    if (this.#fuses) {
      multiplyAdd(code, TYPE[width], signed).set(RESULT[width])
      this.#operands.outside(width, RESULT[width], ORDINARY[width]).op('i32.or').if(alone)
    } else if (width === 'd') {
      const [a, b, c] = [rs1, rs2, thirdSource(immediate)].map((one) => this.#registers.f.of(one))
      this.#operands.outside('d', a!, FUSIBLE).op('i32.or')
      this.#operands.outside('d', b!, FUSIBLE).op('i32.or')
      this.#operands
        .outside('d', c!, FUSIBLE)
        .get(c!)
        .f64(0)
        .op('f64.ne', 'i32.and', 'i32.or')
        .if(alone)
      operands()
      code.call(CALL.fused).set(LOCAL.double)
    } else {
      operands()
      code.call(CALL.fusedSingle).set(LOCAL.single)
      this.#operands.outside('s', LOCAL.single, ORDINARY.s).op('i32.or').if(alone)
    }
    this.#operands.put(width, at)
  }

  /** Two sources, of which neither is a NaN; with a NaN the fragment is left. */
  #ordered(width: Width, { instruction }: Placed, alone: () => void) {
    const code = this.#code
    const a = this.#operands.source(width, instruction.rs1, 0)
    const b = this.#operands.source(width, instruction.rs2, 1)
    for (const source of [a, b]) {
      source()
      source().op(`${TYPE[width]}.ne`, 'i32.or')
    }
    code.if(alone)
    a()
    b()
    return code
  }

  #relation(op: 'eq' | 'lt' | 'le', width: Width, at: Placed, alone: () => void): void {
    this.#ordered(width, at, alone).op(`${TYPE[width]}.${op}`, 'i64.extend_i32_u')
    this.#operands.putInteger(at)
  }

  #extreme(op: 'min' | 'max', width: Width, at: Placed, alone: () => void): void {
    this.#ordered(width, at, alone).op(`${TYPE[width]}.${op}`).set(RESULT[width])
    this.#operands.put(width, at)
  }

  #sign(name: string, width: Width, at: Placed, alone: () => void): void {
    const code = this.#code
    const type = TYPE[width]
    const { rs1, rs2 } = at.instruction
    const a = this.#operands.source(width, rs1, 0)
    const b = rs1 === rs2 ? a : this.#operands.source(width, rs2, 1)
    code.if(alone)
    a()
    if (name === 'fsgnjx') {
      if (rs1 === rs2) code.op(`${type}.abs`)
      else this.#turned(width, b)
    } else if (rs1 !== rs2) {
      b()
      if (name === 'fsgnjn') code.op(`${type}.neg`)
      code.op(`${type}.copysign`)
    } else if (name === 'fsgnjn') code.op(`${type}.neg`)
    code.set(RESULT[width])
    this.#operands.put(width, at)
  }

  /** The number on the stack with its sign turned if that of another is negative. */
  #turned(width: Width, by: () => Code): void {
    const code = this.#code
    if (width === 'd') {
      code.op('i64.reinterpret_f64')
      by()
        .op('i64.reinterpret_f64')
        .i64(1n << 63n)
      code.op('i64.and', 'i64.xor', 'f64.reinterpret_i64')
    } else {
      code.op('i32.reinterpret_f32')
      by()
        .op('i32.reinterpret_f32')
        .i32(1 << 31)
      code.op('i32.and', 'i32.xor', 'f32.reinterpret_i32')
    }
  }
}
