// The locals of a compiled region, and the functions that it calls by number. Invariant: registers live
// in locals from FIRST_REGISTER on, x before f, as RegisterLocals numbers them.

import type { Decoded } from '../../isa/decode.ts'
import type { Expression, Statement } from '../../isa/ir.ts'
import { table } from '../../isa/table.ts'
import { F32, F64, I32, I64, type ValueType } from '../wasm/encoder.ts'
import { csrForm } from './csr.ts'
import { floatOperands, thirdSource } from './float-form.ts'
import { isFence } from './region.ts'

/** Parameters first: see REGION_TYPE. */
export const LOCAL = {
  budget: 0,
  pageVa: 1,
  dataTlb: 2,
  fetchTlb: 3,
  entry: 4,
  host: 5,
  status: 6,
  /** 1 if the instruction at `pc` shall be executed alone. */
  alone: 7,
  /** Cycles beyond one an instruction. */
  extra: 8,
  pc: 9,
  address: 10,
  temporary0: 11,
  temporary1: 12,
  /** 0 in M-mode, else FLAG_BYTES. */
  flags: 13,
  /** From a guest address to the host's, at the last step along a list. */
  distance: 14,
  /** What compiled code may do of floating point by itself, as bits: see float-form.ts. */
  floats: 15,
  double: 16,
  /** Three, and a result. */
  single0: 17,
  single: 20,
} as const
const FIRST_REGISTER = 21

const locals = (count: number, type: ValueType): ValueType[] => new Array(count).fill(type)

export const localTypes = ({ x, f }: Registers): readonly ValueType[] => [
  ...locals(7, I32),
  ...locals(4, I64),
  ...locals(3, I32),
  F64,
  ...locals(4, F32),
  ...locals(x.used.length, I64),
  ...locals(f.used.length, F64),
]

/** Ways out, from the innermost: budget and pc are to be stored, or neither. */
export const EXIT = 'exit'
export const TRAPPED = 'trapped'

/** Functions of a module of regions that they call, imported ones first, in order. */
export const CALL = {
  load: 0,
  store: 1,
  alone: 2,
  mulHighU: 3,
  ecall: 4,
  mret: 5,
  sret: 6,
  line: 7,
  /** Whether a sum, product, quotient or root may have lost something; fused operations. */
  sum: 8,
  product: 9,
  quotient: 10,
  root: 11,
  fused: 12,
  fusedSingle: 13,
  fetchRefill: 14,
  satp: 15,
  fence: 16,
  fencePage: 17,
  /** Where caches are modelled: the whole access, then the module's own functions for the common one. */
  read: 18,
  write: 19,
  commonRead: 20,
  commonWrite: 21,
} as const

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

/** Those of a region. */
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
