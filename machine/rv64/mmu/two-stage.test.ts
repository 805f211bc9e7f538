// Permissions of both stages, pair by pair, and what a fault in either tells.

import { beforeEach, describe, expect, it } from 'vitest'
import { TestStand } from '../engine/test-stand.fixture.ts'
import { ADUE_HI, CAUSE, MXR, SUPERVISOR, USER } from '../isa/status.ts'
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

// Guest-physical 0x80000000 + n is machine RAM_BASE + 0x80000 + n, by 4 KiB pages.
const GUEST = RAM_BASE + 0x8_0000
const GUEST_BASE = 0x8000_0000
const G_ROOT = RAM_BASE + 0x1_0000 // 16 KiB
const G_MIDDLE = G_ROOT + 0x4000
const G_LEAVES = G_ROOT + 0x5000
// The guest's own tables, and its page: guest-physical, and mapped at virtual 0x40000000.
const VS_ROOT = GUEST_BASE + 0x1000
const VS_MIDDLE = GUEST_BASE + 0x2000
const VS_LEAVES = GUEST_BASE + 0x3000
const DATA = GUEST_BASE + 0x5000
const VA = 0x4000_0000
const FULL = 0xdf // V R W X U A D
const GUEST_FAULT = [CAUSE.loadGuestPage, CAUSE.storeGuestPage, CAUSE.fetchGuestPage]
const PAGE_FAULT = [CAUSE.loadPage, CAUSE.storePage, CAUSE.fetchPage]

const machineOf = (guest: number): number => guest - GUEST_BASE + GUEST
const pointer = (to: number): bigint => BigInt(to / 4096) << 10n

describe('two-stage translation', () => {
  let stand: TestStand

  const write = (at: number, entry: bigint): void => {
    const bytes = new Uint8Array(8)
    new DataView(bytes.buffer).setBigUint64(0, entry, true)
    stand.ram.write(at, bytes)
  }
  /** The second stage's leaf for a guest-physical page. */
  const gLeaf = (guest: number, flags: number): void =>
    write(G_LEAVES + 8 * ((guest - GUEST_BASE) / 4096), pointer(machineOf(guest)) | BigInt(flags))
  const vsLeaf = (flags: number): void => write(machineOf(VS_LEAVES), pointer(DATA) | BigInt(flags))
  const translate = (
    access: Access,
    privilege: number,
    asExecute = false,
    at = VA + 0x123,
  ): number => stand.hart.mmu.translate(0, at, access, privilege, true, asExecute)
  const set = (cell: keyof typeof CELL, hi: number, lo: number) =>
    stand.hart.put(CELL[cell], hi, lo)

  beforeEach(() => {
    stand = new TestStand({ engine: 'reference' })
    set('pmpaddr0', -1, -1)
    stand.ram.u8[CELL.pmpcfg0] = 0x1f
    stand.hart.stateLoaded()
    set('hgatp', 8 << 28, G_ROOT / 4096)
    set('vsatp', 8 << 28, VS_ROOT / 4096)
    write(G_ROOT + 8 * 2, pointer(G_MIDDLE) | 1n)
    write(G_MIDDLE, pointer(G_LEAVES) | 1n)
    for (let page = 0; page < 16; page++) gLeaf(GUEST_BASE + 4096 * page, FULL)
    write(machineOf(VS_ROOT) + 8, pointer(VS_MIDDLE) | 1n)
    write(machineOf(VS_MIDDLE), pointer(VS_LEAVES) | 1n)
    vsLeaf(FULL)
  })

  it.each([READ, WRITE, EXECUTE] as const)('needs leave of both stages for access %i', (access) => {
    set('henvcfg', 0, 0)
    set('menvcfg', 0, 0)
    for (let first = 0; first < 256; first++) {
      for (let second = 0; second < 256; second += 3) {
        vsLeaf(first)
        gLeaf(DATA, second)
        const at = translate(access, USER)
        if (!allowed(first, access)) {
          expect([at, stand.hart.mmu.cause]).toEqual([FAULT, PAGE_FAULT[access]])
        } else if (!allowed(second, access)) {
          expect([at, stand.hart.mmu.cause]).toEqual([FAULT, GUEST_FAULT[access]])
          expect(stand.hart.mmu.guestPhysical).toBe(DATA + 0x123)
          expect(stand.hart.mmu.pseudoInstruction).toBe(0)
        } else expect(at).toBe(machineOf(DATA) + 0x123)
      }
    }
  })

  it('names the table that the second stage does not let the walk read', () => {
    gLeaf(VS_LEAVES, 0)
    expect(translate(WRITE, USER)).toBe(FAULT)
    expect(stand.hart.mmu.cause).toBe(CAUSE.storeGuestPage)
    expect(stand.hart.mmu.guestPhysical).toBe(VS_LEAVES)
    expect(stand.hart.mmu.pseudoInstruction).toBe(0x3000)
  })

  it('names the table that it does not let the walk write, when A is to be set', () => {
    set('henvcfg', ADUE_HI, 0)
    vsLeaf(FULL & ~(PTE_A | PTE_D))
    gLeaf(VS_LEAVES, FULL & ~PTE_W)
    expect(translate(READ, USER)).toBe(FAULT)
    expect(stand.hart.mmu.cause).toBe(CAUSE.loadGuestPage)
    expect(stand.hart.mmu.guestPhysical).toBe(VS_LEAVES)
    expect(stand.hart.mmu.pseudoInstruction).toBe(0x3020)
  })

  it.each([
    ['henvcfg', 1, CAUSE.storePage],
    ['menvcfg', 2, CAUSE.storeGuestPage],
  ] as const)('raises a fault for A and D where %s forbids the update', (_, stage, cause) => {
    set('menvcfg', stage === 1 ? ADUE_HI : 0, 0)
    set('henvcfg', 0, 0)
    if (stage === 1) vsLeaf(FULL & ~PTE_D)
    else gLeaf(DATA, FULL & ~PTE_D)
    expect(translate(WRITE, USER)).toBe(FAULT)
    expect(stand.hart.mmu.cause).toBe(cause)
  })

  it('sets A and D in both stages when allowed', () => {
    set('henvcfg', ADUE_HI, 0)
    vsLeaf(FULL & ~(PTE_A | PTE_D))
    gLeaf(DATA, FULL & ~(PTE_A | PTE_D))
    expect(translate(WRITE, USER)).toBe(machineOf(DATA) + 0x123)
    expect(stand.ram.read(machineOf(VS_LEAVES), 1)[0]).toBe(FULL)
    expect(stand.ram.read(G_LEAVES + 8 * 5, 1)[0]).toBe(FULL)
  })

  it('reads what is executable for HLVX, and only that', () => {
    const executable = PTE_V | PTE_X | PTE_U | PTE_A
    vsLeaf(executable)
    gLeaf(DATA, executable)
    expect(translate(READ, USER)).toBe(FAULT)
    expect(translate(READ, USER, true)).toBe(machineOf(DATA) + 0x123)
    gLeaf(DATA, FULL & ~PTE_X)
    expect(translate(READ, USER, true)).toBe(FAULT)
    expect(stand.hart.mmu.cause).toBe(CAUSE.loadGuestPage)
  })

  it('lets vsstatus.MXR open the first stage, sstatus.MXR both', () => {
    const executable = PTE_V | PTE_X | PTE_U | PTE_A
    vsLeaf(executable)
    set('vsstatus', 0, MXR)
    expect(translate(READ, USER)).toBe(machineOf(DATA) + 0x123)
    gLeaf(DATA, executable)
    expect(translate(READ, USER)).toBe(FAULT)
    set('mstatus', 0, MXR)
    expect(translate(READ, USER)).toBe(machineOf(DATA) + 0x123)
  })

  it('translates guest-physical addresses alone when vsatp is Bare', () => {
    set('vsatp', 0, 0)
    expect(translate(READ, SUPERVISOR, false, DATA | 0)).toBe(machineOf(DATA))
    expect(stand.hart.mmu.translate(1 << 9, 0, READ, SUPERVISOR, true)).toBe(FAULT) // 2^41
    expect(stand.hart.mmu.cause).toBe(CAUSE.loadGuestPage)
  })

  it('takes guest-physical for machine addresses when hgatp is Bare', () => {
    set('hgatp', 0, 0)
    set('vsatp', 8 << 28, machineOf(VS_ROOT) / 4096)
    write(machineOf(VS_ROOT) + 8, pointer(GUEST) | BigInt(FULL & ~PTE_U))
    expect(translate(READ, SUPERVISOR)).toBe(FAULT) // a gigabyte must be aligned
    write(machineOf(VS_ROOT) + 8, pointer(RAM_BASE) | BigInt(FULL & ~PTE_U))
    expect(translate(READ, SUPERVISOR)).toBe(RAM_BASE + 0x123)
  })
})

/** Whether a user's access is allowed where A and D are not updated. */
function allowed(flags: number, access: Access): boolean {
  const has = (bit: number) => (flags & bit) !== 0
  if (!has(PTE_V) || !has(PTE_U) || !has(PTE_A)) return false
  if (has(PTE_W) && !has(PTE_R)) return false
  if (access === READ) return has(PTE_R)
  if (access === WRITE) return has(PTE_W) && has(PTE_D)
  return has(PTE_X)
}
