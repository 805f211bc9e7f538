import { beforeEach, describe, expect, it } from 'vitest'
import { PAGE_BYTES } from '../../machine/units.ts'
import {
  BACKUP_RECORDS,
  BACKUP_TABLE,
  BACKUPS,
  backup,
  FRAME_RECORDS,
  FRAMES,
  MAGIC,
  NO_BACKUP,
  ORIGINALS,
  original,
  RAM,
  RamImage,
  RW,
  RWU,
  USER,
} from '../../test/ram-image.ts'
import coverage from '../invariants/coverage.ts'

const DROPPED = 3

const RECORD = RAM + 0x1000
const ROOTS = RAM + 0x2000
const GUEST_MAP = RAM + 0x5000
const TABLES_USED = RAM + 0x6000
const GUEST_FRAMES = 16
const VA = 0x8000_0000
const [SHADOW, MIDDLE, BOTTOM] = [RAM + 0x10000, RAM + 0x11000, RAM + 0x12000]

// Backup tables are frames 0 to 2 of the backup bank; backups follow.
const BACKUP_ROOT = backup(0)
let ram: RamImage

beforeEach(() => {
  ram = new RamImage()
  ram.record('audit_visor', RECORD, [
    MAGIC,
    2,
    RAM,
    GUEST_FRAMES,
    GUEST_MAP,
    ORIGINALS,
    FRAMES,
    FRAME_RECORDS,
    BACKUPS,
    FRAMES,
    BACKUP_RECORDS,
    ROOTS,
    2,
    SHADOW,
    TABLES_USED,
    TABLES_USED,
  ])
  ram.u32(TABLES_USED, 5)
  ram.translateBy('vsatp', SHADOW)
  ram.freeAll()
  for (let n = 0; n < GUEST_FRAMES; n++) ram.u32(GUEST_MAP + 4 * n, NO_BACKUP)
  ram.u64(ROOTS + 8, SHADOW)
  ram.u64(ROOTS + 16, BACKUP_ROOT)
  ram.table(SHADOW, VA, 2, MIDDLE)
  ram.table(SHADOW, VA, 1, BOTTOM)
  ram.table(BACKUP_ROOT, VA, 2, backup(1))
  ram.table(BACKUP_ROOT, VA, 1, backup(2))
  for (const table of [0, 1, 2]) ram.u8(BACKUP_RECORDS + 8 * table + 4, BACKUP_TABLE)
  // Guest frames 0 to 3 exist, in machine frames 8 to 11, with backups 18 to 21; 0 to 2 are mapped.
  for (const n of [0, 1, 2, 3]) {
    ram.u32(GUEST_MAP + 4 * n, 8 + n)
    ram.backed(8 + n, 18 + n, USER)
    if (n === 3) continue
    ram.leaf(SHADOW, VA + n * PAGE_BYTES, original(8 + n), RWU)
    ram.leaf(BACKUP_ROOT, VA + n * PAGE_BYTES, backup(18 + n), RW)
  }
})

async function walked() {
  const { readings, violations } = await coverage.check(ram.view('guest frames'))
  return { ...readings[0], kinds: violations.map(({ kind }) => kind), violations }
}

describe('coverage of Memvisor', () => {
  it('holds where every guest frame has its backup', async () => {
    const found = await walked()
    expect(found.violations).toEqual([])
    expect(found).toMatchObject({ guest: 'guest', originals: 4, backups: 4, missing: 0, stale: 0 })
  })

  it('finds a shadow leaf without a backup leaf', async () => {
    ram.clear(BACKUP_ROOT, VA + PAGE_BYTES)
    expect(await walked()).toMatchObject({ missing: 1, kinds: ['missing'] })
  })

  it('finds a backup leaf that leads to the original', async () => {
    ram.leaf(BACKUP_ROOT, VA, original(8), RW)
    expect(await walked()).toMatchObject({ aliased: 1, sameBank: 1 })
  })

  it('finds a backup leaf that outlived its shadow leaf', async () => {
    ram.clear(SHADOW, VA)
    expect(await walked()).toMatchObject({ stale: 1, kinds: ['stale'] })
  })

  it('finds a backup leaf that users could use', async () => {
    ram.leaf(BACKUP_ROOT, VA, backup(18), RWU)
    expect((await walked()).kinds).toEqual(['user-accessible'])
  })

  it('finds a guest frame without a backup', async () => {
    ram.u32(FRAME_RECORDS + 8 * 11 + 4, NO_BACKUP)
    expect(await walked()).toMatchObject({ missing: 1, backups: 3 })
  })

  it('finds a shadow leaf to what is no guest frame', async () => {
    ram.leaf(SHADOW, VA + 5 * PAGE_BYTES, original(40), RWU)
    expect((await walked()).kinds).toEqual(['disagree'])
  })

  it('finds two guest frames in one machine frame', async () => {
    ram.u32(GUEST_MAP + 4 * 5, 8)
    expect((await walked()).kinds).toEqual(['disagree'])
  })

  it('finds a shadow root without a backup root', async () => {
    ram.u64(ROOTS + 16, 0)
    expect((await walked()).kinds).toContain('missing')
  })

  it('finds a root in vsatp that no record names, and what is mapped there', async () => {
    ram.u64(ROOTS + 8, 0)
    const { kinds, missing, violations } = await walked()
    expect(violations[0]?.says).toMatch(/^the guest runs by the table at 0x80010000/)
    expect(kinds).toContain('disagree')
    expect(missing).toBe(3)
  })

  it.each(['satp', 'hgatp'] as const)('finds another translation, by %s', async (name) => {
    ram.translateBy(name, SHADOW)
    expect((await walked()).kinds).toEqual(['disagree'])
  })

  it('finds a guest that runs untranslated', async () => {
    ram.translateBy('vsatp', 0)
    expect((await walked()).kinds).toEqual(['disagree'])
  })

  it.each([
    ['shadow table', SHADOW + 4 * PAGE_BYTES],
    ['backup table', backup(4)],
  ])('finds a %s that is in no root and not empty', async (what, at) => {
    ram.u8(at + 8, 1)
    const { kinds, violations } = await walked()
    expect(kinds).toEqual(['dirty'])
    expect(violations[0]?.says).toMatch(
      new RegExp(`^${what} 0x${at.toString(16)} is kept as empty`),
    )
  })

  it('lets a dropped table keep its entries, but none that is alone', async () => {
    ram.u8(BACKUP_RECORDS + 8 * 4 + 4, DROPPED)
    for (const at of [SHADOW + 4 * PAGE_BYTES, backup(4)]) ram.u64(at + 8, 1)
    expect((await walked()).violations).toEqual([])
    ram.u64(backup(4) + 16, 1)
    expect((await walked()).kinds).toEqual(['dirty'])
    ram.u64(SHADOW + 4 * PAGE_BYTES + 16, 1)
    ram.u64(SHADOW + 4 * PAGE_BYTES + 24, 1)
    expect((await walked()).kinds).toEqual(['dirty'])
  })

  it('asks nothing of tables that were never used', async () => {
    ram.u8(backup(5) + 8, 1)
    expect((await walked()).violations).toEqual([])
  })

  it('finds a large leaf, whose frames cannot all have backup entries', async () => {
    ram.u64(ram.slot(SHADOW, VA, 1), (original(8) / PAGE_BYTES) * 1024 + RWU + 1)
    expect((await walked()).kinds).toContain('missing')
  })
})
