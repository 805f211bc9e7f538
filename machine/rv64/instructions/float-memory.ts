// Loads and stores of f registers: bits as they are, a single boxed when it comes in.

import { floatDirty } from '../hart/float-state.ts'
import type { Hart } from '../hart/hart.ts'
import { VALUE } from '../memory/layout.ts'
import { READ, WRITE } from '../mmu/pte.ts'
import { load, store, viewpoint } from './data.ts'
import { BOX_HI, floatAt } from './float-registers.ts'
import type { Operands } from './system.ts'

export const loadFloat =
  (bytes: 4 | 8) =>
  (hart: Hart, operands: Operands): boolean => {
    const lo = addressLo(hart, operands)
    const hi = addressHi(hart, operands, lo)
    const host = hart.tlb?.find(READ, hi, lo, bytes) ?? 0
    if (host === 0 && !load(hart, hi, lo, bytes, viewpoint(hart))) return false
    const from = host === 0 ? VALUE : host
    hart.put(floatAt(operands.rd), bytes === 4 ? BOX_HI : hart.hi(from), hart.lo(from))
    floatDirty(hart)
    return true
  }

export const storeFloat =
  (bytes: 4 | 8) =>
  (hart: Hart, operands: Operands): boolean => {
    const lo = addressLo(hart, operands)
    const hi = addressHi(hart, operands, lo)
    const from = floatAt(operands.rs2)
    const host = hart.tlb?.find(WRITE, hi, lo, bytes) ?? 0
    if (host === 0) {
      hart.put(VALUE, hart.hi(from), hart.lo(from))
      return store(hart, hi, lo, bytes, viewpoint(hart))
    }
    hart.i32[host >> 2] = hart.lo(from)
    if (bytes === 8) hart.i32[(host >> 2) + 1] = hart.hi(from)
    return true
  }

const addressLo = (hart: Hart, { rs1, immediate }: Operands): number =>
  (hart.lo(rs1) + immediate) | 0

/** The high half of the address, which takes the carry or borrow of the low half. */
function addressHi(hart: Hart, { rs1, immediate }: Operands, lo: number): number {
  const carried = lo >>> 0 < immediate >>> 0 ? 1 : 0
  return (hart.hi(rs1) + (immediate >> 31) + carried) | 0
}
