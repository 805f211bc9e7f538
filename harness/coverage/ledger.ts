// Ledger: the allocator's side of coverage. It knows the original frames in use, and checks that each has
// exactly one backup frame, in the other bank, that backs no other, and that no backup is left over.

import type { Bank } from '../../machine/machine.ts'
import { PAGE_BYTES } from '../../machine/units.ts'
import { BACKUP_USE, FRAME_USE, type FrameTable, NO_BACKUP } from '../view/audit-records.ts'
import { RAM } from '../view/memory.ts'
import { hex, type Tally } from './tally.ts'

export class Ledger {
  /** Indices of the original frames in use that the coverage asks for. */
  readonly originals: ReadonlySet<number>
  /** Original frames that the allocator has given out, whatever for. */
  readonly inUse: number
  /** Distinct, correct backup frames. */
  readonly backups: number
  readonly #originals: FrameTable
  readonly #backups: FrameTable
  readonly #banks: readonly Bank[]

  constructor(
    originals: FrameTable,
    backups: FrameTable,
    covered: readonly number[],
    banks: readonly Bank[],
    tally: Tally,
  ) {
    this.#originals = originals
    this.#backups = backups
    this.#banks = banks
    const all = Array.from({ length: originals.count }, (_, index) => index)
    this.inUse = all.filter((index) => originals.use(index) !== FRAME_USE.free).length
    this.originals = new Set(all.filter((index) => covered.includes(originals.use(index))))
    this.backups = this.#checkOriginals(tally)
    this.#checkBackups(tally)
  }

  /** FRAME_USE of the original frame at `pa`, or undefined if no original lies there. */
  useAt(pa: number): number | undefined {
    const index = this.indexAt(pa)
    return index === undefined ? undefined : this.#originals.use(index)
  }

  indexAt(pa: number): number | undefined {
    return indexIn(this.#originals, pa)
  }

  /** Address of an original frame. */
  at(index: number): number {
    return this.#originals.base + index * PAGE_BYTES
  }

  /** BACKUP_USE of the frame of the backup bank at `pa`, or undefined if none lies there. */
  backupUseAt(pa: number): number | undefined {
    const index = indexIn(this.#backups, pa)
    return index === undefined ? undefined : this.#backups.use(index)
  }

  /** Address of the backup that an original's record names. */
  backupOf(index: number): number | undefined {
    const backup = this.#originals.partner(index)
    if (backup === NO_BACKUP || backup >= this.#backups.count) return undefined
    return this.#backups.base + backup * PAGE_BYTES
  }

  /** Addresses of all frames of the backup bank with this use. */
  backupsUsedAs(use: number): number[] {
    const found: number[] = []
    for (let index = 0; index < this.#backups.count; index++) {
      if (this.#backups.use(index) === use) found.push(this.#backups.base + index * PAGE_BYTES)
    }
    return found
  }

  /** The number of the bank that holds `pa`, or -1. */
  bank(pa: number): number {
    let end = RAM
    return this.#banks.findIndex((bank) => {
      end += bank.bytes
      return pa >= RAM && pa < end
    })
  }

  /** Says where a leaf that should lead to `index`'s backup leads wrong; nothing if it is right. */
  checkEntry(index: number, pa: number, page: string, tally: Tally): void {
    const expected = this.backupOf(index)
    if (pa === expected) return
    const wrong = `${page}: its backup entry leads to ${hex(pa)}, expected ${hex(expected ?? 0)}`
    if (this.indexAt(pa) !== undefined) tally.note('aliased', index, wrong)
    else tally.note('missing', index, wrong)
    if (this.bank(pa) === this.bank(this.at(index))) tally.note('same-bank', index, wrong)
  }

  #checkOriginals(tally: Tally): number {
    const owners = new Map<number, number>()
    for (const index of this.originals) {
      const backup = this.backupOf(index)
      const frame = `original frame ${hex(this.at(index))}`
      if (backup === undefined) {
        tally.note('missing', index, `${frame} has no backup frame`)
        continue
      }
      const other = owners.get(backup)
      if (other !== undefined) {
        const both = `${hex(this.at(other))} and ${hex(this.at(index))}`
        tally.note('aliased', index, `backup frame ${hex(backup)} is named by ${both}`)
        continue
      }
      this.#checkRecord(index, backup, tally)
      owners.set(backup, index)
    }
    return owners.size
  }

  /** The backup's own record must name its original, and it must lie in another bank. */
  #checkRecord(index: number, backup: number, tally: Tally): void {
    const record = indexIn(this.#backups, backup)!
    const use = this.#backups.use(record)
    const owner = this.#backups.partner(record)
    const says = `backup ${hex(backup)} of ${hex(this.at(index))}`
    if (use !== BACKUP_USE.ofOriginal || owner !== index) {
      tally.note('disagree', index, `${says}: its record has use ${use} and original ${owner}`)
    }
    if (this.indexAt(backup) !== undefined) {
      tally.note('aliased', index, `${says} lies among the originals`)
    }
    if (this.bank(backup) === this.bank(this.at(index))) {
      tally.note('same-bank', index, `${says} lies in the same bank`)
    }
  }

  #checkBackups(tally: Tally): void {
    for (const pa of this.backupsUsedAs(BACKUP_USE.ofOriginal)) {
      const owner = this.#backups.partner(indexIn(this.#backups, pa)!)
      if (this.originals.has(owner) && this.backupOf(owner) === pa) continue
      tally.note(
        'stale',
        pa,
        `backup frame ${hex(pa)} is in use for original ${owner}, which is not`,
      )
    }
  }
}

/** Frames that some coverage may ask for. */
export const COVERED = {
  'user+tables': [FRAME_USE.user, FRAME_USE.table],
  'guest frames': [FRAME_USE.user],
} as const

function indexIn(table: FrameTable, pa: number): number | undefined {
  const index = Math.floor((pa - table.base) / PAGE_BYTES)
  return index >= 0 && index < table.count ? index : undefined
}
