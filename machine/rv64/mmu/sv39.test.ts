// Every pair of page permissions and request, against the rules written a second time, plainly.

import { beforeEach, describe, expect, it } from 'vitest'
import { TestStand } from '../engine/test-stand.fixture.ts'
import { ADUE_HI, CAUSE, MACHINE, MXR, SUM, SUPERVISOR, USER } from '../isa/status.ts'
import { CELL } from '../memory/layout.ts'
import { RAM_BASE } from '../memory/ram.ts'
import {
  type Access,
  EXECUTE,
  FAULT,
  PTE_A,
  PTE_D,
  PTE_R,
  PTE_U,
  PTE_V,
  PTE_W,
  PTE_X,
  READ,
  WRITE,
} from './pte.ts'

const ROOT = RAM_BASE + 0x1_0000
const MIDDLE = ROOT + 0x1000
const LEAVES = ROOT + 0x2000
const TARGET = RAM_BASE + 0x2_0000
const VA = 0x12_3456_7000 // indices 0x48, 0x1a2, 0x167
const [VA_HI, VA_LO] = [0x12, 0x3456_7000]
const PAGE_FAULT = [CAUSE.loadPage, CAUSE.storePage, CAUSE.fetchPage]
const ACCESS_FAULT = [CAUSE.loadAccess, CAUSE.storeAccess, CAUSE.fetchAccess]

const index = (level: number): number => Math.floor(VA / 2 ** (12 + 9 * level)) % 512
const pointer = (to: number): bigint => BigInt(to / 4096) << 10n

describe('Sv39', () => {
  let stand: TestStand

  const write = (at: number, entry: bigint): void => {
    const bytes = new Uint8Array(8)
    new DataView(bytes.buffer).setBigUint64(0, entry, true)
    stand.ram.write(at, bytes)
  }
  const leaf = (flags: number | bigint, to = TARGET): void =>
    write(LEAVES + 8 * index(0), pointer(to) | BigInt(flags))
  const leafFlags = (): number => stand.ram.read(LEAVES + 8 * index(0), 1)[0]!
  const translate = (access: Access, privilege: number, hi = VA_HI, lo = VA_LO): number =>
    stand.hart.mmu.translate(hi, lo, access, privilege, false)

  beforeEach(() => {
    stand = new TestStand({ engine: 'reference' })
    stand.hart.put(CELL.pmpaddr0, -1, -1)
    stand.ram.u8[CELL.pmpcfg0] = 0x1f
    stand.hart.stateLoaded()
    stand.hart.put(CELL.satp, 8 << 28, ROOT / 4096)
    write(ROOT + 8 * index(2), pointer(MIDDLE) | 1n)
    write(MIDDLE + 8 * index(1), pointer(LEAVES) | 1n)
  })

  const cases = [READ, WRITE, EXECUTE].flatMap((access) =>
    [USER, SUPERVISOR].flatMap((privilege) =>
      [0, SUM, MXR, SUM | MXR].flatMap((status) =>
        [false, true].map((adue) => ({ access: access as Access, privilege, status, adue })),
      ),
    ),
  )

  it.each(cases)('allows what it should: $access $privilege $status $adue', (one) => {
    const { access, privilege, status, adue } = one
    stand.hart.put(CELL.mstatus, 0, status)
    stand.hart.put(CELL.menvcfg, adue ? ADUE_HI : 0, 0)
    for (let flags = 0; flags < 256; flags++) {
      leaf(flags)
      const at = translate(access, privilege)
      if (expected(flags, one)) {
        expect(at).toBe(TARGET)
        const set = access === WRITE ? PTE_A | PTE_D : PTE_A
        expect(leafFlags()).toBe(flags | set)
      } else {
        expect(at).toBe(FAULT)
        expect(stand.hart.mmu.cause).toBe(PAGE_FAULT[access])
        expect(leafFlags()).toBe(flags)
      }
    }
  })

  it('refuses reserved bits, in leaves and in pointers', () => {
    for (let bit = 54n; bit < 64n; bit++) {
      leaf(0xcfn | (1n << bit))
      expect(translate(READ, SUPERVISOR)).toBe(FAULT)
    }
    leaf(0xcf)
    for (const flag of [PTE_U, PTE_A, PTE_D]) {
      write(MIDDLE + 8 * index(1), pointer(LEAVES) | BigInt(1 | flag))
      expect(translate(READ, SUPERVISOR)).toBe(FAULT)
    }
  })

  it('maps 2 MiB and 1 GiB, and refuses them misaligned', () => {
    write(MIDDLE + 8 * index(1), pointer(0x8020_0000) | 0xcfn)
    expect(translate(READ, SUPERVISOR)).toBe(0x8020_0000 + (VA % 0x20_0000))
    write(MIDDLE + 8 * index(1), pointer(0x8020_1000) | 0xcfn)
    expect(translate(READ, SUPERVISOR)).toBe(FAULT)
    write(ROOT + 8 * index(2), pointer(0x8000_0000) | 0xcfn)
    expect(translate(READ, SUPERVISOR)).toBe(0x8000_0000 + (VA % 0x4000_0000))
    write(ROOT + 8 * index(2), pointer(0x8020_0000) | 0xcfn)
    expect(translate(READ, SUPERVISOR)).toBe(FAULT)
  })

  it('keeps the bits of the address that lie below the page', () => {
    leaf(0xcf)
    expect(translate(READ, SUPERVISOR, VA_HI, VA_LO + 0xabc)).toBe(TARGET + 0xabc)
  })

  it('refuses addresses whose upper bits differ from bit 38', () => {
    write(ROOT + 8 * 256, pointer(0) | 0xcfn)
    expect(translate(READ, SUPERVISOR, -1 << 6, 0)).toBe(0)
    for (const hi of [1 << 6, 1 << 7, 1 << 31, (-1 << 6) & ~(1 << 31), (-1 << 7) | 0]) {
      expect(translate(READ, SUPERVISOR, hi, 0)).toBe(FAULT)
      expect(stand.hart.mmu.cause).toBe(CAUSE.loadPage)
    }
  })

  it.each([READ, WRITE, EXECUTE] as const)(
    'raises an access fault for tables outside RAM (%i)',
    (access) => {
      write(MIDDLE + 8 * index(1), pointer(0x1000_0000) | 1n)
      expect(translate(access, SUPERVISOR)).toBe(FAULT)
      expect(stand.hart.mmu.cause).toBe(ACCESS_FAULT[access])
    },
  )

  it('raises an access fault for tables that PMP forbids', () => {
    leaf(0xcf)
    stand.hart.put(CELL.pmpaddr0, 0, LEAVES / 4)
    stand.hart.put(CELL.pmpaddr0 + 8, 0, (LEAVES + 4096) / 4)
    stand.ram.u8.set([0x0f, 0x08], CELL.pmpcfg0) // all below LEAVES; nothing in LEAVES
    stand.hart.stateLoaded()
    expect(translate(WRITE, SUPERVISOR)).toBe(FAULT)
    expect(stand.hart.mmu.cause).toBe(CAUSE.storeAccess)
  })

  it('leaves M-mode and Bare alone', () => {
    expect(translate(READ, MACHINE)).toBe(VA)
    stand.hart.put(CELL.satp, 0, ROOT / 4096)
    expect(translate(READ, USER)).toBe(VA)
    expect(translate(READ, USER, 1 << 24, 0)).toBe(FAULT)
    expect(stand.hart.mmu.cause).toBe(CAUSE.loadAccess)
  })
})

function expected(
  flags: number,
  {
    access,
    privilege,
    status,
    adue,
  }: { access: Access; privilege: number; status: number; adue: boolean },
): boolean {
  const has = (bit: number) => (flags & bit) !== 0
  if (!has(PTE_V)) return false
  if (!has(PTE_R) && !has(PTE_W) && !has(PTE_X)) return false // a pointer at the last level
  if (has(PTE_W) && !has(PTE_R)) return false
  if (privilege === USER && !has(PTE_U)) return false
  if (privilege === SUPERVISOR && has(PTE_U)) {
    if (access === EXECUTE) return false
    if ((status & SUM) === 0) return false
  }
  if (access === READ && !has(PTE_R) && !((status & MXR) !== 0 && has(PTE_X))) return false
  if (access === WRITE && !has(PTE_W)) return false
  if (access === EXECUTE && !has(PTE_X)) return false
  if (adue) return true
  return has(PTE_A) && (access !== WRITE || has(PTE_D))
}
