// From an instruction word to a row and its operands. Invariant: every word of 16 or 32 bits decodes,
// if only to `illegal`; equal words decode equally.

import { expand } from './compressed.ts'
import type { Format } from './row.ts'
import { ILLEGAL_ROW, table } from './table.ts'

export interface Decoded {
  /** Index into the table. */
  readonly row: number
  readonly rd: number
  readonly rs1: number
  readonly rs2: number
  readonly immediate: number
  readonly length: 2 | 4
  /** The instruction as it lies in memory: what stval shows. */
  readonly raw: number
}

/** `word` holds the bits at pc; of a compressed instruction the upper half does not matter. */
export function decode(word: number): Decoded {
  if ((word & 3) === 3) return operands(word, 4, word)
  const half = word & 0xffff
  return operands(expand(half), 2, half)
}

export const isCompressed = (half: number): boolean => (half & 3) !== 3

function operands(word: number, length: 2 | 4, raw: number): Decoded {
  const row = rowOf(word)
  return {
    row,
    rd: (word >>> 7) & 31,
    rs1: (word >>> 15) & 31,
    rs2: (word >>> 20) & 31,
    immediate: immediateOf(table[row]!.format, word),
    length,
    raw: raw >>> 0,
  }
}

/** Rows by opcode and funct3; a row whose mask leaves funct3 out stands in all eight. */
const buckets: readonly (readonly number[])[] = Array.from({ length: 1024 }, (_, bucket) => {
  const fixed = ((bucket & 7) << 12) | (bucket >>> 3)
  return table.flatMap((row, index) =>
    ((fixed ^ row.match) & row.mask & 0x707f) === 0 ? [index] : [],
  )
})

function rowOf(word: number): number {
  const bucket = buckets[((word & 0x7f) << 3) | ((word >>> 12) & 7)]!
  for (const index of bucket) {
    const row = table[index]!
    if (((word ^ row.match) & row.mask) === 0) return index
  }
  return ILLEGAL_ROW
}

export function immediateOf(format: Format, word: number): number {
  switch (format) {
    case 'I':
      return word >> 20
    case 'shift':
      return (word >>> 20) & 63
    case 'S':
      return ((word >> 25) << 5) | ((word >>> 7) & 31)
    case 'B':
      return (
        ((word >> 31) << 12) |
        (((word >>> 7) & 1) << 11) |
        (((word >>> 25) & 63) << 5) |
        (((word >>> 8) & 15) << 1)
      )
    case 'U':
      return word & 0xfffff000
    case 'J':
      return (
        ((word >> 31) << 20) |
        (((word >>> 12) & 255) << 12) |
        (((word >>> 20) & 1) << 11) |
        (((word >>> 21) & 1023) << 1)
      )
    case 'csr':
      return word >>> 20
    case 'rounded':
      return (word >>> 12) & 7
    case 'fused':
      return ((word >>> 12) & 7) | ((word >>> 27) << 3)
    case 'R':
    case 'none':
      return 0
  }
}
