// Counters and timers: mcycle, minstret, time, their shadows, and the compare registers of Sstc.
// Invariant: cycle is virtual time, waiting included; instret counts what retired before the
// instruction that reads it.

import { CELL, type CellName, VALUE } from '../memory/layout.ts'
import { type CsrRow, fixed, plain } from './csr-row.ts'
import type { Hart } from './hart.ts'

function putCount(hart: Hart, count: number, cell: number): void {
  const offset = hart.u64[cell >> 3]!
  if (offset === 0n) hart.put(VALUE, Math.floor(count / 2 ** 32), count | 0)
  else hart.u64[VALUE >> 3] = BigInt(count) + offset
}

const readCycle = (hart: Hart): void => {
  hart.syncClock()
  putCount(hart, hart.clock.now, CELL.mcycle)
}

const readInstret = (hart: Hart): void => {
  hart.syncClock()
  putCount(hart, hart.retired, CELL.minstret)
}

/** What is written is what the next instruction reads. */
const writeCount =
  (cell: number, count: (hart: Hart) => number) => (hart: Hart, hi: number, lo: number) => {
    hart.syncClock()
    hart.put(cell, hi, lo)
    hart.u64[cell >> 3] = hart.u64[cell >> 3]! - BigInt(count(hart) + 1)
  }

const readTime = (hart: Hart): void => {
  hart.syncClock()
  const ticks = hart.timers.shownTicks()
  const offset = hart.parts.timeOffset()
  const delta = hart.virtualised ? hart.u64[CELL.htimedelta >> 3]! : 0n
  if (offset === 0n && delta === 0n) hart.put(VALUE, Math.floor(ticks / 2 ** 32), ticks | 0)
  else hart.u64[VALUE >> 3] = hart.timers.time(ticks) + delta
}

function compareRow(number: number, name: CellName): CsrRow {
  return {
    ...plain(number, name),
    write: (hart, hi, lo) => {
      hart.syncClock()
      hart.put(CELL[name], hi, lo)
      hart.timers.update()
    },
  }
}

const cycle = {
  read: readCycle,
  write: writeCount(CELL.mcycle, (hart) => hart.clock.now),
}
const instret = {
  read: readInstret,
  write: writeCount(CELL.minstret, (hart) => hart.retired),
}

const events = Array.from({ length: 29 }, (_, i) => i + 3)

export const counterRows: readonly CsrRow[] = [
  { number: 0xb00, name: 'mcycle', ...cycle },
  { number: 0xb02, name: 'minstret', ...instret },
  { number: 0xc00, name: 'cycle', read: readCycle },
  { number: 0xc01, name: 'time', read: readTime },
  { number: 0xc02, name: 'instret', read: readInstret },
  ...events.map((i) => fixed(0xb00 + i, `mhpmcounter${i}`, 0, 0)),
  ...events.map((i) => fixed(0xc00 + i, `hpmcounter${i}`, 0, 0)),
  ...events.map((i) => fixed(0x320 + i, `mhpmevent${i}`, 0, 0)),
  compareRow(0x14d, 'stimecmp'),
  compareRow(0x24d, 'vstimecmp'),
  compareRow(0x605, 'htimedelta'),
]
