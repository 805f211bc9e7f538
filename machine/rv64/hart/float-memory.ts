// Loads and stores of f registers: bits as they are, a single boxed when it comes in.

import { load, store, viewpoint } from '../mmu/data.ts'
import { floatAt } from './float-registers.ts'
import { floatDirty } from './float-state.ts'
import type { Hart } from './hart.ts'
import { VALUE } from './state.ts'
import type { Operands } from './system.ts'

const BOX_HI = -1

export const loadFloat =
  (bytes: 4 | 8) =>
  (hart: Hart, operands: Operands): boolean => {
    const lo = addressLo(hart, operands)
    if (!load(hart, addressHi(hart, operands, lo), lo, bytes, viewpoint(hart))) return false
    const hi = bytes === 4 ? BOX_HI : hart.hi(VALUE)
    hart.put(floatAt(operands.rd), hi, hart.lo(VALUE))
    floatDirty(hart)
    return true
  }

export const storeFloat =
  (bytes: 4 | 8) =>
  (hart: Hart, operands: Operands): boolean => {
    const lo = addressLo(hart, operands)
    const from = floatAt(operands.rs2)
    hart.put(VALUE, hart.hi(from), hart.lo(from))
    return store(hart, addressHi(hart, operands, lo), lo, bytes, viewpoint(hart))
  }

const addressLo = (hart: Hart, { rs1, immediate }: Operands): number =>
  (hart.lo(rs1) + immediate) | 0

/** With the carry or borrow of the low half. */
function addressHi(hart: Hart, { rs1, immediate }: Operands, lo: number): number {
  const carried = lo >>> 0 < immediate >>> 0 ? 1 : 0
  return (hart.hi(rs1) + (immediate >> 31) + carried) | 0
}
