// The f registers. Invariant: a single is boxed, its upper half all ones; what is not boxed reads as
// the canonical NaN where a single is wanted.

import { type Format, SINGLE } from '../float/format.ts'
import { floatDirty } from '../hart/float-state.ts'
import type { Hart } from '../hart/hart.ts'
import { F } from '../memory/layout.ts'

/** The upper half of a boxed single. */
export const BOX_HI = -1
const BOX = 0xffff_ffff_0000_0000n

/** Where the f register lies whose number an operand has as an x register: x0's place is another. */
export const floatAt = (operand: number): number => F + (operand & 0xf8)

export function readFloat(hart: Hart, of: Format, operand: number): bigint {
  const bits = hart.u64[floatAt(operand) >> 3]!
  if (of !== SINGLE) return bits
  return bits >= BOX ? bits - BOX : SINGLE.nan
}

export function writeFloat(hart: Hart, of: Format, operand: number, bits: bigint): void {
  hart.u64[floatAt(operand) >> 3] = of === SINGLE ? bits | BOX : bits
  floatDirty(hart)
}
