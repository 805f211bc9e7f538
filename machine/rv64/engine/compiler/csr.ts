// CSR instructions that compiled code carries out itself: those on registers that only hold what
// traps leave and handlers keep, which no other part of the machine looks at while code runs.
// Invariant: reading or writing one has no effect beyond its cell.

import { type PlainCell, plainCell } from '../../hart/csr-row.ts'
import { csrByNumber } from '../../hart/csr-table.ts'
import type { Decoded } from '../../isa/decode.ts'
import { SUPERVISOR } from '../../isa/status.ts'
import { table } from '../../isa/table.ts'

/** What an instruction does with its CSR, whichever it is. */
export interface CsrUse {
  readonly operation: 'write' | 'set' | 'clear'
  /** The source is the number in rs1, not the register. */
  readonly immediate: boolean
  readonly reads: boolean
  readonly writes: boolean
}

export interface CsrAccess extends PlainCell, CsrUse {
  /** The least privilege that may. */
  readonly level: number
  /** The distance from its cell to that of the guest's copy, which it is with V = 1; 0: there is none. */
  readonly toGuest: number
}

/** The distance from the number of a supervisor CSR to that of the guest's copy. */
const TO_GUEST = 0x100

/** stvec, sscratch, sepc, scause, stval, and those of M-mode. */
const HOLDERS: ReadonlySet<number> = new Set([
  ...[0x105, 0x140, 0x141, 0x142, 0x143],
  ...[0x305, 0x340, 0x341, 0x342, 0x343],
])

const SATP = 0x180

/** The form of each row of the instruction table that reads or writes a CSR. */
const forms = table.map(({ meaning }) => {
  const last = meaning.at(-1)
  const parts = last?.do === 'system' ? /^csrr([wsc])(i?)$/.exec(last.call) : null
  if (parts === null) return undefined
  const operation = parts[1] === 'w' ? 'write' : parts[1] === 's' ? 'set' : 'clear'
  return { operation, immediate: parts[2] === 'i' } as const
})

/** Whether it reads or writes a register of its fields, for csr instructions of any kind. */
export const csrForm = (row: number) => forms[row]

/** Undefined: the shared privileged code must carry it out. */
export function csrAccess(instruction: Decoded): CsrAccess | undefined {
  const use = HOLDERS.has(instruction.immediate) ? useOf(instruction) : undefined
  if (use === undefined) return undefined
  const row = csrByNumber[instruction.immediate]
  const cell = row === undefined ? undefined : plainCell(row)
  if (cell === undefined) return undefined
  const level = (instruction.immediate >>> 8) & 3
  const copy = level === SUPERVISOR ? csrByNumber[instruction.immediate + TO_GUEST] : undefined
  const guest = copy === undefined ? undefined : plainCell(copy)
  return {
    ...cell,
    ...use,
    level,
    toGuest: guest === undefined ? 0 : guest.cell - cell.cell,
  }
}

/** What a CSR instruction on satp does with it. */
export const satpUse = (instruction: Decoded): CsrUse | undefined =>
  instruction.immediate === SATP ? useOf(instruction) : undefined

function useOf({ row, rd, rs1 }: Decoded): CsrUse | undefined {
  const form = forms[row]
  if (form === undefined) return undefined
  return {
    ...form,
    reads: form.operation !== 'write' || rd !== 0,
    writes: form.operation === 'write' || rs1 !== 0,
  }
}
