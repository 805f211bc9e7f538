// The F and D extensions: encodings; what they mean is shared code (instructions/float.ts).

import type { FloatCall } from './float-calls.ts'
import { code, FUNCT3_MASK, FUNCT7_MASK, type Row, systemRow } from './row.ts'

const LOAD_FP = 0x07
const STORE_FP = 0x27
const OP_FP = 0x53

/** The fixed bits of an instruction with a rounding mode in funct3. */
const ROUNDED_MASK = 0xfe00007f
/** The fixed bits of one with a rounding mode, and rs2 as a part of the operation. */
const ROUNDED_UNARY_MASK = 0xfff0007f
const UNARY_MASK = 0xfff0707f
/** The format field and the opcode: all else are operands. */
const FUSED_MASK = 0x0600007f

const rounded = (call: FloatCall, funct7: number): Row =>
  systemRow(call, 'rounded', ROUNDED_MASK, code(OP_FP, 0, funct7))

const roundedUnary = (call: FloatCall, funct7: number, variant: number): Row =>
  systemRow(call, 'rounded', ROUNDED_UNARY_MASK, code(OP_FP, 0, funct7) | (variant << 20))

const exact = (call: FloatCall, funct7: number, funct3: number): Row =>
  systemRow(call, 'R', FUNCT7_MASK, code(OP_FP, funct3, funct7))

const exactUnary = (call: FloatCall, funct7: number, funct3: number): Row =>
  systemRow(call, 'R', UNARY_MASK, code(OP_FP, funct3, funct7))

const fused = (call: FloatCall, opcode: number, format: number): Row =>
  systemRow(call, 'fused', FUSED_MASK, opcode | (format << 25))

/** What exists for both formats; the format is the low bits of funct7. */
const both = (width: 's' | 'd', format: 0 | 1): readonly Row[] => [
  rounded(`fadd.${width}`, 0x00 | format),
  rounded(`fsub.${width}`, 0x04 | format),
  rounded(`fmul.${width}`, 0x08 | format),
  rounded(`fdiv.${width}`, 0x0c | format),
  roundedUnary(`fsqrt.${width}`, 0x2c | format, 0),
  exact(`fsgnj.${width}`, 0x10 | format, 0),
  exact(`fsgnjn.${width}`, 0x10 | format, 1),
  exact(`fsgnjx.${width}`, 0x10 | format, 2),
  exact(`fmin.${width}`, 0x14 | format, 0),
  exact(`fmax.${width}`, 0x14 | format, 1),
  exact(`fle.${width}`, 0x50 | format, 0),
  exact(`flt.${width}`, 0x50 | format, 1),
  exact(`feq.${width}`, 0x50 | format, 2),
  exactUnary(`fclass.${width}`, 0x70 | format, 1),
  roundedUnary(`fcvt.w.${width}`, 0x60 | format, 0),
  roundedUnary(`fcvt.wu.${width}`, 0x60 | format, 1),
  roundedUnary(`fcvt.l.${width}`, 0x60 | format, 2),
  roundedUnary(`fcvt.lu.${width}`, 0x60 | format, 3),
  roundedUnary(`fcvt.${width}.w`, 0x68 | format, 0),
  roundedUnary(`fcvt.${width}.wu`, 0x68 | format, 1),
  roundedUnary(`fcvt.${width}.l`, 0x68 | format, 2),
  roundedUnary(`fcvt.${width}.lu`, 0x68 | format, 3),
  fused(`fmadd.${width}`, 0x43, format),
  fused(`fmsub.${width}`, 0x47, format),
  fused(`fnmsub.${width}`, 0x4b, format),
  fused(`fnmadd.${width}`, 0x4f, format),
]

export const floatRows: readonly Row[] = [
  systemRow('flw', 'I', FUNCT3_MASK, code(LOAD_FP, 2)),
  systemRow('fld', 'I', FUNCT3_MASK, code(LOAD_FP, 3)),
  systemRow('fsw', 'S', FUNCT3_MASK, code(STORE_FP, 2)),
  systemRow('fsd', 'S', FUNCT3_MASK, code(STORE_FP, 3)),
  ...both('s', 0),
  ...both('d', 1),
  roundedUnary('fcvt.s.d', 0x20, 1),
  roundedUnary('fcvt.d.s', 0x21, 0),
  exactUnary('fmv.x.w', 0x70, 0),
  exactUnary('fmv.x.d', 0x71, 0),
  exactUnary('fmv.w.x', 0x78, 0),
  exactUnary('fmv.d.x', 0x79, 0),
]
