// satp, vsatp, hgatp, and physical memory protection. Invariant: a mode other than Bare and Sv39 is
// never stored: such a write to satp has no effect, so a kernel that probes falls back.

import { CELL, type CellName } from '../memory/layout.ts'
import { PMP_ENTRIES } from '../mmu/pmp.ts'
import { type CsrRow, fixed, plain } from './csr-row.ts'
import type { Hart } from './hart.ts'

const BARE = 0
const SV39 = 8
/** ASIDs and VMIDs are kept but mean nothing: every fence flushes all of them. */
const ROOT_HI = 0x0fff_ffff
/** hgatp: 14 bits of VMID, and a root of 16 KiB. */
const HGATP_HI = 0x03ff_ffff
const HGATP_LO = ~3

const legalMode = (hi: number): boolean => hi >>> 28 === BARE || hi >>> 28 === SV39

const writeSatp = (hart: Hart, hi: number, lo: number): void => {
  if (!legalMode(hi)) return
  hart.put(CELL.satp, hi & (ROOT_HI | (SV39 << 28)), lo)
  hart.flushSupervisor()
}

const writeVsatp = (hart: Hart, hi: number, lo: number): void => {
  if (!legalMode(hi)) return
  hart.put(CELL.vsatp, hi & (ROOT_HI | (SV39 << 28)), lo)
  hart.flushGuest()
}

/** An unsupported mode leaves the mode as it was; the other fields are written. */
const writeHgatp = (hart: Hart, hi: number, lo: number): void => {
  const mode = legalMode(hi) ? hi : hart.hi(CELL.hgatp)
  hart.put(CELL.hgatp, (hi & HGATP_HI) | (mode & (0xf << 28)), lo & HGATP_LO)
  hart.flushGuest()
}

function pmpChanged(hart: Hart): void {
  hart.pmp.changed()
  hart.tlb?.flushAll()
}

const CONFIG_BITS = 0x9f // L, A, X, W, R
const W_WITHOUT_R = 2
const LOCKED = 0x80

/** Eight entries' configurations in one register; locked ones stay. */
function pmpConfig(number: number, name: 'pmpcfg0' | 'pmpcfg2', first: number): CsrRow {
  return {
    ...plain(number, name),
    write: (hart, hi, lo) => {
      for (let i = 0; i < 8; i++) {
        if ((hart.pmp.config(first + i) & LOCKED) !== 0) continue
        const bits = ((i < 4 ? lo : hi) >>> (8 * (i & 3))) & CONFIG_BITS
        const legal = (bits & 3) === W_WITHOUT_R ? bits & ~3 : bits
        hart.ram.u8[CELL[name] + i] = legal
      }
      pmpChanged(hart)
    },
  }
}

function pmpAddress(entry: number): CsrRow {
  const name = `pmpaddr${entry}` as CellName
  return {
    ...plain(0x3b0 + entry, name),
    write: (hart, hi, lo) => {
      if (hart.pmp.addressLocked(entry)) return
      hart.put(CELL[name], hi & 0x3f_ffff, lo) // 54 bits
      pmpChanged(hart)
    },
  }
}

const range = (from: number, to: number): readonly number[] =>
  Array.from({ length: to - from }, (_, i) => from + i)

export const translationRows: readonly CsrRow[] = [
  { ...plain(0x180, 'satp'), write: writeSatp },
  { ...plain(0x280, 'vsatp'), write: writeVsatp },
  { ...plain(0x680, 'hgatp'), write: writeHgatp },
  pmpConfig(0x3a0, 'pmpcfg0', 0),
  pmpConfig(0x3a2, 'pmpcfg2', 8),
  ...range(0, PMP_ENTRIES).map(pmpAddress),
  // Entries 16 to 63 exist in the numbering only; they read 0.
  ...range(2, 8).map((i) => fixed(0x3a0 + 2 * i, `pmpcfg${2 * i}`, 0, 0)),
  ...range(PMP_ENTRIES, 64).map((i) => fixed(0x3b0 + i, `pmpaddr${i}`, 0, 0)),
]
