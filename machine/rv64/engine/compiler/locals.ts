// The locals of a compiled fragment. Invariant: registers live
// in locals from FIRST_REGISTER on, x before f, as RegisterLocals numbers them.

import type { Decoded } from '../../isa/decode.ts'
import type { Expression, Statement } from '../../isa/ir.ts'
import { table } from '../../isa/table.ts'
import { FRAGMENT_PARAMETERS } from '../emit/fragment-call.ts'
import { F32, F64, I32, I64, type ValueType } from '../wasm/encoder.ts'
import { frameOf } from '../wasm/frame.ts'
import { csrForm } from './csr.ts'
import { floatOperands, thirdSource } from './float-form.ts'
import { isFence } from './fragment.ts'

const FRAME = frameOf(FRAGMENT_PARAMETERS, [], {
  dataTlb: I32,
  fetchTlb: I32,
  entry: I32,
  host: I32,
  status: I32,
  /** 1 if the instruction at `pc` shall be executed alone. */
  alone: I32,
  /** Cycles beyond one an instruction. */
  extra: I32,
  pc: I64,
  address: I64,
  temporary0: I64,
  temporary1: I64,
  /** 0 in M-mode, else FLAG_BYTES. */
  flags: I32,
  /** The distance from a guest address to the host's, at the last step along a list. */
  distance: I32,
  /** What compiled code may do of floating point by itself, as bits: see float-form.ts. */
  floats: I32,
  double: F64,
  /** Operands of a fused operation on singles, and a result. */
  single0: F32,
  single1: F32,
  single2: F32,
  single: F32,
})
export const LOCAL = FRAME.local
const FIRST_REGISTER = FRAME.count

const locals = (count: number, type: ValueType): ValueType[] => new Array(count).fill(type)

/** Types of all locals of a function that holds these registers. */
export const localTypes = ({ x, f }: Registers): readonly ValueType[] => [
  ...FRAME.locals,
  ...locals(x.used.length, I64),
  ...locals(f.used.length, F64),
]

/** Ways out, from the innermost: budget and pc are to be stored, or neither. */
export const EXIT = 'exit'
export const TRAPPED = 'trapped'

/** Which registers of one kind the code reads or writes, and their locals. */
export class RegisterLocals {
  readonly used: readonly number[]
  readonly written: readonly number[]
  readonly #local: ReadonlyMap<number, number>

  constructor(first: number, read: ReadonlySet<number>, written: ReadonlySet<number>) {
    const ascending = (a: number, b: number) => a - b
    this.used = [...new Set([...read, ...written])].sort(ascending)
    this.written = [...written].sort(ascending)
    this.#local = new Map(this.used.map((register, i) => [register, first + i]))
  }

  of(register: number): number {
    return this.#local.get(register)!
  }
}

export interface Registers {
  readonly x: RegisterLocals
  readonly f: RegisterLocals
}

/** The registers that the instructions of a fragment use. */
export function registersOf(instructions: Iterable<Decoded>): Registers {
  const read = { x: new Set<number>(), f: new Set<number>() }
  const written = { x: new Set<number>(), f: new Set<number>() }
  for (const { row, rd, rs1, rs2, immediate } of instructions) {
    const { x, f } = operandsOfRow[row]!
    for (const [kind, use] of [['x', x] as const, ['f', f] as const]) {
      if (use.rs1) read[kind].add(rs1)
      if (use.rs2) read[kind].add(rs2)
      if (use.rd) written[kind].add(rd)
    }
    if (f.rs3) read.f.add(thirdSource(immediate))
  }
  read.x.delete(0)
  written.x.delete(0)
  const x = new RegisterLocals(FIRST_REGISTER, read.x, written.x)
  return { x, f: new RegisterLocals(FIRST_REGISTER + x.used.length, read.f, written.f) }
}

const operandsOfRow = table.map(({ meaning }, row) => {
  const { x, f } = floatOperands(row)
  const readsField = (field: 'rs1' | 'rs2') =>
    meaning.some((statement) => expressionsOf(statement).some((one) => reads(one, field)))
  const fences = meaning.some((statement) => statement.do === 'system' && isFence(statement.call))
  return {
    x: {
      rd: x.rd || csrForm(row) !== undefined || meaning.some(({ do: does }) => does === 'set'),
      rs1: x.rs1 || csrForm(row)?.immediate === false || fences || readsField('rs1'),
      rs2: readsField('rs2'),
    },
    f,
  }
})

function expressionsOf(statement: Statement): readonly Expression[] {
  switch (statement.do) {
    case 'set':
    case 'let':
      return [statement.value]
    case 'load':
    case 'reserve':
      return [statement.address]
    case 'store':
    case 'exchange':
    case 'store-reserved':
      return [statement.address, statement.value]
    case 'jump':
      return [statement.target]
    case 'branch':
      return statement.when === 'always' ? [] : [statement.when.a, statement.when.b]
    case 'system':
      return []
  }
}

function reads(expression: Expression, field: 'rs1' | 'rs2'): boolean {
  switch (expression.is) {
    case 'register':
      return expression.field === field
    case 'binary':
      return reads(expression.a, field) || reads(expression.b, field)
    case 'sign':
      return reads(expression.a, field)
    case 'truth':
      return reads(expression.when.a, field) || reads(expression.when.b, field)
    case 'choose':
      return [expression.when.a, expression.when.b, expression.a, expression.b].some((one) =>
        reads(one, field),
      )
    default:
      return false
  }
}
