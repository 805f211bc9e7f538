// Registers under gdb's numbers: x0 to x31, pc, f0 to f31, then the CSRs by their own numbers, and behind
// them two that no manual has: the privilege, and whether a guest runs, which tells a guest from its
// hypervisor at the same address. Invariant: each number stands for a register that the machine can read by
// that name.

import { csrByNumber } from '../rv64/hart/csr-table.ts'

export const PC_NUMBER = 32
export const FIRST_FLOAT = 33
export const FIRST_CSR = 65
export const PRIVILEGE_NUMBER = FIRST_CSR + 4096
export const VIRTUALISED_NUMBER = PRIVILEGE_NUMBER + 1

/** The machine's name of a register; undefined if no register has this number. */
export function registerNamed(number: number | undefined): string | undefined {
  if (number === undefined || number < 0) return undefined
  if (number < PC_NUMBER) return `x${number}`
  if (number === PC_NUMBER) return 'pc'
  if (number < FIRST_CSR) return `f${number - FIRST_FLOAT}`
  if (number === PRIVILEGE_NUMBER) return 'privilege'
  if (number === VIRTUALISED_NUMBER) return 'virtualised'
  return csrByNumber[number - FIRST_CSR]?.name
}
