// A register of the hart by name, read and set from outside: `x0` to `x31`, `f0` to `f31`, `pc`, each CSR
// by the name that the specification gives it, `privilege` as its number, and `virtualised`, the V of the
// hypervisor extension. Invariant: reading changes nothing that a guest could notice.

import { csrRows } from '../hart/csr-table.ts'
import type { Hart } from '../hart/hart.ts'
import { describe } from '../hart/registers.ts'
import { F, PC, VALUE, X } from '../memory/layout.ts'
import type { Clock } from '../time/clock.ts'

/** Requires that no instruction is executing. Undefined: there is no such register. */
export function readRegister(hart: Hart, name: string): bigint | undefined {
  const at = placeOf(name)
  if (at !== undefined) return hart.u64[at >> 3]
  if (name === 'privilege') return BigInt(hart.privilege)
  if (name === 'virtualised') return hart.virtualised ? 1n : 0n
  return describe(hart).csr[name]
}

/** False: there is no such register, or it cannot be set. Requires that no instruction is executing. */
export function writeRegister(hart: Hart, clock: Clock, name: string, value: bigint): boolean {
  if (name === 'x0' || value === readRegister(hart, name)) return true
  const at = placeOf(name)
  if (at !== undefined) {
    hart.u64[at >> 3] = at === PC ? value & ~1n : value
    return true
  }
  const row = csrRows.find((one) => one.name === name)
  if (row?.write === undefined) return false
  const kept = hart.u64[VALUE >> 3]!
  hart.sliceEnd = clock.now + 1
  row.write(hart, Number(value >> 32n) | 0, Number(value & 0xffff_ffffn) | 0)
  hart.u64[VALUE >> 3] = kept
  hart.tlb?.flushAll()
  hart.contextChanged()
  return true
}

/** Where the 8 bytes of a register lie that is no more than a cell of the state. */
function placeOf(name: string): number | undefined {
  if (name === 'pc') return PC
  const [, kind, digits] = /^([xf])(\d|[12]\d|3[01])$/.exec(name) ?? []
  return kind === undefined ? undefined : (kind === 'x' ? X : F) + 8 * Number(digits)
}
