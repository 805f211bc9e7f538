// The A extension. aq and rl order what one hart orders already, so the encodings ignore them.

import {
  binary,
  type Condition,
  choose,
  compare,
  type Expression,
  rs1,
  rs2,
  set,
  sign,
  temporary,
} from './ir.ts'
import { code, type Row, row } from './row.ts'

const AMO = 0x2f
const FUNCT5_MASK = 0xf800707f // without aq and rl
const LR_MASK = 0xf9f0707f // rs2 is 0

const old = temporary(0)

/** The two widths of one operation; operands come sign-extended to the width. */
function atomic(
  name: string,
  funct5: number,
  value: (old: Expression, operand: Expression) => Expression,
): readonly Row[] {
  return ([4, 8] as const).map((bytes) => {
    const operand = bytes === 4 ? sign(32, rs2) : rs2
    return row(
      `${name}.${bytes === 4 ? 'w' : 'd'}`,
      'R',
      FUNCT5_MASK,
      code(AMO, bytes === 4 ? 2 : 3, funct5 << 2),
      { do: 'exchange', index: 0, bytes, address: rs1, value: value(old, operand) },
      set(old),
    )
  })
}

const pick = (op: Condition['op']) => (a: Expression, b: Expression) =>
  choose(compare(op, a, b), a, b)

/** Unsigned order of sign-extended 32-bit values is that of the values themselves. */
const extremes: readonly Row[] = [
  ...atomic('amomin', 0x10, pick('lt_s')),
  ...atomic('amomax', 0x14, pick('ge_s')),
  ...atomic('amominu', 0x18, pick('lt_u')),
  ...atomic('amomaxu', 0x1c, pick('ge_u')),
]

const reservations: readonly Row[] = ([4, 8] as const).flatMap((bytes) => {
  const suffix = bytes === 4 ? 'w' : 'd'
  const funct3 = bytes === 4 ? 2 : 3
  return [
    row(
      `lr.${suffix}`,
      'R',
      LR_MASK,
      code(AMO, funct3, 0x02 << 2),
      { do: 'reserve', index: 0, bytes, address: rs1 },
      set(old),
    ),
    row(
      `sc.${suffix}`,
      'R',
      FUNCT5_MASK,
      code(AMO, funct3, 0x03 << 2),
      { do: 'store-reserved', index: 0, bytes, address: rs1, value: rs2 },
      set(old),
    ),
  ]
})

export const atomicRows: readonly Row[] = [
  ...reservations,
  ...atomic('amoswap', 0x01, (_, operand) => operand),
  ...atomic('amoadd', 0x00, (a, b) => binary('add', a, b)),
  ...atomic('amoxor', 0x04, (a, b) => binary('xor', a, b)),
  ...atomic('amoand', 0x0c, (a, b) => binary('and', a, b)),
  ...atomic('amoor', 0x08, (a, b) => binary('or', a, b)),
  ...extremes,
]
