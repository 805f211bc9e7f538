// A row of the instruction table: how an instruction is encoded and what it means.

import type { Statement, SystemCall } from './ir.ts'

/** Where the operands lie in the word (unprivileged specification, chapter 2.3 and 2.4). */
export type Format =
  | 'R'
  | 'I'
  /** Shift by a 6-bit immediate. */
  | 'shift'
  | 'S'
  | 'B'
  | 'U'
  | 'J'
  /** CSR number as the immediate, zero-extended. */
  | 'csr'
  /** Format R with a rounding mode, which is the immediate. */
  | 'rounded'
  /** The same with a third source: rounding mode, and the register from bit 3 on. */
  | 'fused'
  /** No operands that the engines read. */
  | 'none'

export interface Row {
  readonly name: string
  readonly format: Format
  readonly mask: number
  readonly match: number
  readonly meaning: readonly Statement[]
}

export const OPCODE_MASK = 0x7f
export const FUNCT3_MASK = 0x707f
export const FUNCT7_MASK = 0xfe00707f | 0
export const FUNCT6_MASK = 0xfc00707f | 0 // shifts of RV64 by immediate
export const WHOLE_MASK = 0xffffffff | 0

/** Match value of opcode, funct3 and funct7. */
export const code = (opcode: number, funct3 = 0, funct7 = 0): number =>
  (funct7 << 25) | (funct3 << 12) | opcode | 0

export function row(
  name: string,
  format: Format,
  mask: number,
  match: number,
  ...meaning: readonly Statement[]
): Row {
  return { name, format, mask: mask | 0, match: match | 0, meaning }
}

/** A row whose meaning is a call into the shared privileged code. */
export const systemRow = (call: SystemCall, format: Format, mask: number, match: number): Row =>
  row(call, format, mask, match, { do: 'system', call })
