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
  OF_ORIGINAL,
  ORIGINALS,
  original,
  RAM,
  RamImage,
  RW,
  RWU,
  USER,
} from '../../test/ram-image.ts'
import coverage from '../invariants/coverage.ts'

const OFFSET = 2 ** 37
const TRAPFRAME = 2 ** 38 - 0x2000
const R = 2
const TABLE = 2
const KERNEL = 3

const RECORD = RAM + 0x1000
const PROCESSES = RAM + 0x2000
const [EMPTY, EMPTY_COUNT] = [RAM + 0x5000, RAM + 0x5100]
const [EMPTY_BACKUPS, EMPTY_BACKUPS_COUNT] = [RAM + 0x5200, RAM + 0x5300]

// A kernel root, and one process with two pages and a trapframe, all of it mirrored.
// Original frames: 0-2 kernel tables, 3 process root, 4-5 its tables, 6-7 its pages, 8 trapframe,
// 9-10 tables of the reserved top, 11-12 kernel tables of the backup map, 13-14 ... of the backup bank.
const KERNEL_ROOT = original(0)
const ROOT = original(3)
const BACKUP_MIDDLE = backup(40)
const BACKUP_BOTTOM = backup(41)
let ram: RamImage

function own(n: number, use: number): void {
  ram.backed(n, n, use)
  ram.leaf(KERNEL_ROOT, original(n) + OFFSET, backup(n), RW)
}

beforeEach(() => {
  ram = new RamImage()
  const fields = [
    MAGIC,
    2,
    ORIGINALS,
    FRAMES,
    FRAME_RECORDS,
    BACKUPS,
    FRAMES,
    BACKUP_RECORDS,
    OFFSET,
    KERNEL_ROOT,
    PROCESSES,
    2,
    32,
    0,
    8,
    16,
    EMPTY,
    EMPTY_COUNT,
    EMPTY_BACKUPS,
    EMPTY_BACKUPS_COUNT,
  ]
  ram.record('audit_kernel', RECORD, fields)
  ram.freeAll()
  // The kernel: a way to its backup map, and to the tables of backup entries.
  ram.table(KERNEL_ROOT, BACKUPS, 2, original(1))
  ram.table(KERNEL_ROOT, BACKUPS, 1, original(2))
  ram.table(KERNEL_ROOT, ORIGINALS + OFFSET, 2, original(11))
  ram.table(KERNEL_ROOT, ORIGINALS + OFFSET, 1, original(12))
  for (const n of [0, 1, 2, 3, 4, 5, 9, 10, 11, 12]) own(n, TABLE)
  for (const n of [6, 7, 8]) own(n, USER)
  for (const table of [40, 41]) {
    ram.u8(BACKUP_RECORDS + 8 * table + 4, BACKUP_TABLE)
    ram.leaf(KERNEL_ROOT, backup(table), backup(table), RW)
  }
  // The process.
  ram.u64(PROCESSES, ROOT)
  ram.u32(PROCESSES + 8, 7)
  ram.table(ROOT, 0, 2, original(4))
  ram.table(ROOT, 0, 1, original(5))
  ram.table(ROOT, OFFSET, 2, BACKUP_MIDDLE)
  ram.table(ROOT, OFFSET, 1, BACKUP_BOTTOM)
  ram.table(ROOT, TRAPFRAME, 2, original(9))
  ram.table(ROOT, TRAPFRAME, 1, original(10))
  for (const page of [0, 1]) {
    ram.leaf(ROOT, page * PAGE_BYTES, original(6 + page), RWU)
    ram.leaf(ROOT, page * PAGE_BYTES + OFFSET, backup(6 + page), RW)
  }
  ram.leaf(ROOT, TRAPFRAME, original(8), RW)
  ram.translateBy('satp', KERNEL_ROOT)
  keepEmpty([EMPTY, EMPTY_COUNT], 60, 61)
  keepEmpty([EMPTY_BACKUPS, EMPTY_BACKUPS_COUNT], 62)
})

function keepEmpty([list, length]: readonly [number, number], ...frames: number[]): void {
  ram.u32(length, frames.length)
  for (const [n, frame] of frames.entries()) ram.u32(list + 4 * n, frame)
}

async function walked() {
  const { readings, violations } = await coverage.check(ram.view('user+tables'))
  return { ...readings[0], kinds: violations.map(({ kind }) => kind), violations }
}

describe('coverage of a mirroring kernel', () => {
  it('holds where every original has its backup', async () => {
    const found = await walked()
    expect(found.violations).toEqual([])
    expect(found).toMatchObject({
      guest: 'kernel',
      originals: 13,
      backups: 13,
      missing: 0,
      stale: 0,
    })
  })

  it('finds an original without a backup frame', async () => {
    ram.u32(FRAME_RECORDS + 8 * 6 + 4, NO_BACKUP)
    const found = await walked()
    expect(found).toMatchObject({ originals: 13, backups: 12, missing: 1 })
    expect(found.kinds).toContain('stale') // the backup that no record names any more
  })

  it('finds a page without a backup entry, and says where', async () => {
    ram.clear(ROOT, PAGE_BYTES + OFFSET)
    const found = await walked()
    expect(found.missing).toBe(1)
    expect(found.violations[0]?.says).toMatch(/^pid 7, page 0x1000, frame 0x80107000: no backup/)
  })

  it('finds a backup entry that leads to the original itself', async () => {
    ram.leaf(ROOT, OFFSET, original(6), RW)
    expect(await walked()).toMatchObject({ aliased: 1, sameBank: 1 })
  })

  it('finds a backup shared by two originals', async () => {
    ram.u32(FRAME_RECORDS + 8 * 7 + 4, 6)
    const found = await walked()
    expect(found.aliased).toBe(1)
    expect(found.backups).toBe(12)
  })

  it('finds a stale backup entry', async () => {
    ram.leaf(ROOT, 5 * PAGE_BYTES + OFFSET, backup(20), RW)
    expect(await walked()).toMatchObject({ stale: 1, kinds: ['stale'] })
  })

  it('finds a stale backup frame', async () => {
    ram.u8(BACKUP_RECORDS + 8 * 30 + 4, OF_ORIGINAL)
    ram.u32(BACKUP_RECORDS + 8 * 30, 30)
    expect(await walked()).toMatchObject({ stale: 1, kinds: ['stale'] })
  })

  it('finds a backup map entry that is missing, and one that is left over', async () => {
    ram.clear(KERNEL_ROOT, original(3) + OFFSET)
    ram.leaf(KERNEL_ROOT, original(50) + OFFSET, backup(50), RW)
    expect(await walked()).toMatchObject({ missing: 1, stale: 1, kinds: ['missing', 'stale'] })
  })

  it('finds a backup that users can reach', async () => {
    ram.leaf(ROOT, OFFSET, backup(6), RWU)
    expect((await walked()).kinds).toEqual(['user-accessible'])
  })

  it('finds a user page that leads into the backup bank', async () => {
    ram.leaf(ROOT, 0, backup(6), RWU)
    expect((await walked()).kinds).toContain('user-accessible')
  })

  it('finds pages that the allocator takes for free, and frames that no table reaches', async () => {
    ram.leaf(ROOT, 2 * PAGE_BYTES, original(20), RWU)
    ram.leaf(ROOT, 2 * PAGE_BYTES + OFFSET, backup(20), R)
    own(21, USER)
    const found = await walked()
    expect(found.kinds.filter((kind) => kind === 'disagree')).toHaveLength(2)
  })

  it('holds whatever recorded root the hart uses', async () => {
    ram.translateBy('satp', ROOT)
    expect((await walked()).violations).toEqual([])
  })

  it('finds the root of a process that no record names, and what is mapped there', async () => {
    ram.translateBy('satp', ROOT)
    ram.u64(PROCESSES, 0)
    for (const n of [6, 7, 8]) ram.u8(FRAME_RECORDS + 8 * n, KERNEL)
    for (const page of [0, 1]) ram.clear(ROOT, page * PAGE_BYTES + OFFSET)
    const { missing, violations } = await walked()
    const says = violations.map((violation) => violation.says)
    expect(missing).toBe(2)
    expect(says).toContain(
      'the hart translates by the table at 0x80103000, which is no recorded root',
    )
    expect(says).toContain('satp, page 0x0, frame 0x80106000: no backup entry')
    expect(says).toContain('frame 0x80107000 is mapped for a user, its record says otherwise')
  })

  it('finds a hart that translates nothing', async () => {
    ram.translateBy('satp', 0)
    expect((await walked()).kinds).toEqual(['disagree'])
  })

  it("finds what the kernel's own table opens to users", async () => {
    ram.table(KERNEL_ROOT, 0, 2, original(13))
    ram.table(KERNEL_ROOT, 0, 1, original(14))
    for (const n of [13, 14]) own(n, TABLE)
    ram.leaf(KERNEL_ROOT, 0, original(20), RWU)
    const { kinds, missing } = await walked()
    expect(kinds).toContain('user-accessible')
    expect(kinds).toContain('disagree') // frame 20 is free
    expect(missing).toBe(1)
  })

  it.each([
    ['frame', [EMPTY, EMPTY_COUNT], original(61)],
    ['backup frame', [EMPTY_BACKUPS, EMPTY_BACKUPS_COUNT], backup(62)],
  ] as const)('finds a %s that is kept as empty and is not', async (what, _, at) => {
    ram.u8(at + PAGE_BYTES - 1, 1)
    const { kinds, violations } = await walked()
    expect(kinds).toEqual(['dirty'])
    expect(violations[0]?.says).toMatch(
      new RegExp(`^${what} 0x${at.toString(16)} is kept as empty`),
    )
  })

  it('finds frames in use that are kept as empty', async () => {
    keepEmpty([EMPTY, EMPTY_COUNT], 20, 21)
    own(21, TABLE)
    expect((await walked()).kinds).toContain('disagree')
  })

  it.each([
    [EMPTY_COUNT, 4, FRAMES + 1],
    [RECORD + 8 * 10, 8, 0x1000],
    [RECORD + 8 * 17, 8, 0x1000],
  ])('says so if what a record names is not there (%#)', async (at, bytes, value) => {
    if (bytes === 4) ram.u32(at, value)
    else ram.u64(at, value)
    expect((await walked()).kinds).toEqual(['unreadable'])
  })

  it('finds a backup table that hangs in no root', async () => {
    ram.u64(ram.slot(ROOT, OFFSET, 2), 0)
    const found = await walked()
    expect(found.missing).toBe(2)
    expect(found.stale).toBeGreaterThanOrEqual(2)
  })

  it('ends at tables outside RAM', async () => {
    ram.table(ROOT, 2 ** 31, 2, 0x1000)
    expect((await walked()).kinds).toEqual(['unreadable'])
  })

  it('says so if the kernel has not filled in its record', async () => {
    ram.u64(RECORD, 0)
    const found = await walked()
    expect(found.kinds).toEqual(['unreadable'])
    expect(found.violations[0]?.says).toMatch(/no magic/)
  })
})
