// An instruction as a person reads it: its row's name and operands, straight from the instruction table. A
// compressed instruction shows as what it expands to. No assembler's syntax: good enough to know it again.

import { csrByNumber } from '../rv64/hart/csr-table.ts'
import { decode } from '../rv64/isa/decode.ts'
import type { Format } from '../rv64/isa/row.ts'
import { table } from '../rv64/isa/table.ts'

/** x0 to x31 by the names of the calling convention. */
export const X_NAMES: readonly string[] = [
  ...['zero', 'ra', 'sp', 'gp', 'tp', 't0', 't1', 't2', 's0', 's1'],
  ...['a0', 'a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'a7'],
  ...['s2', 's3', 's4', 's5', 's6', 's7', 's8', 's9', 's10', 's11', 't3', 't4', 't5', 't6'],
]

/** `word` holds the bits at pc, as for decode. */
export function textOf(word: number): string {
  const { row, rd, rs1, rs2, immediate, length, raw } = decode(word)
  const { name, format } = table[row]!
  const [d, a, b] = [rd, rs1, rs2].map((number) => X_NAMES[number]!) as [string, string, string]
  const bits = raw.toString(16).padStart(2 * length, '0')
  const said = ADDRESSED.test(name)
    ? `${d}, ${immediate}(${a})`
    : operands(format, d, a, b, immediate)
  return `${bits} ${[name, said].filter(Boolean).join(' ')}`
}

/** Instructions of format I whose operand is an address. */
const ADDRESSED = /^(f?l[bhwd]u?|jalr)$/

function operands(format: Format, d: string, a: string, b: string, immediate: number): string {
  switch (format) {
    case 'R':
    case 'rounded':
      return `${d}, ${a}, ${b}`
    case 'fused':
      return `${d}, ${a}, ${b}, ${X_NAMES[immediate >> 3]}`
    case 'I':
    case 'shift':
      return `${d}, ${a}, ${immediate}`
    case 'S':
      return `${b}, ${immediate}(${a})`
    case 'B':
      return `${a}, ${b}, pc${signed(immediate)}`
    case 'U':
      return `${d}, 0x${(immediate >>> 12).toString(16)}`
    case 'J':
      return `${d}, pc${signed(immediate)}`
    case 'csr':
      return `${d}, ${csrByNumber[immediate]?.name ?? `0x${immediate.toString(16)}`}, ${a}`
    case 'none':
      return ''
    default:
      return format satisfies never
  }
}

const signed = (offset: number): string => (offset < 0 ? String(offset) : `+${offset}`)
