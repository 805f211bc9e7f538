// A stand with page tables, for tests of memory errors: its megabyte of RAM appears at VIRTUAL in every context,
// through one stage or two. Warm code comes back to the access that is looked at.

import { FS, MPP_SHIFT, SPVP } from '../isa/status.ts'
import { CELL, PRIVILEGE, VIRTUALISED } from '../memory/layout.ts'
import { RAM_BASE } from '../memory/ram.ts'
import { type EngineName, TestStand, type TestStandOptions } from './test-stand.fixture.ts'

export const VIRTUAL = 0x4000_0000
export const [M_VECTOR, S_VECTOR, VS_VECTOR] = [
  RAM_BASE + 0x1000,
  RAM_BASE + 0x2000,
  RAM_BASE + 0x3000,
]
/** Tables of the first stage, then of the second: root, middle, leaves. */
export const [ROOT, MIDDLE, LEAVES] = [
  RAM_BASE + 0x1_0000,
  RAM_BASE + 0x1_1000,
  RAM_BASE + 0x1_2000,
]
export const [G_ROOT, G_MIDDLE, G_LEAVES] = [
  RAM_BASE + 0x2_0000, // 16 KiB
  RAM_BASE + 0x2_4000,
  RAM_BASE + 0x2_5000,
]
const FULL = 0xcfn // D A X W R V
const PTE_U = 0x10n
const PAGES = 256
const SV39 = 8 << 28

export interface Context {
  readonly name: string
  readonly privilege: 0 | 1 | 3
  readonly virtualised: boolean
  readonly first: boolean
  readonly second: boolean
}

const context = (
  name: string,
  privilege: 0 | 1 | 3,
  virtualised: boolean,
  first: boolean,
  second: boolean,
): Context => ({ name, privilege, virtualised, first, second })

export const CONTEXTS: readonly Context[] = [
  context('M', 3, false, false, false),
  context('S, Bare', 1, false, false, false),
  context('S', 1, false, true, false),
  context('U', 0, false, true, false),
  context('VS, first stage only', 1, true, true, false),
  context('VS, second stage only', 1, true, false, true),
  context('VS', 1, true, true, true),
  context('VU', 0, true, true, true),
]

/** Where the guest or program sees `at`. */
export const seen = ({ first }: Context, at: number): number =>
  first ? at - RAM_BASE + VIRTUAL : at

/** The entry of the first stage's leaf for `at`; of the second stage's. */
export const leafOf = (at: number): number => LEAVES + 8 * ((at - RAM_BASE) >>> 12)
export const guestLeafOf = (at: number): number => G_LEAVES + 8 * ((at - RAM_BASE) >>> 12)

export function pagedStand(
  engine: EngineName,
  one: Context,
  more: Partial<TestStandOptions> = {},
): TestStand {
  const stand = new TestStand({ engine, limits: { threshold: 1, batch: 1, eager: true }, ...more })
  const { hart, ram } = stand
  const pointer = (at: number): bigint => (BigInt(at) >> 12n) << 10n
  writeTables(stand, one.privilege === 0 ? FULL | PTE_U : FULL)
  hart.put(CELL.pmpaddr0, 0x3f_ffff, -1)
  ram.u8[CELL.pmpcfg0] = 0x1f
  hart.put(CELL.mtvec, 0, M_VECTOR)
  hart.put(CELL.stvec, 0, S_VECTOR)
  hart.put(CELL.vstvec, 0, seen(one, VS_VECTOR))
  hart.put(CELL.mstatus, hart.hi(CELL.mstatus), FS)
  hart.put(CELL.vsstatus, hart.hi(CELL.vsstatus), FS)
  if (one.first) {
    hart.put(one.virtualised ? CELL.vsatp : CELL.satp, SV39, Number(pointer(ROOT) >> 10n))
  }
  if (one.second) hart.put(CELL.hgatp, SV39, Number(pointer(G_ROOT) >> 10n))
  hart.i32[PRIVILEGE >> 2] = one.privilege
  hart.i32[VIRTUALISED >> 2] = one.virtualised ? 1 : 0
  hart.stateLoaded()
  return stand
}

/** HS looks at its guest's memory: HLV under a guest's context. */
export function lookingAtGuest(engine: EngineName, one: Context): TestStand {
  const stand = pagedStand(engine, one)
  const { hart } = stand
  hart.put(CELL.hstatus, hart.hi(CELL.hstatus), one.privilege === 1 ? SPVP : 0)
  hart.i32[PRIVILEGE >> 2] = 1
  hart.i32[VIRTUALISED >> 2] = 0
  hart.stateLoaded()
  return stand
}

/** MPRV: M-mode accesses memory as the context would. */
export function lending(engine: EngineName, one: Context, mprv: number, mpv: number): TestStand {
  const stand = pagedStand(engine, one)
  const { hart } = stand
  const status = hart.lo(CELL.mstatus) | mprv | (one.privilege << MPP_SHIFT)
  hart.put(CELL.mstatus, hart.hi(CELL.mstatus) | (one.virtualised ? mpv : 0), status)
  hart.i32[PRIVILEGE >> 2] = 3
  hart.i32[VIRTUALISED >> 2] = 0
  hart.stateLoaded()
  return stand
}

/** Made in one piece for each set of flags: most of a test's time would otherwise go into them. */
const tables = new Map<bigint, Uint8Array>()

function writeTables({ ram }: TestStand, flags: bigint): void {
  let bytes = tables.get(flags)
  if (bytes === undefined) {
    bytes = tablesWith(flags)
    tables.set(flags, bytes)
  }
  ram.write(ROOT, bytes)
}

/** RAM from ROOT to the end of the last table. */
function tablesWith(flags: bigint): Uint8Array {
  const bytes = new Uint8Array(G_LEAVES + PAGES * 8 - ROOT)
  const view = new DataView(bytes.buffer)
  const entry = (at: number, to: number, bits: bigint): void => {
    view.setBigUint64(at - ROOT, ((BigInt(to) >> 12n) << 10n) | bits, true)
  }
  entry(ROOT + 8, MIDDLE, 1n)
  entry(MIDDLE, LEAVES, 1n)
  entry(G_ROOT + 16, G_MIDDLE, 1n)
  entry(G_MIDDLE, G_LEAVES, 1n)
  for (let page = 0; page < PAGES; page++) {
    const at = RAM_BASE + 4096 * page
    entry(leafOf(at), at, flags)
    entry(guestLeafOf(at), at, FULL | PTE_U)
  }
  return bytes
}
