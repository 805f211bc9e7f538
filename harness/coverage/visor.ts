// Coverage of Memvisor (`guest frames`): the walk over every shadow root and its backup root.
//
// Rules: an original is a machine frame that backs a guest frame; it has one backup frame. Every leaf of
// a shadow root has its backup leaf at the same virtual address of the backup root, and a backup leaf has
// its shadow leaf. The backup root is never loaded while the guest runs; its leaves are without U and X
// all the same. Memvisor's own memory, shadow tables included, is not covered.
// Allocator and tables must agree: guest map and frame records name the same frames, a shadow leaf leads
// to a frame of the guest map, and tables of backup entries are recorded as such.

import { PAGE_BYTES } from '../../machine/units.ts'
import type { Finding } from '../invariant.ts'
import {
  type AuditVisor,
  BACKUP_USE,
  backupsOf,
  NO_BACKUP,
  originalsOf,
  readVisor,
  SHADOW_ROOT_FIELDS,
} from '../view/audit-records.ts'
import { type Memory, u64At } from '../view/memory.ts'
import { type Entry, entriesOf, isLeaf, PTE_U, PTE_V, PTE_X } from '../view/sv39.ts'
import type { View } from '../view/view.ts'
import { COVERED, Ledger } from './ledger.ts'
import { hex, Tally } from './tally.ts'

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
  for (const { shadow, backup } of await shadowRoots(memory, record)) {
    if (backup === 0) tally.note('missing', shadow, `shadow root ${hex(shadow)} has no backup root`)
    else await pairs.compare(shadow, backup, 0, 2)
  }
  pairs.checkRecords()
  return tally.finding('guest', ledger.originals.size, ledger.backups, ledger.inUse)
}

/** Machine frame indices of the guest's frames that exist, in order of the guest's addresses. */
async function guestMap(memory: Memory, record: AuditVisor): Promise<number[]> {
  const map = await memory.stretch(record.guest_map, record.guest_frames * 4)
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
  const table = await memory.stretch(record.roots, record.root_count * bytes)
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
  readonly #backupTables = new Set<number>()

  constructor(memory: Memory, ledger: Ledger, tally: Tally) {
    this.#memory = memory
    this.#ledger = ledger
    this.#tally = tally
  }

  async compare(shadow: number, backup: number, va: number, level: number): Promise<void> {
    const pair = `${shadow} ${backup}`
    if (this.#compared.has(pair)) return
    this.#compared.add(pair)
    this.#backupTables.add(backup)
    const where = `shadow table ${hex(shadow)}, backup table ${hex(backup)}`
    if (!this.#readable(shadow) || !this.#readable(backup)) {
      this.#tally.note('unreadable', shadow, `${where}: outside RAM`)
      return
    }
    const originals = entriesOf(await this.#memory.page(shadow), va, level)
    const backups = entriesOf(await this.#memory.page(backup), va, level)
    for (const [n, original] of originals.entries()) {
      await this.#entry(original, backups[n]!, backup + 8 * n)
    }
  }

  async #entry(original: Entry, backup: Entry, at: number): Promise<void> {
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

  #leaf(original: Entry, backup: Entry, backed: boolean): void {
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

  checkRecords(): void {
    const recorded = new Set(this.#ledger.backupsUsedAs(BACKUP_USE.table))
    for (const pa of recorded) {
      if (this.#backupTables.has(pa)) continue
      this.#tally.note('stale', pa, `backup table ${hex(pa)} is in use, but hangs in no root`)
    }
    for (const pa of this.#backupTables) {
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
