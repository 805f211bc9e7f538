// Where a virtual address leads at the moment, for a look from outside. Invariant: nothing changes, not
// even A and D bits or a counter, and permissions do not matter: a debugger may see everything.

import type { Hart } from '../hart/hart.ts'
import { MACHINE } from '../isa/status.ts'
import { CELL } from '../memory/layout.ts'
import { RAM_BASE } from '../memory/ram.ts'

const SV39 = 8n
const PPN = (1n << 44n) - 1n
const PAGE_BITS = 12n
const INDEX_BITS = 9n
const LEVELS = 3
const PTE_V = 1n
const PTE_RX = 0b1010n
const PTE_PPN_SHIFT = 10n
/** The root of the second stage has four tables' worth of entries. */
const WIDE_BITS = 2n
const BUS_BITS = 53n

/** Physical address for `va` in the hart's present context; undefined if nothing is mapped there. */
export function locate(hart: Hart, va: bigint): number | undefined {
  if (hart.virtualised) return located(guestLocate(hart, va))
  const satp = hart.u64[CELL.satp >> 3]!
  if (hart.privilege === MACHINE || satp >> 60n !== SV39) return located(va)
  return located(walk(hart, satp, va, 0n, (at) => at))
}

function guestLocate(hart: Hart, va: bigint): bigint | undefined {
  const hgatp = hart.u64[CELL.hgatp >> 3]!
  const vsatp = hart.u64[CELL.vsatp >> 3]!
  const stage2 = (at: bigint): bigint | undefined =>
    hgatp >> 60n === SV39 ? walk(hart, hgatp, at, WIDE_BITS, (pa) => pa) : at
  if (vsatp >> 60n !== SV39) return stage2(va)
  const guestPhysical = walk(hart, vsatp, va, 0n, stage2)
  return guestPhysical === undefined ? undefined : stage2(guestPhysical)
}

function walk(
  hart: Hart,
  atp: bigint,
  va: bigint,
  wide: bigint,
  through: (at: bigint) => bigint | undefined,
): bigint | undefined {
  let table = (atp & PPN) << PAGE_BITS
  for (let level = LEVELS - 1; level >= 0; level--) {
    const shift = PAGE_BITS + INDEX_BITS * BigInt(level)
    const bits = INDEX_BITS + (level === LEVELS - 1 ? wide : 0n)
    const index = (va >> shift) & ((1n << bits) - 1n)
    const at = located(through(table + index * 8n))
    if (at === undefined || !hart.ram.holds(at, 8)) return undefined
    const entry = hart.ram.view.getBigUint64(hart.ram.host(at), true)
    if ((entry & PTE_V) === 0n) return undefined
    table = ((entry >> PTE_PPN_SHIFT) & PPN) << PAGE_BITS
    if ((entry & PTE_RX) !== 0n) return table | (va & ((1n << shift) - 1n))
  }
  return undefined
}

function located(at: bigint | undefined): number | undefined {
  return at === undefined || at >> BUS_BITS !== 0n ? undefined : Number(at)
}

/**
 * Calls `visit` with each range of RAM behind [va, va + length), a page at a time, until one is missing.
 */
export function ranges(
  hart: Hart,
  va: bigint,
  length: number,
  physical: boolean,
  visit: (at: number, offset: number, bytes: number) => void,
): number {
  let done = 0
  while (done < length) {
    const from = BigInt.asUintN(64, va + BigInt(done))
    const bytes = Math.min(length - done, 4096 - Number(from & 0xfffn))
    const at = physical ? located(from) : locate(hart, from)
    if (at === undefined || at < RAM_BASE || !hart.ram.holds(at, bytes)) break
    visit(at, done, bytes)
    done += bytes
  }
  return done
}
