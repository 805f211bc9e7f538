// Sv39 page table entries (privileged specification 4.4, 10.5): bits, and who may do what.

export const PTE_V = 1 << 0
export const PTE_R = 1 << 1
export const PTE_W = 1 << 2
export const PTE_X = 1 << 3
export const PTE_U = 1 << 4
export const PTE_A = 1 << 6
export const PTE_D = 1 << 7
export const PTE_LEAF = PTE_R | PTE_W | PTE_X
/** Bits that must be 0 in an entry that points to a table. */
const PTE_LEAF_ONLY = PTE_U | PTE_A | PTE_D

export const PTE_BYTES = 8
export const LEVELS = 3

export const READ = 0
export const WRITE = 1
export const EXECUTE = 2
export type Access = typeof READ | typeof WRITE | typeof EXECUTE
/** Loads and stores. */
export type DataAccess = typeof READ | typeof WRITE

/** What a translation gives in place of an address if it failed: look at Mmu.cause. */
export const FAULT = -1

/** Who asks, in what manner. */
export interface Request {
  access: Access
  user: boolean
  /** A supervisor may reach user pages. */
  sum: boolean
  /** Executable means readable. */
  mxr: boolean
  /** HLVX: reads where execution is allowed. */
  asExecute: boolean
}

/** Where an entry points, in bytes; bits 10 to 53 hold the frame number. */
export const addressOf = (hi: number, lo: number): number =>
  ((hi & 0x3fffff) * 2 ** 22 + (lo >>> 10)) * 4096

/** Neither reserved bits nor a reserved combination; Svnapot and Svpbmt are absent. */
export function wellFormed(hi: number, lo: number): boolean {
  if ((lo & PTE_V) === 0 || hi >>> 22 !== 0) return false
  if ((lo & (PTE_R | PTE_W)) === PTE_W) return false
  return (lo & PTE_LEAF) !== 0 || (lo & PTE_LEAF_ONLY) === 0
}

/** True if the leaf allows the request; A and D apart. */
export function permits(lo: number, request: Request): boolean {
  if (request.user) {
    if ((lo & PTE_U) === 0) return false
  } else if ((lo & PTE_U) !== 0 && (request.access === EXECUTE || !request.sum)) return false
  switch (request.access) {
    case EXECUTE:
      return (lo & PTE_X) !== 0
    case WRITE:
      return (lo & PTE_W) !== 0
    case READ:
      if (request.asExecute) return (lo & PTE_X) !== 0
      return (lo & PTE_R) !== 0 || (request.mxr && (lo & PTE_X) !== 0)
  }
}
