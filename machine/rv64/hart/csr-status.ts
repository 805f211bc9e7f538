// mstatus, sstatus, vsstatus, hstatus, and menvcfg, senvcfg's neighbour henvcfg. VS and XS are 0:
// there is no vector unit. Invariant: UXL, SXL and VSXL read 2, 64 bits.

import {
  ADUE_HI,
  CBZE,
  FIOM,
  FS,
  GVA,
  GVA_HI,
  HU,
  MIE,
  MPIE,
  MPP,
  MPP_SHIFT,
  MPRV,
  MPV_HI,
  MXR,
  SD_HI,
  SIE,
  SPIE,
  SPP,
  SPV,
  SPVP,
  STCE_HI,
  STIP,
  SUM,
  TSR,
  TVM,
  TW,
  VTSR,
  VTVM,
  VTW,
} from '../isa/status.ts'
import { CELL, VALUE } from '../memory/layout.ts'
import { type CsrRow, plain } from './csr-row.ts'
import type { Hart } from './hart.ts'

const SSTATUS = SIE | SPIE | SPP | FS | SUM | MXR
const MSTATUS = SSTATUS | MIE | MPIE | MPRV | TVM | TW | TSR
const HSTATUS = GVA | SPV | SPVP | HU | VTVM | VTW | VTSR
/** Fields that change what an address means: the soft TLB forgets. */
const TRANSLATING = MXR
const XLEN_64_HI = 0b10

/** Stores a status register and keeps the TLB in step. */
function putStatus(hart: Hart, cell: number, hi: number, lo: number): void {
  const changed = hart.lo(cell) ^ lo
  hart.put(cell, hi, lo)
  if ((changed & TRANSLATING) !== 0) hart.tlb?.flushAll()
  hart.contextChanged()
}

function writeMstatus(hart: Hart, hi: number, lo: number): void {
  const old = hart.lo(CELL.mstatus)
  const wanted = (lo & MPP) >>> MPP_SHIFT
  const mpp = wanted === 2 ? old & MPP : lo & MPP // 2 is reserved: keep what was
  const kept = hart.hi(CELL.mstatus) & ~(MPV_HI | GVA_HI)
  putStatus(hart, CELL.mstatus, kept | (hi & (MPV_HI | GVA_HI)), (lo & MSTATUS) | mpp)
}

function writeEnvironment(cell: number): (hart: Hart, hi: number, lo: number) => void {
  return (hart, hi, lo) => {
    hart.put(cell, hi & (STCE_HI | ADUE_HI), lo & (FIOM | CBZE))
    if (cell === CELL.menvcfg && (hi & STCE_HI) !== 0) {
      // From now on STIP is the comparison's; what software had set is gone.
      hart.put(CELL.pending, 0, hart.lo(CELL.pending) & ~STIP)
    }
    hart.tlb?.flushAll()
    hart.timers.update()
  }
}

/** henvcfg's bits read 0 where menvcfg's are. */
function readHenvcfg(hart: Hart): void {
  const allowed = hart.hi(CELL.menvcfg) | ~(STCE_HI | ADUE_HI)
  hart.put(VALUE, hart.hi(CELL.henvcfg) & allowed, hart.lo(CELL.henvcfg))
}

/** SD sums FS up. */
function readStatus(hart: Hart, cell: number, hi: number, mask: number): void {
  const lo = hart.lo(cell)
  hart.put(VALUE, (lo & FS) === FS ? hi | SD_HI : hi, lo & mask)
}

export const statusRows: readonly CsrRow[] = [
  {
    number: 0x300,
    name: 'mstatus',
    read: (hart) => readStatus(hart, CELL.mstatus, hart.hi(CELL.mstatus), -1),
    write: writeMstatus,
  },
  {
    number: 0x100,
    name: 'sstatus',
    read: (hart) => readStatus(hart, CELL.mstatus, XLEN_64_HI, SSTATUS),
    write: (hart, _hi, lo) => {
      const kept = hart.lo(CELL.mstatus) & ~SSTATUS
      putStatus(hart, CELL.mstatus, hart.hi(CELL.mstatus), kept | (lo & SSTATUS))
    },
  },
  {
    number: 0x200,
    name: 'vsstatus',
    read: (hart) => readStatus(hart, CELL.vsstatus, XLEN_64_HI, -1),
    write: (hart, _hi, lo) => putStatus(hart, CELL.vsstatus, XLEN_64_HI, lo & SSTATUS),
  },
  {
    ...plain(0x600, 'hstatus'),
    write: (hart, _hi, lo) => hart.put(CELL.hstatus, XLEN_64_HI, lo & HSTATUS),
  },
  { ...plain(0x30a, 'menvcfg'), write: writeEnvironment(CELL.menvcfg) },
  { ...plain(0x60a, 'henvcfg'), read: readHenvcfg, write: writeEnvironment(CELL.henvcfg) },
]
