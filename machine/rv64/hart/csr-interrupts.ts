// mip, mie, mideleg and their views: sip and sie, hip, hie and hvip, vsip and vsie.
// Invariant: there is one set of pending and enable bits; every view shows a part of it.

import {
  M_INTERRUPTS,
  S_INTERRUPTS,
  SEIP,
  SGEIP,
  SSIP,
  STCE_HI,
  STIP,
  VS_INTERRUPTS,
  VSSIP,
} from '../isa/status.ts'
import { CELL, VALUE } from '../memory/layout.ts'
import { type CsrRow, fixed, plain } from './csr-row.ts'
import type { Hart } from './hart.ts'
import { interruptPending } from './interrupt.ts'

const ALL = M_INTERRUPTS | S_INTERRUPTS | VS_INTERRUPTS
const HYPERVISOR = VS_INTERRUPTS | SGEIP

/** Replaces the bits of the mask in a cell's low half. */
function replace(hart: Hart, cell: number, mask: number, bits: number): void {
  hart.put(cell, hart.hi(cell), (hart.lo(cell) & ~mask) | (bits & mask))
}

const readPending =
  (mask: (hart: Hart) => number, shift = 0) =>
  (hart: Hart) =>
    hart.put(VALUE, 0, (interruptPending(hart) & mask(hart)) >> shift)

const readEnable =
  (mask: (hart: Hart) => number, shift = 0) =>
  (hart: Hart) =>
    hart.put(VALUE, 0, (hart.lo(CELL.mie) & mask(hart)) >> shift)

const supervisorBits = (hart: Hart): number => hart.lo(CELL.mideleg) & S_INTERRUPTS
const guestBits = (hart: Hart): number => hart.lo(CELL.hideleg) & VS_INTERRUPTS

/** The bits that software can set. While Sstc is on, STIP shows the comparison and software cannot set it. */
function writableMip(hart: Hart): number {
  const sstc = (hart.hi(CELL.menvcfg) & STCE_HI) !== 0
  return SSIP | SEIP | VSSIP | (sstc ? 0 : STIP)
}

/** What a read-modify-write of mip starts from: SEIP without the wire from outside. */
export const MIP = 0x344
export const pendingBySoftware = (hart: Hart): number => {
  const software = hart.lo(CELL.pending) & SEIP
  return (interruptPending(hart) & ~SEIP) | software
}

export const interruptRows: readonly CsrRow[] = [
  {
    number: MIP,
    name: 'mip',
    read: readPending(() => ALL),
    write: (hart, _hi, lo) => replace(hart, CELL.pending, writableMip(hart), lo),
  },
  plain(0x304, 'mie', 0, ALL | SGEIP),
  {
    ...plain(0x303, 'mideleg'),
    // The guest's interrupts always go to HS.
    write: (hart, _hi, lo) => hart.put(CELL.mideleg, 0, (lo & S_INTERRUPTS) | HYPERVISOR),
  },
  {
    number: 0x144,
    name: 'sip',
    read: readPending(supervisorBits),
    write: (hart, _hi, lo) => replace(hart, CELL.pending, supervisorBits(hart) & SSIP, lo),
  },
  {
    number: 0x104,
    name: 'sie',
    read: readEnable(supervisorBits),
    write: (hart, _hi, lo) => replace(hart, CELL.mie, supervisorBits(hart), lo),
  },
  plain(0x603, 'hideleg', 0, VS_INTERRUPTS),
  {
    number: 0x644,
    name: 'hip',
    read: readPending(() => VS_INTERRUPTS),
    write: (hart, _hi, lo) => replace(hart, CELL.pending, VSSIP, lo),
  },
  {
    number: 0x604,
    name: 'hie',
    read: readEnable(() => HYPERVISOR),
    write: (hart, _hi, lo) => replace(hart, CELL.mie, HYPERVISOR, lo),
  },
  {
    number: 0x645,
    name: 'hvip',
    read: (hart) => hart.put(VALUE, 0, hart.lo(CELL.pending) & VS_INTERRUPTS),
    write: (hart, _hi, lo) => replace(hart, CELL.pending, VS_INTERRUPTS, lo),
  },
  {
    number: 0x244,
    name: 'vsip',
    read: readPending(guestBits, 1),
    write: (hart, _hi, lo) => replace(hart, CELL.pending, guestBits(hart) & VSSIP, lo << 1),
  },
  {
    number: 0x204,
    name: 'vsie',
    read: readEnable(guestBits, 1),
    write: (hart, _hi, lo) => replace(hart, CELL.mie, guestBits(hart), lo << 1),
  },
  fixed(0x607, 'hgeie', 0, 0), // no guest external interrupts: GEILEN is 0
  fixed(0xe12, 'hgeip', 0, 0),
]
