// Coverage of a mirroring kernel (`user+tables`): the walk over its own table and every process's.
//
// Rules, by which a leaf to an original needs a backup leaf, or none:
//  - A leaf of a process's table with U needs one at va + offset in the same table, without U and X.
//  - The trapframe's frame is an original without such a leaf: it is backed in the kernel's backup map.
//  - Every original needs its leaf in the kernel's backup map, at its physical address + offset.
//  - A leaf of the kernel's direct map or to a kernel stack makes no original; the trampoline is part of
//    the kernel's image.
//  - Tables that hold only backup entries, or only the kernel's way to such tables, lie in the backup
//    bank and are no originals.
// Allocator and tables must agree: what is mapped for users is in use as such and the other way round,
// and the same holds of tables and of tables of backup entries. The table that the hart translates by is
// one of those that are recorded; it is walked even if it is not, and so is what the kernel's own table
// opens to users: a kernel that keeps its processes out of its records hides nothing.
// Frames that are kept as empty are free, and hold only zeros.

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
import { PTE_U, PTE_X, type TableEntry, type TableWalk, walkAll } from '../view/sv39.ts'
import type { View } from '../view/view.ts'
import { checkStocks } from './empty.ts'
import { COVERED, Ledger } from './ledger.ts'
import { hidden, place, processes, type Space, VA_TOP } from './spaces.ts'
import { hex, Tally } from './tally.ts'

/** The last 2 MiB below it hold trampoline and trapframe (guest/kernel/layout.h). */
const RESERVED_TOP = 2 ** 21
const TRAPFRAME = VA_TOP - 2 * PAGE_BYTES
/** Reach of one entry of the root and of one entry of the level below. */
const ROOT_ENTRY = 2 ** 30
const MIDDLE_ENTRY = 2 ** 21

export async function kernelCoverage(view: View): Promise<Finding> {
  const { memory } = view
  const record = await readKernel(memory, view.kernel)
  const originals = await originalsOf(memory, record)
  const backups = await backupsOf(memory, record)
  const tally = new Tally()
  const ledger = new Ledger(originals, backups, COVERED['user+tables'], view.banks, tally)
  const walk = new KernelWalk(record, ledger, tally)

  const kernel = { name: 'kernel', number: -1, root: record.kernel_root }
  // Of the kernel's leaves only the backup map, the way to the backup bank and what is open to users count.
  const isOpen = ({ flags }: TableEntry): boolean => (flags & PTE_U) !== 0
  const kernelTables = await walkAll(
    memory,
    kernel.root,
    (leaf) => leaf.va >= record.backups_base || isOpen(leaf),
  )
  walk.sortTables(kernel, kernelTables)
  walk.open(kernel, kernelTables.leaves.filter(isOpen))
  const recorded = await processes(memory, record)
  for (const space of [...recorded, ...hidden(view.hart, [kernel, ...recorded], tally)]) {
    walk.process(space, await walkAll(memory, space.root))
  }
  walk.backupMap(kernelTables)
  walk.agreement()
  await checkStocks(memory, record, ledger, tally)
  return tally.finding('kernel', ledger.originals.size, ledger.backups, ledger.inUse)
}

class KernelWalk {
  readonly #record: AuditKernel
  readonly #ledger: Ledger
  readonly #tally: Tally
  // Addresses of the frames that the tables have reached, by what for.
  readonly #user = new Set<number>()
  readonly #tables = new Set<number>()
  readonly #backupTables = new Set<number>()

  constructor(record: AuditKernel, ledger: Ledger, tally: Tally) {
    this.#record = record
    this.#ledger = ledger
    this.#tally = tally
  }

  /** Sorts a root and the tables below it into tables with original entries and tables of backups. */
  sortTables(space: Space, walk: TableWalk): void {
    this.#tables.add(space.root)
    for (const { va, level, pa } of walk.tables) {
      if (this.#ledger.backupUseAt(pa) === undefined) {
        this.#tables.add(pa)
        continue
      }
      this.#backupTables.add(pa)
      const end = va + (level === 2 ? ROOT_ENTRY : MIDDLE_ENTRY)
      if (this.#isBackupPage(va) && end <= VA_TOP - RESERVED_TOP) continue
      if (space.root === this.#record.kernel_root && this.#inBackupBank(va, end)) continue
      const page = `${space.name}, table ${hex(pa)} for ${hex(va)}`
      this.#tally.note('aliased', pa, `${page}: original entries lie in the backup bank`)
    }
    for (const { va, pa } of walk.wild) {
      const page = `${space.name}, ${hex(va)}`
      this.#tally.note('unreadable', place(space, va), `${page}: a table at ${hex(pa)}, no RAM`)
    }
  }

  /** Leaves of the kernel's own table that users could use. */
  open(kernel: Space, leaves: readonly TableEntry[]): void {
    const all = new Map(leaves.map((leaf) => [leaf.va, leaf]))
    for (const leaf of leaves) this.#originalLeaf(kernel, leaf, all)
  }

  process(space: Space, walk: TableWalk): void {
    this.sortTables(space, walk)
    const leaves = new Map(walk.leaves.map((leaf) => [leaf.va, leaf]))
    for (const leaf of walk.leaves) {
      if (this.#isBackupPage(leaf.va)) this.#backupLeaf(space, leaf, leaves)
      else this.#originalLeaf(space, leaf, leaves)
    }
  }

  #originalLeaf(space: Space, leaf: TableEntry, leaves: ReadonlyMap<number, TableEntry>): void {
    const page = `${space.name}, page ${hex(leaf.va)}, frame ${hex(leaf.pa)}`
    const user = (leaf.flags & PTE_U) !== 0
    if (!user && leaf.va !== TRAPFRAME) return
    const index = this.#ledger.indexAt(leaf.pa)
    if (index === undefined) {
      const kind = this.#ledger.backupUseAt(leaf.pa) === undefined ? 'disagree' : 'user-accessible'
      this.#tally.note(kind, place(space, leaf.va), `${page}: mapped for a user, but no original`)
      return
    }
    this.#user.add(leaf.pa)
    if (!user) return
    const backup = leaves.get(leaf.va + this.#record.offset)
    if (backup === undefined) this.#tally.note('missing', index, `${page}: no backup entry`)
    else this.#ledger.checkEntry(index, backup.pa, page, this.#tally)
  }

  #backupLeaf(space: Space, leaf: TableEntry, leaves: ReadonlyMap<number, TableEntry>): void {
    const page = `${space.name}, backup page ${hex(leaf.va)}, frame ${hex(leaf.pa)}`
    const where = place(space, leaf.va)
    if ((leaf.flags & (PTE_U | PTE_X)) !== 0) {
      this.#tally.note('user-accessible', where, `${page}: user-accessible or executable`)
    }
    const original = leaf.va - this.#record.offset
    if (leaves.has(original)) return
    this.#tally.note('stale', where, `${page}: no original page at ${hex(original)}`)
  }

  /** The kernel's backup map has a leaf for each original and for nothing else. Call it last of the walks. */
  backupMap(walk: TableWalk): void {
    const mapped = new Map<number, TableEntry>()
    for (const leaf of walk.leaves) {
      const page = `kernel, page ${hex(leaf.va)}`
      if (this.#isBackupPage(leaf.va)) mapped.set(leaf.va - this.#record.offset, leaf)
      else if (
        this.#ledger.backupUseAt(leaf.pa) !== undefined &&
        !this.#backupTables.has(leaf.pa)
      ) {
        this.#tally.note('stale', leaf.va, `${page}: leads to no backup table in use`)
      }
      if ((leaf.flags & PTE_U) !== 0) {
        this.#tally.note('user-accessible', leaf.va, `${page}: user-accessible`)
      }
    }
    for (const index of this.#ledger.originals) {
      const page = `backup map, frame ${hex(this.#ledger.at(index))}`
      const leaf = mapped.get(this.#ledger.at(index))
      if (leaf === undefined) this.#tally.note('missing', index, `${page}: no backup entry`)
      else this.#ledger.checkEntry(index, leaf.pa, page, this.#tally)
    }
    for (const [pa, leaf] of mapped) {
      const index = this.#ledger.indexAt(pa)
      if (index !== undefined && this.#ledger.originals.has(index)) continue
      const page = `backup map ${hex(leaf.va)}`
      this.#tally.note('stale', leaf.va, `${page}: ${hex(pa)} is no original in use`)
    }
  }

  /** What the tables reach and what the records say must be the same. */
  agreement(): void {
    const reached = [
      [this.#user, FRAME_USE.user, 'mapped for a user'],
      [this.#tables, FRAME_USE.table, 'a page table'],
    ] as const
    for (const [frames, use, what] of reached) {
      for (const pa of frames) {
        if (this.#ledger.useAt(pa) === use) continue
        this.#tally.note('disagree', pa, `frame ${hex(pa)} is ${what}, its record says otherwise`)
      }
    }
    for (const index of this.#ledger.originals) {
      const pa = this.#ledger.at(index)
      if (this.#user.has(pa) || this.#tables.has(pa)) continue
      this.#tally.note('disagree', pa, `frame ${hex(pa)} is in use, but no table leads to it`)
    }
    const recorded = new Set(this.#ledger.backupsUsedAs(BACKUP_USE.table))
    for (const pa of recorded) {
      if (this.#backupTables.has(pa)) continue
      this.#tally.note('stale', pa, `backup table ${hex(pa)} is in use, but hangs in no root`)
    }
    for (const pa of this.#backupTables) {
      if (recorded.has(pa)) continue
      const table = `backup table ${hex(pa)}`
      this.#tally.note('disagree', pa, `${table} hangs in a root, its record says otherwise`)
    }
  }

  #isBackupPage(va: number): boolean {
    return va >= this.#record.offset && va < VA_TOP - RESERVED_TOP
  }

  /** The kernel's way to tables of backup entries, at their physical addresses. */
  #inBackupBank(va: number, end: number): boolean {
    const { backups_base, backups_count } = this.#record
    return va >= backups_base && end <= backups_base + backups_count * PAGE_BYTES
  }
}
