// What a guest keeps as empty: free frames and tables that it hands out again without clearing them.
// Rule: they hold only zeros. What is left in them would come back as entries of a new table, or as
// memory that is in use.

import { PAGE_BYTES } from '../../machine/units.ts'
import { type AuditKernel, BACKUP_USE, FRAME_USE, NoRecord } from '../view/audit-records.ts'
import type { Memory } from '../view/memory.ts'
import type { Ledger } from './ledger.ts'
import { hex, type Tally } from './tally.ts'

/** The frames that a kernel keeps as empty: they are free, too. */
export async function checkStocks(
  memory: Memory,
  record: AuditKernel,
  ledger: Ledger,
  tally: Tally,
): Promise<void> {
  const { empty_originals, empty_originals_count, originals_count } = record
  const { empty_backups, empty_backups_count, backups_count, backups_base } = record
  // One after the other: a machine outside this process takes one request at a time.
  const originals = await numbersIn(memory, empty_originals, empty_originals_count, originals_count)
  const backups = await numbersIn(memory, empty_backups, empty_backups_count, backups_count)
  const kept = [
    ...originals.map((index) => {
      const pa = ledger.at(index)
      return { pa, what: 'frame', free: ledger.useAt(pa) === FRAME_USE.free }
    }),
    ...backups.map((index) => {
      const pa = backups_base + index * PAGE_BYTES
      return { pa, what: 'backup frame', free: ledger.backupUseAt(pa) === BACKUP_USE.free }
    }),
  ]
  for (const { pa, what, free } of kept) {
    const says = `${what} ${hex(pa)} is kept as empty, its record says otherwise`
    if (!free) tally.note('disagree', pa, says)
    await checkEmpty(memory, pa, what, tally)
  }
}

/** Notes `what` (with its address) if the page at `pa` holds anything. */
export async function checkEmpty(
  memory: Memory,
  pa: number,
  what: string,
  tally: Tally,
): Promise<void> {
  if (!memory.holds(pa, PAGE_BYTES)) {
    tally.note('unreadable', pa, `${what} ${hex(pa)} is kept as empty, but lies outside RAM`)
    return
  }
  const page = await memory.page(pa)
  for (let at = 0; at < PAGE_BYTES; at += 4) {
    if (page.getUint32(at, true) === 0) continue
    tally.note('dirty', pa, `${what} ${hex(pa)} is kept as empty, but is not at ${hex(pa + at)}`)
    return
  }
}

/** The numbers in a list of uint32 at `list`, whose length is the uint32 at `length`, at most `most`. */
async function numbersIn(
  memory: Memory,
  list: number,
  length: number,
  most: number,
): Promise<number[]> {
  const count = await numberAt(memory, length)
  if (count > most || !memory.holds(list, 4 * count)) {
    const where = `a list at ${hex(list)}`
    throw new NoRecord(`expected ${where} in RAM of at most ${most} numbers, got ${count}`)
  }
  const numbers = await memory.stretch(list, 4 * count)
  return Array.from({ length: count }, (_, n) => numbers.getUint32(4 * n, true))
}

/** A uint32 of the guest's. */
export async function numberAt(memory: Memory, at: number): Promise<number> {
  if (!memory.holds(at, 4)) throw new NoRecord(`expected a number in RAM, got address ${hex(at)}`)
  return (await memory.stretch(at, 4)).getUint32(0, true)
}
