// The hart's registers as people and tools read them: bigint, by name.

import type { HartState, Privilege } from '../../machine.ts'
import { MACHINE, SUPERVISOR } from '../isa/status.ts'
import { PC, PRIVILEGE, VALUE, VIRTUALISED, X } from '../memory/layout.ts'
import { csrRows } from './csr-table.ts'
import type { Hart } from './hart.ts'

/** Requires that no instruction is executing. */
export function describe(hart: Hart): HartState {
  const value = hart.u64[VALUE >> 3]!
  // Counters read the clock as the instruction that begins now would.
  hart.sliceEnd = hart.clock.now + 1
  const csr = Object.fromEntries(
    csrRows.map((row) => {
      row.read(hart)
      return [row.name, hart.u64[VALUE >> 3]!]
    }),
  )
  hart.u64[VALUE >> 3] = value
  return {
    pc: hart.u64[PC >> 3]!,
    x: Array.from({ length: 32 }, (_, i) => hart.u64[(X >> 3) + i]!),
    privilege: privilegeOf(hart),
    csr,
  }
}

export function privilegeOf(hart: Hart): Privilege {
  const level = hart.i32[PRIVILEGE >> 2]!
  if (level === MACHINE) return 'M'
  const virtualised = hart.i32[VIRTUALISED >> 2] !== 0
  if (level === SUPERVISOR) return virtualised ? 'VS' : 'HS'
  return virtualised ? 'VU' : 'U'
}
