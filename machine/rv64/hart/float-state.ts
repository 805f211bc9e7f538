// When floating point may be used, and that it has been: FS of mstatus, and of vsstatus where the guest
// runs. Invariant: registers and fcsr never change without both becoming dirty.

import { FS } from '../isa/status.ts'
import { CELL } from '../memory/layout.ts'
import type { Hart } from './hart.ts'

export const floatEnabled = (hart: Hart): boolean =>
  (hart.lo(CELL.mstatus) & FS) !== 0 && (!hart.virtualised || (hart.lo(CELL.vsstatus) & FS) !== 0)

export function floatDirty(hart: Hart): void {
  hart.i32[CELL.mstatus >> 2]! |= FS
  if (hart.virtualised) hart.i32[CELL.vsstatus >> 2]! |= FS
}
