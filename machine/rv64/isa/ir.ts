// The language in which the instruction table says what an instruction means: expressions over
// 64-bit values without effects, and statements in order. Invariant: every engine reads this and
// nothing else; an expression can neither trap nor touch memory, so only statements leave early.

import { FLOAT_CALLS, type FloatCall } from './float-calls.ts'

export type Expression =
  | { readonly is: 'constant'; readonly value: bigint }
  /** The immediate of the instruction, sign-extended. */
  | { readonly is: 'immediate' }
  | { readonly is: 'register'; readonly field: 'rs1' | 'rs2' }
  | { readonly is: 'temporary'; readonly index: number }
  /** The address of the instruction. */
  | { readonly is: 'pc' }
  /** The address of the instruction after it in memory. */
  | { readonly is: 'next' }
  | { readonly is: 'binary'; readonly op: Binary; readonly a: Expression; readonly b: Expression }
  /** Sign-extension of the low `bits`. */
  | { readonly is: 'sign'; readonly bits: 8 | 16 | 32; readonly a: Expression }
  | { readonly is: 'truth'; readonly when: Condition }
  /** Lazy: only the chosen one is evaluated. */
  | {
      readonly is: 'choose'
      readonly when: Condition
      readonly a: Expression
      readonly b: Expression
    }

/** Shift counts are taken modulo 64; divisors are never 0 where the expression is evaluated. */
export type Binary =
  | 'add'
  | 'sub'
  | 'mul'
  | 'div_s'
  | 'div_u'
  | 'rem_s'
  | 'rem_u'
  | 'and'
  | 'or'
  | 'xor'
  | 'shl'
  | 'shr_s'
  | 'shr_u'
  /** High 64 bits of the unsigned product. */
  | 'mul_high_u'

export interface Condition {
  readonly op: 'eq' | 'ne' | 'lt_s' | 'lt_u' | 'ge_s' | 'ge_u'
  readonly a: Expression
  readonly b: Expression
}

export type Bytes = 1 | 2 | 4 | 8

export type Statement =
  /** rd = value; a write to x0 is lost. */
  | { readonly do: 'set'; readonly value: Expression }
  | { readonly do: 'let'; readonly index: number; readonly value: Expression }
  /** temporary = memory at address; may leave by a trap. */
  | {
      readonly do: 'load'
      readonly index: number
      readonly bytes: Bytes
      readonly signed: boolean
      readonly address: Expression
    }
  /** May leave by a trap. */
  | {
      readonly do: 'store'
      readonly bytes: Bytes
      readonly address: Expression
      readonly value: Expression
    }
  /** temporary = memory, sign-extended, then memory = value; atomic; may leave by a trap. */
  | {
      readonly do: 'exchange'
      readonly index: number
      readonly bytes: 4 | 8
      readonly address: Expression
      readonly value: Expression
    }
  /** temporary = memory, sign-extended, and reserve it. */
  | {
      readonly do: 'reserve'
      readonly index: number
      readonly bytes: 4 | 8
      readonly address: Expression
    }
  /** If reserved, store and temporary = 0, else temporary = 1; the reservation ends. */
  | {
      readonly do: 'store-reserved'
      readonly index: number
      readonly bytes: 4 | 8
      readonly address: Expression
      readonly value: Expression
    }
  /** pc = target; must be the last statement. */
  | { readonly do: 'jump'; readonly target: Expression }
  /** pc = pc + immediate if it holds; must be the last statement. */
  | { readonly do: 'branch'; readonly when: Condition | 'always' }
  /** Into the privileged code that all engines share; must be the last statement. */
  | { readonly do: 'system'; readonly call: SystemCall }

/** What the shared privileged code does by itself; see instructions/system.ts. */
const PRIVILEGED_CALLS = [
  'ecall',
  'ebreak',
  'mret',
  'sret',
  'wfi',
  'csrrw',
  'csrrs',
  'csrrc',
  'csrrwi',
  'csrrsi',
  'csrrci',
  'fence.i',
  'sfence.vma',
  'hfence.vvma',
  'hfence.gvma',
  'hlv.b',
  'hlv.bu',
  'hlv.h',
  'hlv.hu',
  'hlvx.hu',
  'hlv.w',
  'hlv.wu',
  'hlvx.wu',
  'hlv.d',
  'hsv.b',
  'hsv.h',
  'hsv.w',
  'hsv.d',
  'cbo.zero',
  'mark',
  'illegal',
] as const

export type SystemCall = (typeof PRIVILEGED_CALLS)[number] | FloatCall
export const SYSTEM_CALLS: readonly SystemCall[] = [...PRIVILEGED_CALLS, ...FLOAT_CALLS]
/** The number of the first of FLOAT_CALLS among all calls. */
export const FIRST_FLOAT_CALL = PRIVILEGED_CALLS.length

export const constant = (value: bigint): Expression => ({ is: 'constant', value })
export const rs1: Expression = { is: 'register', field: 'rs1' }
export const rs2: Expression = { is: 'register', field: 'rs2' }
export const immediate: Expression = { is: 'immediate' }
export const pc: Expression = { is: 'pc' }
export const next: Expression = { is: 'next' }
export const temporary = (index: number): Expression => ({ is: 'temporary', index })

export const binary = (op: Binary, a: Expression, b: Expression): Expression => ({
  is: 'binary',
  op,
  a,
  b,
})
export const add = (a: Expression, b: Expression): Expression => binary('add', a, b)
export const sign = (bits: 8 | 16 | 32, a: Expression): Expression => ({ is: 'sign', bits, a })
/** Zero-extension of the low 32 bits. */
export const low32 = (a: Expression): Expression => binary('and', a, constant(0xffff_ffffn))
export const truth = (when: Condition): Expression => ({ is: 'truth', when })
export const choose = (when: Condition, a: Expression, b: Expression): Expression => ({
  is: 'choose',
  when,
  a,
  b,
})
export const compare = (op: Condition['op'], a: Expression, b: Expression): Condition => ({
  op,
  a,
  b,
})

export const set = (value: Expression): Statement => ({ do: 'set', value })
export const assign = (index: number, value: Expression): Statement => ({
  do: 'let',
  index,
  value,
})
