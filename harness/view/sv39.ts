// Sv39 tables as they lie in RAM, walked from outside. Invariant: a walk ends, whatever the guest has
// put into its tables: depth is three, and a table outside RAM is reported and not entered.

import { PAGE_BYTES } from '../../machine/units.ts'
import type { Memory } from './memory.ts'

export const PTE_V = 1 << 0
export const PTE_R = 1 << 1
export const PTE_W = 1 << 2
export const PTE_X = 1 << 3
export const PTE_U = 1 << 4

const LEVELS = 3
const PPN = (1n << 44n) - 1n
const MODE_SHIFT = 60n
const BARE = 0n
export const ENTRIES = 512
const FLAG_BITS = 10
/** Bits 32 to 53 of an entry: the upper part of the frame number. */
const UPPER_PPN = 0x3f_ffff

export interface TableEntry {
  /** First virtual address that it covers, 39 bits, not sign-extended. */
  readonly va: number
  /** 0 for 4 KiB, 1 for 2 MiB, 2 for 1 GiB. */
  readonly level: number
  readonly flags: number
  /** The frame that it points to. */
  readonly pa: number
}

export interface TableWalk {
  /** 4 KiB leaves in order of address; a large leaf counts as its 4 KiB pages. */
  readonly leaves: readonly TableEntry[]
  /** Entries that point to a table, and that table's address. */
  readonly tables: readonly TableEntry[]
  /** Entries whose table lies outside RAM. */
  readonly wild: readonly TableEntry[]
}

/** Every valid entry below `root`, but of the leaves only the `wanted` ones. */
export async function walkAll(
  memory: Memory,
  root: number,
  wanted: (leaf: TableEntry) => boolean = () => true,
): Promise<TableWalk> {
  const walk = { leaves: [] as TableEntry[], tables: [] as TableEntry[], wild: [] as TableEntry[] }
  if (memory.holds(root, PAGE_BYTES)) await descend(root, 0, LEVELS - 1)
  else walk.wild.push({ va: 0, level: LEVELS, flags: 0, pa: root })
  return walk

  async function descend(table: number, base: number, level: number): Promise<void> {
    const page = await memory.page(table)
    for (let n = 0; n < ENTRIES; n++) {
      if (!isValid(page, n)) continue
      const entry = entryIn(page, n, base, level)
      if (isLeaf(entry)) walk.leaves.push(...small(entry).filter(wanted))
      else if (level === 0 || !memory.holds(entry.pa, PAGE_BYTES)) walk.wild.push(entry)
      else {
        walk.tables.push(entry)
        await descend(entry.pa, entry.va, level - 1)
      }
    }
  }
}

/** The root table's address in satp, vsatp or hgatp. */
export function rootOf(atp: bigint): number {
  return Number(atp & PPN) * PAGE_BYTES
}

/** The root table's address, or undefined where the register is Bare or is not there. */
export function rootIn(atp: bigint | undefined): number | undefined {
  return atp === undefined || atp >> MODE_SHIFT === BARE ? undefined : rootOf(atp)
}

/** The physical address to which `va` (39 bits) leads, or undefined if no valid leaf covers it. */
export async function translate(
  memory: Memory,
  root: number,
  va: number,
): Promise<number | undefined> {
  let table = root
  for (let level = LEVELS - 1; level >= 0; level--) {
    if (!memory.holds(table, PAGE_BYTES)) return undefined
    const n = Math.floor(va / reach(level)) % ENTRIES
    const entry = entryAt(await memory.page(table), n, 0, level)
    if ((entry.flags & PTE_V) === 0) return undefined
    if (isLeaf(entry)) return entry.pa + (va % reach(level))
    table = entry.pa
  }
  return undefined
}

/** Whether entry `n` of a table is valid; asked first, as most are not. */
export function isValid(page: DataView, n: number): boolean {
  return (page.getUint32(8 * n, true) & PTE_V) !== 0
}

/** Entry `n` of a table of this level whose first entry covers `base`. */
export function entryIn(page: DataView, n: number, base: number, level: number): TableEntry {
  return entryAt(page, n, base + n * reach(level), level)
}

function entryAt(page: DataView, n: number, va: number, level: number): TableEntry {
  const low = page.getUint32(8 * n, true)
  const high = page.getUint32(8 * n + 4, true)
  const frame = (high & UPPER_PPN) * 2 ** (32 - FLAG_BITS) + (low >>> FLAG_BITS)
  return { va, level, flags: low & (2 ** FLAG_BITS - 1), pa: frame * PAGE_BYTES }
}

export function isLeaf(entry: TableEntry): boolean {
  return (entry.flags & (PTE_R | PTE_W | PTE_X)) !== 0
}

/** Bytes of address space behind one entry of this level. */
function reach(level: number): number {
  return PAGE_BYTES * ENTRIES ** level
}

function small(leaf: TableEntry): TableEntry[] {
  if (leaf.level === 0) return [leaf]
  return Array.from({ length: reach(leaf.level) / PAGE_BYTES }, (_, n) => ({
    ...leaf,
    level: 0,
    va: leaf.va + n * PAGE_BYTES,
    pa: leaf.pa + n * PAGE_BYTES,
  }))
}
