// Coverage of Memvisor (`guest frames`): the walk over every shadow root and its backup root.
//
// Rules: an original is a machine frame that backs a guest frame; it has one backup frame. Every leaf of
// a shadow root has its backup leaf at the same virtual address of the backup root, and a backup leaf has
// its shadow leaf. The backup root is never loaded while the guest runs; its leaves are without U and X
// all the same. Memvisor's own memory, shadow tables included, is not covered.
// Allocator and tables must agree: guest map and frame records name the same frames, a shadow leaf leads
// to a frame of the guest map, and tables of backup entries are recorded as such. The root in vsatp is one
// of those that are recorded, and is walked even if it is not; nothing else translates (satp, hgatp).
// Shadow tables and backup tables that are in no root hold only zeros, but for those that Memvisor has
// dropped and not emptied yet: there each backup entry stands beside a shadow entry, with which it will go.

import { PAGE_BYTES } from '../../machine/units.ts'
import type { Finding } from '../invariant.ts'
import {
  type AuditVisor,
  BACKUP_USE,
  backupsOf,
  NO_BACKUP,
  NoRecord,
  originalsOf,
  readVisor,
  recordsAt,
  SHADOW_ROOT_FIELDS,
} from '../view/audit-records.ts'
import { type Memory, u64At } from '../view/memory.ts'
import {
  ENTRIES,
  entryIn,
  isLeaf,
  isValid,
  PTE_U,
  PTE_V,
  PTE_X,
  rootIn,
  type TableEntry,
  walkAll,
} from '../view/sv39.ts'
import type { View } from '../view/view.ts'
import { checkEmpty, numberAt } from './empty.ts'
import { COVERED, Ledger } from './ledger.ts'
import { hex, Tally } from './tally.ts'

const ENTRY_BYTES = 8

export async function visorCoverage(view: View): Promise<Finding> {
  const { memory } = view
  const record = await readVisor(memory, view.kernel)
  const tally = new Tally()
  const ledger = new Ledger(
    await originalsOf(memory, record),
    await backupsOf(memory, record),
    COVERED['guest frames'],
    view.banks,
    tally,
  )
  checkGuestMap(await guestMap(memory, record), ledger, tally)
  const pairs = new Pairs(memory, ledger, tally)
  const roots = await shadowRoots(memory, record)
  for (const { shadow, backup } of roots) {
    if (backup === 0) tally.note('missing', shadow, `shadow root ${hex(shadow)} has no backup root`)
    else await pairs.compare(shadow, backup, 0, 2)
  }
  const known = new Set(roots.map(({ shadow }) => shadow))
  await checkHart(view, known, ledger, tally)
  pairs.checkRecords()
  await checkUnused(memory, record, pairs, tally)
  return tally.finding('guest', ledger.originals.size, ledger.backups, ledger.inUse)
}

/** What the hart translates by is what is recorded; a root that is not has no backups. */
async function checkHart(
  { hart: { csr }, memory }: View,
  roots: ReadonlySet<number>,
  ledger: Ledger,
  tally: Tally,
): Promise<void> {
  for (const name of ['satp', 'hgatp'] as const) {
    const other = rootIn(csr[name])
    if (other === undefined) continue
    tally.note('disagree', other, `${name} leads to a table at ${hex(other)}, expected Bare`)
  }
  const root = rootIn(csr.vsatp)
  if (root !== undefined && roots.has(root)) return
  const what = root === undefined ? 'nothing (vsatp is Bare)' : `the table at ${hex(root)}`
  tally.note('disagree', root ?? 0, `the guest runs by ${what}, which is no recorded root`)
  if (root === undefined) return
  for (const { va, pa } of (await walkAll(memory, root)).leaves) {
    const page = `page ${hex(va)}, machine frame ${hex(pa)}`
    const index = ledger.indexAt(pa)
    if (index !== undefined && ledger.originals.has(index)) {
      tally.note('missing', index, `${page}: in a root without backup entries`)
    } else tally.note('disagree', pa, `${page}: in a shadow root, but no guest frame`)
  }
}

/** Tables that were used and are in no root now. */
async function checkUnused(
  memory: Memory,
  record: AuditVisor,
  pairs: Pairs,
  tally: Tally,
): Promise<void> {
  const shadows = await poolOf(memory, record.tables, record.tables_used)
  const backups = await poolOf(memory, record.backups_base, record.backup_tables_used)
  for (const [n, backup] of backups.entries()) {
    const shadow = shadows[n]
    if (shadow !== undefined && pairs.isDropped(backup)) {
      await checkDropped(memory, shadow, backup, tally)
    } else if (!pairs.backupTables.has(backup)) {
      await checkEmpty(memory, backup, 'backup table', tally)
    }
  }
  for (const [n, shadow] of shadows.entries()) {
    const backup = backups[n]
    const dropped = backup !== undefined && pairs.isDropped(backup)
    if (dropped || pairs.shadowTables.has(shadow)) continue
    await checkEmpty(memory, shadow, 'shadow table', tally)
  }
}

/** The tables of a pool that were used: those below the number at `used`. */
async function poolOf(memory: Memory, base: number, used: number): Promise<number[]> {
  const count = used === 0 ? 0 : await numberAt(memory, used)
  if (count > 0 && !memory.holds(base, count * PAGE_BYTES)) {
    throw new NoRecord(`expected ${count} tables in RAM, got address ${hex(base)}`)
  }
  return Array.from({ length: count }, (_, n) => base + n * PAGE_BYTES)
}

/** A dropped table is emptied later, by its shadow entries: a backup entry without one would stay. */
async function checkDropped(
  memory: Memory,
  shadow: number,
  backup: number,
  tally: Tally,
): Promise<void> {
  const [originals, backups] = [await memory.page(shadow), await memory.page(backup)]
  for (let at = 0; at < PAGE_BYTES; at += ENTRY_BYTES) {
    if ((u64At(originals, at) === 0) === (u64At(backups, at) === 0)) continue
    const table = `dropped backup table ${hex(backup)}`
    tally.note('dirty', backup, `${table}: an entry at ${hex(backup + at)} or beside it is alone`)
    return
  }
}

/** Machine frame indices of the guest's frames that exist, in order of the guest's addresses. */
async function guestMap(memory: Memory, record: AuditVisor): Promise<number[]> {
  const map = await recordsAt(memory, record.guest_map, record.guest_frames, 4, 'guest frames')
  const all = Array.from({ length: record.guest_frames }, (_, n) => map.getUint32(4 * n, true))
  return all.filter((index) => index !== NO_BACKUP)
}

function checkGuestMap(map: readonly number[], ledger: Ledger, tally: Tally): void {
  const owned = new Set<number>()
  for (const index of map) {
    const frame = `machine frame ${hex(ledger.at(index))}`
    if (owned.has(index)) tally.note('disagree', index, `${frame} backs two guest frames`)
    owned.add(index)
    if (ledger.originals.has(index)) continue
    tally.note('disagree', index, `${frame} backs a guest frame, its record says otherwise`)
  }
  for (const index of ledger.originals) {
    if (owned.has(index)) continue
    const frame = `machine frame ${hex(ledger.at(index))}`
    tally.note('disagree', index, `${frame} is in use, but backs no guest frame`)
  }
}

async function shadowRoots(memory: Memory, record: AuditVisor) {
  const bytes = SHADOW_ROOT_FIELDS.length * 8
  const table = await recordsAt(memory, record.roots, record.root_count, bytes, 'roots')
  const roots = Array.from({ length: record.root_count }, (_, n) => ({
    shadow: u64At(table, n * bytes + 8),
    backup: u64At(table, n * bytes + 16),
  }))
  return roots.filter(({ shadow }) => shadow !== 0)
}

/** Shadow tables beside their backup tables. Tables are shared between roots; each pair is compared once. */
class Pairs {
  readonly #memory: Memory
  readonly #ledger: Ledger
  readonly #tally: Tally
  readonly #compared = new Set<string>()
  /** Tables that hang in a root. */
  readonly shadowTables = new Set<number>()
  readonly backupTables = new Set<number>()

  constructor(memory: Memory, ledger: Ledger, tally: Tally) {
    this.#memory = memory
    this.#ledger = ledger
    this.#tally = tally
  }

  async compare(shadow: number, backup: number, va: number, level: number): Promise<void> {
    const pair = `${shadow} ${backup}`
    if (this.#compared.has(pair)) return
    this.#compared.add(pair)
    this.shadowTables.add(shadow)
    this.backupTables.add(backup)
    const where = `shadow table ${hex(shadow)}, backup table ${hex(backup)}`
    if (!this.#readable(shadow) || !this.#readable(backup)) {
      this.#tally.note('unreadable', shadow, `${where}: outside RAM`)
      return
    }
    const originals = await this.#memory.page(shadow)
    const backups = await this.#memory.page(backup)
    for (let n = 0; n < ENTRIES; n++) {
      if (!isValid(originals, n) && !isValid(backups, n)) continue
      const [original, beside] = [originals, backups].map((page) => entryIn(page, n, va, level))
      await this.#entry(original!, beside!, backup + 8 * n)
    }
  }

  async #entry(original: TableEntry, backup: TableEntry, at: number): Promise<void> {
    const { va } = original
    const present = (original.flags & PTE_V) !== 0
    const backed = (backup.flags & PTE_V) !== 0
    if (!present) {
      const page = `backup entry at ${hex(at)} for ${hex(va)}`
      if (backed) this.#tally.note('stale', at, `${page}: no shadow entry beside it`)
    } else if (isLeaf(original)) {
      this.#leaf(original, backup, backed && isLeaf(backup))
    } else if (!backed || isLeaf(backup)) {
      this.#tally.note('missing', at, `shadow table for ${hex(va)}: no backup table beside it`)
    } else {
      await this.compare(original.pa, backup.pa, va, original.level - 1)
    }
  }

  #leaf(original: TableEntry, backup: TableEntry, backed: boolean): void {
    const page = `page ${hex(original.va)}, machine frame ${hex(original.pa)}`
    const index = this.#ledger.indexAt(original.pa)
    if (index === undefined || !this.#ledger.originals.has(index)) {
      this.#tally.note('disagree', original.pa, `${page}: in a shadow root, but no guest frame`)
      return
    }
    // A large leaf would need as many backup entries as it has frames; one entry cannot hold them.
    if (!backed || original.level > 0)
      this.#tally.note('missing', index, `${page}: no backup entry`)
    else this.#ledger.checkEntry(index, backup.pa, page, this.#tally)
    if (backed && (backup.flags & (PTE_U | PTE_X)) !== 0) {
      this.#tally.note('user-accessible', index, `${page}: its backup entry has U or X`)
    }
  }

  /** Whether no root leads to this backup table any more, and its entries are still there. */
  isDropped(backup: number): boolean {
    return this.#ledger.backupUseAt(backup) === BACKUP_USE.dropped
  }

  checkRecords(): void {
    const recorded = new Set(this.#ledger.backupsUsedAs(BACKUP_USE.table))
    for (const pa of recorded) {
      if (this.backupTables.has(pa)) continue
      this.#tally.note('stale', pa, `backup table ${hex(pa)} is in use, but hangs in no root`)
    }
    for (const pa of this.backupTables) {
      if (recorded.has(pa)) continue
      this.#tally.note(
        'disagree',
        pa,
        `backup table ${hex(pa)} is in use, but not recorded as such`,
      )
    }
  }

  #readable(table: number): boolean {
    return table % PAGE_BYTES === 0 && this.#memory.holds(table, PAGE_BYTES)
  }
}
