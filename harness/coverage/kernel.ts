// Coverage of a mirroring kernel (`user+tables`): the walk over its own table and every process's.
//
// Rules, by which a leaf to an original needs a backup leaf, or none:
//  - A leaf of a process's table with U needs one at va + offset in the same table, without U and X.
//  - The trapframe's frame is an original without such a leaf: it is backed in the kernel's window.
//  - Every original needs its leaf in the kernel's window, at its physical address + offset.
//  - A leaf of the kernel's direct map or to a kernel stack makes no original; the trampoline is part of
//    the kernel's image.
//  - Tables that hold only backup entries, or only the kernel's way to such tables, lie in the backup bank
//    and are no originals.
// Allocator and tables must agree: what is mapped for users is in use as such and the other way round,
// and the same holds of tables and of tables of backup entries.

import { PAGE_BYTES } from '../../machine/units.ts'
import type { Finding } from '../invariant.ts'
import {
  type AuditKernel,
  BACKUP_USE,
  backupsOf,
  FRAME_USE,
  originalsOf,
  readKernel,
} from '../view/audit-records.ts'
import { type Memory, u64At } from '../view/memory.ts'
import { type Entry, PTE_U, PTE_X, type Walk, walkAll } from '../view/sv39.ts'
import type { View } from '../view/view.ts'
import { COVERED, Ledger } from './ledger.ts'
import { hex, Tally } from './tally.ts'

/** Sv39's lower half; the last 2 MiB below it hold trampoline and trapframe (guest/kernel/layout.h). */
const VA_TOP = 2 ** 38
const RESERVED_TOP = 2 ** 21
const TRAPFRAME = VA_TOP - 2 * 4096
/** Reach of one entry of the root and of one entry of the level below. */
const ROOT_ENTRY = 2 ** 30
const MIDDLE_ENTRY = 2 ** 21

/** A table root to walk, and how a violation names it. */
interface Space {
  readonly name: string
  readonly number: number
  readonly root: number
}

export async function kernelCoverage(view: View): Promise<Finding> {
  const { memory } = view
  const record = await readKernel(memory, view.kernel)
  const tally = new Tally()
  const ledger = new Ledger(
    await originalsOf(memory, record),
    await backupsOf(memory, record),
    COVERED['user+tables'],
    view.banks,
    tally,
  )
  const seen: Seen = { user: new Set(), tables: new Set(), backupTables: new Set() }
  const kernel = await kernelSpace(memory, record, ledger, seen, tally)
  for (const space of await processes(memory, record)) {
    await checkProcess(memory, record, space, ledger, seen, tally)
  }
  checkWindow(kernel, record, ledger, seen, tally)
  checkAgreement(ledger, seen, tally)
  return tally.finding('kernel', ledger.originals.size, ledger.backups)
}

/** Addresses of the frames that the tables reach, by what for. */
interface Seen {
  readonly user: Set<number>
  readonly tables: Set<number>
  readonly backupTables: Set<number>
}

async function kernelSpace(
  memory: Memory,
  record: AuditKernel,
  ledger: Ledger,
  seen: Seen,
  tally: Tally,
): Promise<Walk> {
  const space = { name: 'kernel', number: -1, root: record.kernel_root }
  // Of the kernel's leaves only the window and the way to the backup bank are looked at.
  const wanted = (va: number): boolean => va >= record.backups_base
  const walk = await walkAll(memory, record.kernel_root, wanted)
  noteTables(walk, space, record, ledger, seen, tally)
  return walk
}

async function processes(memory: Memory, record: AuditKernel): Promise<Space[]> {
  const { processes: at, process_count, process_stride } = record
  const table = await memory.stretch(at, process_count * process_stride)
  const spaces: Space[] = []
  for (let n = 0; n < process_count; n++) {
    const base = n * process_stride
    const pid = table.getInt32(base + record.process_pid, true)
    const roots = [
      [record.process_root, `pid ${pid}`],
      [record.process_building, `pid ${pid} (exec)`],
    ] as const
    for (const [offset, name] of roots) {
      const root = u64At(table, base + offset)
      if (root !== 0) spaces.push({ name, number: spaces.length, root })
    }
  }
  return spaces
}

async function checkProcess(
  memory: Memory,
  record: AuditKernel,
  space: Space,
  ledger: Ledger,
  seen: Seen,
  tally: Tally,
): Promise<void> {
  const walk = await walkAll(memory, space.root)
  noteTables(walk, space, record, ledger, seen, tally)
  const leaves = new Map(walk.leaves.map((leaf) => [leaf.va, leaf]))
  for (const leaf of walk.leaves) {
    if (isBackupPage(leaf.va, record)) checkBackupLeaf(leaf, leaves, record, space, tally)
    else checkOriginalLeaf(leaf, leaves, record, space, ledger, seen, tally)
  }
}

function checkOriginalLeaf(
  leaf: Entry,
  leaves: ReadonlyMap<number, Entry>,
  record: AuditKernel,
  space: Space,
  ledger: Ledger,
  seen: Seen,
  tally: Tally,
): void {
  const page = `${space.name}, page ${hex(leaf.va)}, frame ${hex(leaf.pa)}`
  const user = (leaf.flags & PTE_U) !== 0
  if (!user && leaf.va !== TRAPFRAME) return
  const index = ledger.indexAt(leaf.pa)
  if (index === undefined) {
    const kind = ledger.backupUseAt(leaf.pa) === undefined ? 'disagree' : 'user-accessible'
    tally.note(kind, place(space, leaf.va), `${page}: mapped for a user, but no original frame`)
    return
  }
  seen.user.add(leaf.pa)
  if (!user) return
  const backup = leaves.get(leaf.va + record.offset)
  if (backup === undefined) tally.note('missing', index, `${page}: no backup entry`)
  else ledger.checkEntry(index, backup.pa, page, tally)
}

function checkBackupLeaf(
  leaf: Entry,
  leaves: ReadonlyMap<number, Entry>,
  record: AuditKernel,
  space: Space,
  tally: Tally,
): void {
  const page = `${space.name}, backup page ${hex(leaf.va)}, frame ${hex(leaf.pa)}`
  const where = place(space, leaf.va)
  if ((leaf.flags & (PTE_U | PTE_X)) !== 0) {
    tally.note('user-accessible', where, `${page}: user-accessible or executable`)
  }
  if (!leaves.has(leaf.va - record.offset)) {
    tally.note('stale', where, `${page}: no original page at ${hex(leaf.va - record.offset)}`)
  }
}

/** The window has a leaf for each original and for nothing else; the rest leads to backup tables. */
function checkWindow(
  walk: Walk,
  record: AuditKernel,
  ledger: Ledger,
  seen: Seen,
  tally: Tally,
): void {
  const window = new Map<number, Entry>()
  for (const leaf of walk.leaves) {
    if (leaf.va >= record.offset && leaf.va < VA_TOP - RESERVED_TOP) {
      window.set(leaf.va - record.offset, leaf)
    } else if (ledger.backupUseAt(leaf.pa) !== undefined && !seen.backupTables.has(leaf.pa)) {
      tally.note('stale', leaf.va, `kernel, page ${hex(leaf.va)}: leads to no backup table in use`)
    }
    if ((leaf.flags & PTE_U) !== 0) {
      tally.note('user-accessible', leaf.va, `kernel, page ${hex(leaf.va)}: user-accessible`)
    }
  }
  for (const index of ledger.originals) {
    const page = `kernel window, frame ${hex(ledger.at(index))}`
    const leaf = window.get(ledger.at(index))
    if (leaf === undefined) tally.note('missing', index, `${page}: no backup entry`)
    else ledger.checkEntry(index, leaf.pa, page, tally)
  }
  for (const [pa, leaf] of window) {
    const index = ledger.indexAt(pa)
    if (index !== undefined && ledger.originals.has(index)) continue
    tally.note('stale', leaf.va, `kernel window ${hex(leaf.va)}: ${hex(pa)} is no original in use`)
  }
}

/** Sorts a root and the tables below it into tables with original entries and tables of backups. */
function noteTables(
  walk: Walk,
  space: Space,
  record: AuditKernel,
  ledger: Ledger,
  seen: Seen,
  tally: Tally,
): void {
  seen.tables.add(space.root)
  for (const { va, level, pa } of walk.tables) {
    if (ledger.backupUseAt(pa) === undefined) {
      seen.tables.add(pa)
      continue
    }
    seen.backupTables.add(pa)
    const end = va + (level === 2 ? ROOT_ENTRY : MIDDLE_ENTRY)
    if (isBackupPage(va, record) && end <= VA_TOP - RESERVED_TOP) continue
    if (space.root === record.kernel_root && inBackupBank(va, end, record)) continue
    const page = `${space.name}, table ${hex(pa)} for ${hex(va)}`
    tally.note('aliased', pa, `${page}: original entries lie in the backup bank`)
  }
  for (const { va, pa } of walk.wild) {
    const page = `${space.name}, ${hex(va)}`
    tally.note('unreadable', place(space, va), `${page}: a table at ${hex(pa)}, outside RAM`)
  }
}

function checkAgreement(ledger: Ledger, seen: Seen, tally: Tally): void {
  const mapped = [
    [seen.user, FRAME_USE.user, 'mapped for a user'],
    [seen.tables, FRAME_USE.table, 'a page table'],
  ] as const
  for (const [frames, use, what] of mapped) {
    for (const pa of frames) {
      if (ledger.useAt(pa) === use) continue
      tally.note('disagree', pa, `frame ${hex(pa)} is ${what}, the allocator says otherwise`)
    }
  }
  for (const index of ledger.originals) {
    const pa = ledger.at(index)
    if (seen.user.has(pa) || seen.tables.has(pa)) continue
    tally.note('disagree', pa, `frame ${hex(pa)} is in use, but no table leads to it`)
  }
  const recorded = new Set(ledger.backupsUsedAs(BACKUP_USE.table))
  for (const pa of recorded) {
    if (seen.backupTables.has(pa)) continue
    tally.note('stale', pa, `backup table ${hex(pa)} is in use, but hangs in no root`)
  }
  for (const pa of seen.backupTables) {
    if (recorded.has(pa)) continue
    tally.note('disagree', pa, `backup table ${hex(pa)} hangs in a root, its record says otherwise`)
  }
}

function isBackupPage(va: number, record: AuditKernel): boolean {
  return va >= record.offset && va < VA_TOP - RESERVED_TOP
}

/** The kernel's way to tables of backup entries, at their physical addresses. */
function inBackupBank(va: number, end: number, record: AuditKernel): boolean {
  const { backups_base, backups_count } = record
  return va >= backups_base && end <= backups_base + backups_count * PAGE_BYTES
}

/** Tells pages of different roots apart. */
function place(space: Space, va: number): number {
  return (space.number + 2) * VA_TOP + va
}
