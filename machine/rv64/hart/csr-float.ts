// fflags, frm and fcsr: three views of one cell. Who may access them depends on FS; see instructions/csr.ts.

import { CELL, VALUE } from '../memory/layout.ts'
import type { CsrRow } from './csr-row.ts'
import { floatDirty } from './float-state.ts'

export const FLAGS = 0x1f
export const MODE_SHIFT = 5
const MODE = 7

function view(number: number, name: string, shift: number, mask: number): CsrRow {
  return {
    number,
    name,
    read: (hart) => hart.put(VALUE, 0, (hart.lo(CELL.fcsr) >> shift) & mask),
    write: (hart, _hi, lo) => {
      const kept = hart.lo(CELL.fcsr) & ~(mask << shift)
      hart.put(CELL.fcsr, 0, kept | ((lo & mask) << shift))
      floatDirty(hart)
    },
  }
}

export const floatRows: readonly CsrRow[] = [
  view(0x001, 'fflags', 0, FLAGS),
  view(0x002, 'frm', MODE_SHIFT, MODE),
  view(0x003, 'fcsr', 0, (MODE << MODE_SHIFT) | FLAGS),
]
