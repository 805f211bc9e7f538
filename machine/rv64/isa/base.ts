// RV64I, Zifencei and the mark. Each row once: encoding, then meaning.

import {
  add,
  assign,
  type Bytes,
  binary,
  type Condition,
  choose,
  compare,
  constant,
  type Expression,
  immediate,
  low32,
  next,
  pc,
  rs1,
  rs2,
  set,
  sign,
  temporary,
  truth,
} from './ir.ts'
import {
  code,
  FUNCT3_MASK,
  FUNCT6_MASK,
  FUNCT7_MASK,
  OPCODE_MASK,
  type Row,
  row,
  systemRow,
} from './row.ts'

const LOAD = 0x03
const MISC_MEM = 0x0f
const OP_IMM = 0x13
const AUIPC = 0x17
const OP_IMM_32 = 0x1b
const STORE = 0x23
const OP = 0x33
const LUI = 0x37
const OP_32 = 0x3b
const BRANCH = 0x63
const JALR = 0x67
const JAL = 0x6f

const address = add(rs1, immediate)
const even = binary('and', address, constant(-2n))
const signed32 = (value: Expression) => sign(32, value)
/** Shift counts of 32-bit operations have 5 bits. */
const count32 = (value: Expression) => binary('and', value, constant(31n))

const branch = (name: string, funct3: number, op: Condition['op']): Row =>
  row(name, 'B', FUNCT3_MASK, code(BRANCH, funct3), {
    do: 'branch',
    when: compare(op, rs1, rs2),
  })

const load = (name: string, funct3: number, bytes: Bytes, signed: boolean): Row =>
  row(
    name,
    'I',
    FUNCT3_MASK,
    code(LOAD, funct3),
    { do: 'load', index: 0, bytes, signed, address },
    set(temporary(0)),
  )

const store = (name: string, funct3: number, bytes: Bytes): Row =>
  row(name, 'S', FUNCT3_MASK, code(STORE, funct3), { do: 'store', bytes, address, value: rs2 })

const withImmediate = (name: string, funct3: number, value: Expression): Row =>
  row(name, 'I', FUNCT3_MASK, code(OP_IMM, funct3), set(value))

const shift = (name: string, funct3: number, funct7: number, value: Expression): Row =>
  row(name, 'shift', FUNCT6_MASK, code(OP_IMM, funct3, funct7), set(value))

const shift32 = (name: string, funct3: number, funct7: number, value: Expression): Row =>
  row(name, 'shift', FUNCT7_MASK, code(OP_IMM_32, funct3, funct7), set(value))

const operation = (name: string, funct3: number, funct7: number, value: Expression): Row =>
  row(name, 'R', FUNCT7_MASK, code(OP, funct3, funct7), set(value))

const operation32 = (name: string, funct3: number, funct7: number, value: Expression): Row =>
  row(name, 'R', FUNCT7_MASK, code(OP_32, funct3, funct7), set(value))

const jumps: readonly Row[] = [
  row('jal', 'J', OPCODE_MASK, JAL, set(next), { do: 'branch', when: 'always' }),
  row(
    'jalr',
    'I',
    FUNCT3_MASK,
    JALR,
    assign(0, even), // before rd is written: it may be rs1
    set(next),
    { do: 'jump', target: temporary(0) },
  ),
  branch('beq', 0, 'eq'),
  branch('bne', 1, 'ne'),
  branch('blt', 4, 'lt_s'),
  branch('bge', 5, 'ge_s'),
  branch('bltu', 6, 'lt_u'),
  branch('bgeu', 7, 'ge_u'),
]

const memory: readonly Row[] = [
  load('lb', 0, 1, true),
  load('lh', 1, 2, true),
  load('lw', 2, 4, true),
  load('ld', 3, 8, true),
  load('lbu', 4, 1, false),
  load('lhu', 5, 2, false),
  load('lwu', 6, 4, false),
  store('sb', 0, 1),
  store('sh', 1, 2),
  store('sw', 2, 4),
  store('sd', 3, 8),
  // One hart executes in program order, so a fence orders what is ordered already.
  row('fence', 'none', FUNCT3_MASK, code(MISC_MEM, 0)),
  systemRow('fence.i', 'none', FUNCT3_MASK, code(MISC_MEM, 1)),
]

const immediates: readonly Row[] = [
  row('lui', 'U', OPCODE_MASK, LUI, set(immediate)),
  row('auipc', 'U', OPCODE_MASK, AUIPC, set(add(pc, immediate))),
  withImmediate('addi', 0, address),
  // slti x0, x0, n with n >= 0 is a HINT; guest/include/mark.h makes it an event.
  systemRow('mark', 'I', 0x800fffff, code(OP_IMM, 2)),
  withImmediate('slti', 2, truth(compare('lt_s', rs1, immediate))),
  withImmediate('sltiu', 3, truth(compare('lt_u', rs1, immediate))),
  withImmediate('xori', 4, binary('xor', rs1, immediate)),
  withImmediate('ori', 6, binary('or', rs1, immediate)),
  withImmediate('andi', 7, binary('and', rs1, immediate)),
  shift('slli', 1, 0x00, binary('shl', rs1, immediate)),
  shift('srli', 5, 0x00, binary('shr_u', rs1, immediate)),
  shift('srai', 5, 0x20, binary('shr_s', rs1, immediate)),
  row('addiw', 'I', FUNCT3_MASK, code(OP_IMM_32, 0), set(signed32(address))),
  shift32('slliw', 1, 0x00, signed32(binary('shl', rs1, immediate))),
  shift32('srliw', 5, 0x00, signed32(binary('shr_u', low32(rs1), immediate))),
  shift32('sraiw', 5, 0x20, binary('shr_s', signed32(rs1), immediate)),
]

const operations: readonly Row[] = [
  operation('add', 0, 0x00, add(rs1, rs2)),
  operation('sub', 0, 0x20, binary('sub', rs1, rs2)),
  operation('sll', 1, 0x00, binary('shl', rs1, rs2)),
  operation('slt', 2, 0x00, truth(compare('lt_s', rs1, rs2))),
  operation('sltu', 3, 0x00, truth(compare('lt_u', rs1, rs2))),
  operation('xor', 4, 0x00, binary('xor', rs1, rs2)),
  operation('srl', 5, 0x00, binary('shr_u', rs1, rs2)),
  operation('sra', 5, 0x20, binary('shr_s', rs1, rs2)),
  operation('or', 6, 0x00, binary('or', rs1, rs2)),
  operation('and', 7, 0x00, binary('and', rs1, rs2)),
  operation32('addw', 0, 0x00, signed32(add(rs1, rs2))),
  operation32('subw', 0, 0x20, signed32(binary('sub', rs1, rs2))),
  operation32('sllw', 1, 0x00, signed32(binary('shl', rs1, count32(rs2)))),
  operation32('srlw', 5, 0x00, signed32(binary('shr_u', low32(rs1), count32(rs2)))),
  operation32('sraw', 5, 0x20, binary('shr_s', signed32(rs1), count32(rs2))),
]

const zero = constant(0n)
const negative = (value: Expression) => compare('lt_s', value, zero)
/** a * b >> 64 for signed a, from the unsigned product. */
const lessIfNegative = (product: Expression, a: Expression, b: Expression) =>
  choose(negative(a), binary('sub', product, b), product)
const productHigh = binary('mul_high_u', rs1, rs2)

/** Division by zero gives `whenZero`; MIN / -1 gives `whenOverflow` (M extension, table 11). */
const divided = (
  op: 'div_s' | 'rem_s' | 'div_u' | 'rem_u',
  a: Expression,
  b: Expression,
): Expression => {
  const byZero = op.startsWith('div') ? constant(-1n) : a
  const quotient = binary(op, a, b)
  // Dividing by -1 is negating, which also is right for MIN and cannot overflow.
  const byMinusOne = op === 'div_s' ? binary('sub', zero, a) : zero
  const safe = op.endsWith('_s')
    ? choose(compare('eq', b, constant(-1n)), byMinusOne, quotient)
    : quotient
  return choose(compare('eq', b, zero), byZero, safe)
}
const signs = [signed32(rs1), signed32(rs2)] as const
const lows = [low32(rs1), low32(rs2)] as const

const multiplications: readonly Row[] = [
  operation('mul', 0, 0x01, binary('mul', rs1, rs2)),
  operation('mulh', 1, 0x01, lessIfNegative(lessIfNegative(productHigh, rs1, rs2), rs2, rs1)),
  operation('mulhsu', 2, 0x01, lessIfNegative(productHigh, rs1, rs2)),
  operation('mulhu', 3, 0x01, productHigh),
  operation('div', 4, 0x01, divided('div_s', rs1, rs2)),
  operation('divu', 5, 0x01, divided('div_u', rs1, rs2)),
  operation('rem', 6, 0x01, divided('rem_s', rs1, rs2)),
  operation('remu', 7, 0x01, divided('rem_u', rs1, rs2)),
  operation32('mulw', 0, 0x01, signed32(binary('mul', rs1, rs2))),
  operation32('divw', 4, 0x01, signed32(divided('div_s', ...signs))),
  operation32('divuw', 5, 0x01, signed32(divided('div_u', ...lows))),
  operation32('remw', 6, 0x01, signed32(divided('rem_s', ...signs))),
  operation32('remuw', 7, 0x01, signed32(divided('rem_u', ...lows))),
]

export const baseRows: readonly Row[] = [
  ...jumps,
  ...memory,
  ...immediates,
  ...operations,
  ...multiplications,
]
