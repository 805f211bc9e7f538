// Loads and stores the slow way: translate by a walk, then RAM byte by byte or a device. The
// reference interpreter makes every access here, the WebAssembly engine those that its TLB misses.
// Invariant: an access that traps has done nothing else; the trap is then already taken.

import type { Hart } from '../hart/hart.ts'
import { takeException, takeFault } from '../hart/trap.ts'
import {
  CAUSE,
  MACHINE,
  MPP,
  MPP_SHIFT,
  MPRV,
  MPV_HI,
  SPVP,
  SUPERVISOR,
  USER,
} from '../isa/status.ts'
import { CELL, VALUE } from '../memory/layout.ts'
import { RAM_BASE } from '../memory/ram.ts'
import { type DataAccess, FAULT, READ, WRITE } from '../mmu/pte.ts'
import { LINE_BYTES } from '../timing/core.ts'
import { meetsPoison } from './poison.ts'

/** The privilege under which data is accessed. */
export interface Viewpoint {
  privilege: number
  virtualised: boolean
  /** An HLV, HLVX or HSV. */
  asGuest: boolean
  /** An HLVX: no TLB holds what it may do. */
  asExecute: boolean
}

/** One object for ordinary accesses: they do not nest. */
const ordinary: Viewpoint = {
  privilege: MACHINE,
  virtualised: false,
  asGuest: false,
  asExecute: false,
}

/** The viewpoint of ordinary loads and stores now: MPRV lends M-mode another one. */
export function viewpoint(hart: Hart): Viewpoint {
  const status = hart.lo(CELL.mstatus)
  ordinary.privilege = hart.privilege
  ordinary.virtualised = hart.virtualised
  if (hart.privilege === MACHINE && (status & MPRV) !== 0) {
    ordinary.privilege = (status & MPP) >>> MPP_SHIFT
    ordinary.virtualised = ordinary.privilege !== MACHINE && (hart.hi(CELL.mstatus) & MPV_HI) !== 0
  }
  return ordinary
}

/** The viewpoint of HLV, HLVX and HSV. */
export function guestViewpoint(hart: Hart, asExecute: boolean): Viewpoint {
  const supervisor = (hart.lo(CELL.hstatus) & SPVP) !== 0
  return {
    privilege: supervisor ? SUPERVISOR : USER,
    virtualised: true,
    asGuest: true,
    asExecute,
  }
}

/** Puts the value, zero-extended, into VALUE. False: trapped. */
export function load(hart: Hart, hi: number, lo: number, bytes: number, from: Viewpoint): boolean {
  if ((lo & 0xfff) + bytes > 4096) return loadAcross(hart, hi, lo, bytes, from)
  const at = locate(hart, hi, lo, bytes, READ, from)
  if (at === FAULT) return false
  if (hart.ram.holds(at, bytes)) {
    if (meetsPoison(hart, at, bytes, hi, lo, 'load', from.virtualised)) return false
    loadRam(hart, at, bytes)
    return true
  }
  if ((lo & (bytes - 1)) !== 0) return refuse(hart, CAUSE.loadMisaligned, hi, lo, from)
  return loadDevice(hart, at, bytes) || refuse(hart, CAUSE.loadAccess, hi, lo, from)
}

/** Stores the low bytes of VALUE. False: trapped. */
export function store(hart: Hart, hi: number, lo: number, bytes: number, from: Viewpoint): boolean {
  if ((lo & 0xfff) + bytes > 4096) return storeAcross(hart, hi, lo, bytes, from)
  const at = locate(hart, hi, lo, bytes, WRITE, from)
  if (at === FAULT) return false
  if (hart.ram.holds(at, bytes)) {
    storeRam(hart, at, bytes)
    return true
  }
  if ((lo & (bytes - 1)) !== 0) return refuse(hart, CAUSE.storeMisaligned, hi, lo, from)
  return storeDevice(hart, at, bytes) || refuse(hart, CAUSE.storeAccess, hi, lo, from)
}

/** Zeroes an aligned block; only RAM can. False: trapped, and nothing is zeroed. */
export function clearBlock(hart: Hart, hi: number, lo: number, bytes: number): boolean {
  const known = hart.tlb?.find(WRITE, hi, lo, bytes) ?? 0
  if (known !== 0) {
    hart.ram.u8.fill(0, known, known + bytes)
    return true
  }
  const from = viewpoint(hart)
  const at = locate(hart, hi, lo, bytes, WRITE, from)
  if (at === FAULT) return false
  if (!hart.ram.holds(at, bytes)) return refuse(hart, CAUSE.storeAccess, hi, lo, from)
  const host = hart.ram.host(at)
  hart.ram.u8.fill(0, host, host + bytes)
  hart.ram.wrote(at, bytes)
  return true
}

/**
 * Host address of an aligned word in RAM for LR, SC and AMOs, or -1: trapped.
 * Devices take no atomics; SC does not read what lies there.
 */
export function locateAtomic(
  hart: Hart,
  hi: number,
  lo: number,
  bytes: number,
  access: DataAccess,
  reads: boolean,
): number {
  const from = viewpoint(hart)
  if ((lo & (bytes - 1)) !== 0) {
    refuse(hart, access === READ ? CAUSE.loadMisaligned : CAUSE.storeMisaligned, hi, lo, from)
    return FAULT
  }
  const at = locate(hart, hi, lo, bytes, access, from)
  if (at === FAULT) return FAULT
  if (hart.ram.holds(at, bytes)) {
    const lost = reads && meetsPoison(hart, at, bytes, hi, lo, 'atomic', from.virtualised)
    return lost ? FAULT : hart.ram.host(at)
  }
  refuse(hart, access === READ ? CAUSE.loadAccess : CAUSE.storeAccess, hi, lo, from)
  return FAULT
}

/** Physical address for an access within one page, or FAULT: trapped. Teaches the TLB. */
function locate(
  hart: Hart,
  hi: number,
  lo: number,
  bytes: number,
  access: DataAccess,
  from: Viewpoint,
): number {
  const { privilege, virtualised } = from
  const known = from.asGuest ? knownToGuest(hart, hi, lo, bytes, access, from) : 0
  if (known !== 0) return hart.ram.physical(known)
  const at = hart.mmu.translate(hi, lo, access, privilege, virtualised, from.asExecute)
  if (at === FAULT) {
    hart.chargeFault(hi, lo, false, privilege, virtualised)
    takeFault(hart, hi, lo, from.virtualised)
    return FAULT
  }
  if (!hart.pmp.allows(at, bytes, access, privilege)) {
    refuse(hart, access === READ ? CAUSE.loadAccess : CAUSE.storeAccess, hi, lo, from)
    return FAULT
  }
  hart.chargeData(hi, lo, at, bytes, access === WRITE, privilege, virtualised)
  if (hart.tlb !== undefined && !from.asExecute) learn(hart, hi, lo, at, bytes, access, from)
  return at
}

/** The host address if the guest's own loads and stores would not walk either, or 0. */
function knownToGuest(
  hart: Hart,
  hi: number,
  lo: number,
  bytes: number,
  access: DataAccess,
  from: Viewpoint,
): number {
  const { tlb } = hart
  if (tlb === undefined || from.asExecute) return 0
  return tlb.find(access, hi, lo, bytes, tlb.guestSet(hart, from.privilege))
}

function learn(
  hart: Hart,
  hi: number,
  lo: number,
  at: number,
  bytes: number,
  access: DataAccess,
  from: Viewpoint,
): void {
  const { ram } = hart
  if (hart.timing !== undefined && (lo & (LINE_BYTES - 1)) + bytes > LINE_BYTES) return
  const frame = at - (at % 4096)
  if (!ram.holds(frame, 4096) || !hart.pmp.uniform(frame)) return
  const page = (frame - RAM_BASE) / 4096
  if (ram.errors.onPage[page] !== 0) return
  const value = (ram.host(frame) - (lo & ~0xfff)) | 0
  if (access === WRITE) {
    if (ram.code[page] !== 0) return
    ram.touched[page] = 1
  }
  const tlb = hart.tlb!
  const set = from.asGuest ? tlb.guestSet(hart, from.privilege) : tlb.dataSet()
  tlb.fill(access, hi, lo, value, set)
}

function refuse(hart: Hart, cause: number, hi: number, lo: number, from: Viewpoint): false {
  takeException(hart, cause, hi, lo, from.virtualised)
  return false
}

function loadRam(hart: Hart, at: number, bytes: number): void {
  const { view } = hart.ram
  const host = hart.ram.host(at)
  if (bytes === 1) hart.put(VALUE, 0, view.getUint8(host))
  else if (bytes === 2) hart.put(VALUE, 0, view.getUint16(host, true))
  else hart.put(VALUE, bytes === 8 ? view.getInt32(host + 4, true) : 0, view.getInt32(host, true))
}

function storeRam(hart: Hart, at: number, bytes: number): void {
  const { view } = hart.ram
  const host = hart.ram.host(at)
  const lo = hart.lo(VALUE)
  if (bytes === 1) view.setInt8(host, lo)
  else if (bytes === 2) view.setInt16(host, lo, true)
  else view.setInt32(host, lo, true)
  if (bytes === 8) view.setInt32(host + 4, hart.hi(VALUE), true)
  hart.ram.wrote(at, bytes)
}

/** False: no device is there. An access of 8 bytes is two of 4, the low one first. */
function loadDevice(hart: Hart, at: number, bytes: number): boolean {
  const { bus } = hart
  if (!bus.device(at, bytes)) return false
  hart.counters.deviceReads++
  hart.syncClock()
  if (bytes === 8) {
    const low = bus.read(at, 4)
    hart.put(VALUE, bus.read(at + 4, 4) | 0, low | 0)
  } else hart.put(VALUE, 0, bus.read(at, bytes as 1 | 2 | 4) | 0)
  hart.resync()
  return true
}

function storeDevice(hart: Hart, at: number, bytes: number): boolean {
  const { bus } = hart
  if (!bus.device(at, bytes)) return false
  hart.counters.deviceWrites++
  hart.syncClock()
  const low = hart.lo(VALUE)
  if (bytes === 8) {
    const high = hart.hi(VALUE)
    bus.write(at, 4, low >>> 0)
    bus.write(at + 4, 4, high >>> 0)
  } else {
    const mask = bytes === 4 ? 0xffffffff : (1 << (8 * bytes)) - 1
    bus.write(at, bytes as 1 | 2 | 4, (low & mask) >>> 0)
  }
  hart.resync()
  return true
}

/** Over a page boundary: both pages must allow it before any byte moves; devices refuse. */
function locateAcross(
  hart: Hart,
  hi: number,
  lo: number,
  bytes: number,
  access: DataAccess,
  from: Viewpoint,
): readonly [number, number, number] | undefined {
  const first = 4096 - (lo & 0xfff)
  const [nextHi, nextLo] = after(hi, lo, first)
  hart.counters.misaligned++
  const a = locate(hart, hi, lo, first, access, from)
  if (a === FAULT) return undefined
  const b = locate(hart, nextHi, nextLo, bytes - first, access, from)
  if (b === FAULT) return undefined
  if (hart.ram.holds(a, first) && hart.ram.holds(b, bytes - first)) return [first, a, b]
  refuse(hart, access === READ ? CAUSE.loadAccess : CAUSE.storeAccess, hi, lo, from)
  return undefined
}

/** The address `bytes` later, which begins a page. */
function after(hi: number, lo: number, bytes: number): readonly [number, number] {
  const next = (lo + bytes) | 0
  return [next === 0 ? (hi + 1) | 0 : hi, next]
}

function loadAcross(hart: Hart, hi: number, lo: number, bytes: number, from: Viewpoint): boolean {
  const parts = locateAcross(hart, hi, lo, bytes, READ, from)
  if (parts === undefined) return false
  const [first, a, b] = parts
  const [nextHi, nextLo] = after(hi, lo, first)
  if (meetsPoison(hart, a, first, hi, lo, 'load', from.virtualised)) return false
  if (meetsPoison(hart, b, bytes - first, nextHi, nextLo, 'load', from.virtualised)) return false
  const { u8 } = hart.ram
  hart.put(VALUE, 0, 0)
  for (let i = 0; i < bytes; i++)
    u8[VALUE + i] = u8[hart.ram.host(i < first ? a + i : b + i - first)]!
  return true
}

function storeAcross(hart: Hart, hi: number, lo: number, bytes: number, from: Viewpoint): boolean {
  const parts = locateAcross(hart, hi, lo, bytes, WRITE, from)
  if (parts === undefined) return false
  const [first, a, b] = parts
  const { u8 } = hart.ram
  for (let i = 0; i < bytes; i++)
    u8[hart.ram.host(i < first ? a + i : b + i - first)] = u8[VALUE + i]!
  hart.ram.wrote(a, first)
  hart.ram.wrote(b, bytes - first)
  return true
}
