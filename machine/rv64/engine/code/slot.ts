// A slot: one decoded instruction in linear memory, as the interpreter's handlers read it, and the
// numbering of the handlers. A zeroed slot means: not decoded yet.

import type { Decoded } from '../../isa/decode.ts'
import { table } from '../../isa/table.ts'
import { DISCARD, X } from '../../memory/layout.ts'

/** Byte offsets within a slot; registers are stored as byte offsets of the state. */
export const SLOT_HANDLER = 0 // u16
export const SLOT_RD = 2 // u16
export const SLOT_RS1 = 4 // u16
export const SLOT_RS2 = 6 // u16
/** i32; of a near branch the distance in slots, in bytes. */
export const SLOT_IMMEDIATE = 8
/** u16: bytes to the slot of the next instruction. */
export const SLOT_STEP = 12
/** u16: how often a jump has led here; of a compiled fragment its index in the table. */
export const SLOT_HEAT = 14

/** A slot lies 8 bytes further for each byte of code: 16 bytes a halfword. */
export const SLOT_SHIFT = 3

/** The slots of a cache line span 2 to the power of this many bytes. */
export const SLOT_BYTES_OF_LINE = 9

/** Handlers that are not rows. */
export const DECODE = 0
export const PAGE_END = 1
export const ACROSS = 2
/** A compiled fragment begins here. */
export const FRAGMENT = 3
/** A guard may want to be asked before the instruction: see hart/fetch-guard.ts. */
export const BREAK = 4
const FIRST_ROW = 5

export interface Handler {
  readonly row: number
  /** The target of its branch lies in its own page. */
  readonly near: boolean
}

const branches = (row: number): boolean =>
  table[row]!.meaning.some((statement) => statement.do === 'branch')

/** Handlers from number FIRST_ROW on: one a row, two for those that branch. */
export const handlers: readonly Handler[] = table.flatMap((_, row) =>
  branches(row)
    ? [
        { row, near: false },
        { row, near: true },
      ]
    : [{ row, near: false }],
)

export const HANDLER_COUNT = FIRST_ROW + handlers.length
export const handlerAt = (number: number): Handler => handlers[number - FIRST_ROW]!

const numberOfRow: readonly number[] = table.map(
  (_, row) => FIRST_ROW + handlers.findIndex((handler) => handler.row === row),
)
const branchRows: readonly boolean[] = table.map((_, row) => branches(row))

/**
 * Writes the slot of an instruction at `offset` of its page; with `offset` undefined it lies across
 * pages and branches leave.
 */
export function writeSlot(
  view: DataView,
  slot: number,
  instruction: Decoded,
  offset: number | undefined,
): void {
  const { row, rd, rs1, rs2, immediate, length } = instruction
  const target = offset === undefined ? -1 : offset + immediate
  const near = branchRows[row]! && target >= 0 && target < 4096
  view.setUint16(slot + SLOT_RD, rd === 0 ? DISCARD : X + 8 * rd, true)
  view.setUint16(slot + SLOT_RS1, X + 8 * rs1, true)
  view.setUint16(slot + SLOT_RS2, X + 8 * rs2, true)
  view.setInt32(slot + SLOT_IMMEDIATE, near ? immediate << SLOT_SHIFT : immediate, true)
  view.setUint16(slot + SLOT_STEP, length << SLOT_SHIFT, true)
  view.setUint16(slot + SLOT_HANDLER, numberOfRow[row]! + (near ? 1 : 0), true)
}
