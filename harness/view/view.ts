// View: a stopped guest from outside: its RAM, its registers and the symbols of its images. Invariant:
// it only reads, and it is thrown away before the machine runs on.

import type { Config } from '../../configs/config.ts'
import type { HartState, Machine } from '../../machine/machine.ts'
import { PAGE_BYTES } from '../../machine/units.ts'
import { Memory } from './memory.ts'
import { type Program, programIn, userPrograms } from './programs.ts'
import { rootOf, translate } from './sv39.ts'
import type { Symbols } from './symbols.ts'
import { symbolsOf } from './symbols-with-lines.ts'

export interface View {
  readonly memory: Memory
  readonly hart: HartState
  readonly banks: Machine['spec']['banks']
  readonly coverage: Config['coverage']
  readonly firmware: Symbols
  /** The S-mode payload: a kernel, or Memvisor. */
  readonly kernel: Symbols
  /** The kernel inside Memvisor. */
  readonly guestKernel: Symbols | undefined
  /** The user program that was running, if one was and it is known. */
  readonly program: Program | undefined
}

export async function openView(machine: Machine, config: Config): Promise<View> {
  const { firmware, kernel, initrd, banks } = machine.spec
  const memory = new Memory(machine)
  const hart = await machine.registers(0)
  return {
    memory,
    hart,
    banks,
    coverage: config.coverage,
    firmware: symbolsOf(firmware),
    kernel: symbolsOf(kernel),
    guestKernel: initrd === undefined ? undefined : symbolsOf(initrd),
    program: await runningProgram(memory, hart),
  }
}

/** Programs lie at virtual address 0 of the space that the hart translates by. */
async function runningProgram(memory: Memory, hart: HartState): Promise<Program | undefined> {
  if (hart.privilege !== 'U' && hart.privilege !== 'VU') return undefined
  const root = rootOf((hart.privilege === 'U' ? hart.csr.satp : hart.csr.vsatp) ?? 0n)
  const at = await translate(memory, root, 0)
  if (at === undefined || !memory.holds(at, PAGE_BYTES)) return undefined
  return programIn(await userPrograms(), await memory.page(at))
}
