// cbo.zero of Zicboz: a block of memory becomes zero, or the instruction traps and none of it does.

import type { Hart } from '../hart/hart.ts'
import { takeIllegal, takeVirtual } from '../hart/trap.ts'
import { CACHE_BLOCK_BYTES } from '../isa/extensions.ts'
import { CBZE, MACHINE, USER } from '../isa/status.ts'
import { CELL } from '../memory/layout.ts'
import { clearBlock } from './data.ts'
import type { Operands } from './system.ts'

/** False: trapped. */
export function zeroBlock(hart: Hart, operands: Operands): boolean {
  if (!permitted(hart)) return false
  const hi = hart.hi(operands.rs1)
  const lo = hart.lo(operands.rs1) & -CACHE_BLOCK_BYTES
  return clearBlock(hart, hi, lo, CACHE_BLOCK_BYTES)
}

/** menvcfg guards all that is below M-mode, senvcfg and henvcfg what is below them. */
function permitted(hart: Hart): boolean {
  const { privilege, virtualised } = hart
  const open = (cell: number): boolean => (hart.lo(cell) & CBZE) !== 0
  if (privilege === MACHINE) return true
  const asUser = privilege !== USER || open(CELL.senvcfg)
  if (!open(CELL.menvcfg) || (!virtualised && !asUser)) {
    takeIllegal(hart)
    return false
  }
  if (virtualised && !(open(CELL.henvcfg) && asUser)) {
    takeVirtual(hart)
    return false
  }
  return true
}
