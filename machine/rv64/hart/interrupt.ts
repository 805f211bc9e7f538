// Which interrupt, if any, the hart takes next (privileged specification 3.1.9, 10.4.3).

import { MACHINE, MIE, SIE, SUPERVISOR } from '../isa/status.ts'
import { CELL, type Cells, TIMERS, WIRES } from '../memory/layout.ts'
import type { Hart } from './hart.ts'

/** mip as hardware has it: what software set, the wires from outside, and the Sstc comparisons. */
export function interruptPending({ i32 }: Cells): number {
  return i32[CELL.pending >> 2]! | i32[WIRES >> 2]! | i32[TIMERS >> 2]!
}

/** True if wfi has nothing to wait for; enabled globally or not. */
export function wakes(cells: Cells): boolean {
  return (interruptPending(cells) & cells.i32[CELL.mie >> 2]!) !== 0
}

/** The code of the interrupt to take before the next instruction, or -1. */
export function pendingInterrupt(hart: Hart): number {
  const ready = interruptPending(hart) & hart.lo(CELL.mie)
  if (ready === 0) return -1
  const { privilege, virtualised } = hart
  const status = hart.lo(CELL.mstatus)
  const delegated = hart.lo(CELL.mideleg)
  const machine = ready & ~delegated
  if (machine !== 0 && (privilege < MACHINE || (status & MIE) !== 0)) return foremost(machine)
  if (privilege === MACHINE) return -1
  const toGuest = hart.lo(CELL.hideleg)
  const supervisor = ready & delegated & ~toGuest
  if (supervisor !== 0 && (virtualised || privilege < SUPERVISOR || (status & SIE) !== 0)) {
    return foremost(supervisor)
  }
  const guest = ready & delegated & toGuest
  if (guest === 0 || !virtualised) return -1
  return privilege < SUPERVISOR || (hart.lo(CELL.vsstatus) & SIE) !== 0 ? foremost(guest) : -1
}

/** Simultaneous interrupts in decreasing priority: external, software, timer; M, S, VS. */
const PRIORITY = [11, 3, 7, 9, 1, 5, 12, 10, 2, 6] as const

function foremost(ready: number): number {
  for (const code of PRIORITY) if ((ready & (1 << code)) !== 0) return code
  return -1
}
