// What a row of the CSR table is, and the two commonest kinds.

import { CELL, type CellName, VALUE } from '../memory/layout.ts'
import type { Hart } from './hart.ts'

export interface CsrRow {
  readonly number: number
  readonly name: string
  /** Puts what it reads into VALUE. */
  readonly read: (hart: Hart) => void
  /** Absent: writes are ignored (a write to a read-only number traps before). */
  readonly write?: (hart: Hart, hi: number, lo: number) => void
}

/** A cell of which the bits in the mask are writable, without further effect. */
export function plain(number: number, name: CellName, maskHi = -1, maskLo = -1): CsrRow {
  const cell = CELL[name]
  const row: CsrRow = {
    number,
    name,
    read: (hart) => hart.put(VALUE, hart.hi(cell), hart.lo(cell)),
    write: (hart, hi, lo) => hart.put(cell, hi & maskHi, lo & maskLo),
  }
  plainCells.set(row, { cell, maskHi, maskLo })
  return row
}

/** What a plain row stands for: its cell, and the bits that can be written. */
export interface PlainCell {
  readonly cell: number
  readonly maskHi: number
  readonly maskLo: number
}

const plainCells = new WeakMap<CsrRow, PlainCell>()

/** Undefined for a row with rules of its own, be it made from a plain one. */
export const plainCell = (row: CsrRow): PlainCell | undefined => plainCells.get(row)

/** Reads as a constant. */
export function fixed(number: number, name: string, hi: number, lo: number): CsrRow {
  return { number, name, read: (hart) => hart.put(VALUE, hi, lo) }
}
