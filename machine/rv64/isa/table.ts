// The instruction table: all rows, the more special one first where two match. What no row matches
// is the last one, `illegal`.

import { atomicRows } from './atomic.ts'
import { baseRows } from './base.ts'
import { floatRows } from './float.ts'
import { privilegedRows } from './privileged.ts'
import { type Row, systemRow } from './row.ts'

export const table: readonly Row[] = [
  ...baseRows,
  ...atomicRows,
  ...floatRows,
  ...privilegedRows,
  systemRow('illegal', 'none', 0, 0),
]

export const ILLEGAL_ROW = table.length - 1
