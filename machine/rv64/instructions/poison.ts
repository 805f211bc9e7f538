// Poison on the way of an instruction: a hardware error. Invariant: it is precise, and tval is the virtual
// address of the first byte that cannot be had.

import type { Hart } from '../hart/hart.ts'
import { takeException } from '../hart/trap.ts'
import { CAUSE } from '../isa/status.ts'
import type { Consumer } from '../memory/error-counts.ts'
import { CLEAN } from '../memory/memory-error.ts'

/** Before [at, at + bytes) of RAM is read, within a page, for the virtual address hi:lo. True: trapped. */
export function meetsPoison(
  hart: Hart,
  at: number,
  bytes: number,
  hi: number,
  lo: number,
  by: Consumer,
  asGuest = false,
): boolean {
  const { errors } = hart.ram
  if (errors.count === 0) return false
  const where = errors.touch(at, bytes)
  if (where === CLEAN) return false
  errors.consumed(by)
  takeException(hart, CAUSE.hardwareError, hi, lo + (where - at), asGuest)
  return true
}
