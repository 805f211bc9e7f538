// The locals of a compiled region, and the functions that it calls by number. Invariant: x registers
// live in locals from FIRST_REGISTER on, in the order in which RegisterLocals numbers them.

import type { Decoded } from '../../isa/decode.ts'
import type { Expression, Statement } from '../../isa/ir.ts'
import { table } from '../../isa/table.ts'
import { I32, I64, type ValueType } from '../wasm/encoder.ts'
import { csrForm } from './csr.ts'

/** Parameters first: see REGION_TYPE. */
export const LOCAL = {
  budget: 0,
  pageVa: 1,
  dataTlb: 2,
  fetchTlb: 3,
  entry: 4,
  host: 5,
  status: 6,
  /** 1 if the reference interpreter shall execute the instruction at `pc`. */
  alone: 7,
  /** Cycles beyond one an instruction. */
  extra: 8,
  pc: 9,
  address: 10,
  temporary0: 11,
  temporary1: 12,
  /** 0 in M-mode, else FLAG_BYTES. */
  flags: 13,
} as const
export const FIRST_REGISTER = 14

export const localTypes = (registers: number): readonly ValueType[] => [
  ...new Array<ValueType>(7).fill(I32),
  ...new Array<ValueType>(4).fill(I64),
  I32,
  ...new Array<ValueType>(registers).fill(I64),
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
  /** Where caches are modelled: the whole access, then the module's own functions for the common one. */
  read: 8,
  write: 9,
  commonRead: 10,
  commonWrite: 11,
} as const

/** Which x registers the code reads or writes. */
export class RegisterLocals {
  readonly used: readonly number[]
  readonly written: readonly number[]
  readonly #local = new Map<number, number>()

  constructor(instructions: Iterable<Decoded>) {
    const used = new Set<number>()
    const written = new Set<number>()
    for (const { row, rd, rs1, rs2 } of instructions) {
      const operands = operandsOfRow[row]!
      if (operands.rs1) used.add(rs1)
      if (operands.rs2) used.add(rs2)
      if (operands.rd) written.add(rd)
    }
    for (const register of written) used.add(register)
    used.delete(0)
    written.delete(0)
    this.used = [...used].sort((a, b) => a - b)
    this.written = [...written].sort((a, b) => a - b)
    this.used.forEach((register, i) => {
      this.#local.set(register, FIRST_REGISTER + i)
    })
  }

  of(register: number): number {
    return this.#local.get(register)!
  }
}

interface OperandUse {
  readonly rd: boolean
  readonly rs1: boolean
  readonly rs2: boolean
}

const operandsOfRow: readonly OperandUse[] = table.map(({ meaning }, row) => ({
  rd: csrForm(row) !== undefined || meaning.some((statement) => statement.do === 'set'),
  rs1:
    csrForm(row)?.immediate === false ||
    meaning.some((statement) => expressionsOf(statement).some((one) => reads(one, 'rs1'))),
  rs2: meaning.some((statement) => expressionsOf(statement).some((one) => reads(one, 'rs2'))),
}))

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
