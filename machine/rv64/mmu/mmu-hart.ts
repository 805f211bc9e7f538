// MmuHart: what translation needs to know of a hart. The hart owns its Mmu, which stands beneath it and
// therefore does not know the whole class.

import type { Ram } from '../memory/ram.ts'
import type { Pmp } from './pmp.ts'

export interface MmuHart {
  readonly ram: Ram
  /** The machine's linear memory. */
  readonly i32: Int32Array
  readonly pmp: Pmp
  readonly privilege: number
  readonly virtualised: boolean
  readonly counters: { readonly walks: number[]; guestWalks: number }
  /** Low and high half of a CSR's cell. */
  lo(cell: number): number
  hi(cell: number): number
}
