// View: a stopped guest from outside: its RAM, its registers and the symbols of its images. Invariant:
// it only reads, and it is thrown away before the machine runs on.

import type { Config } from '../../configs/config.ts'
import type { HartState, Machine } from '../../machine/machine.ts'
import { type Lines, readLines } from './lines.ts'
import { Memory } from './memory.ts'
import { readSymbols, type Symbols } from './symbols.ts'

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
}

export async function openView(machine: Machine, config: Config): Promise<View> {
  const { firmware, kernel, initrd, banks } = machine.spec
  return {
    memory: new Memory(machine),
    hart: await machine.registers(0),
    banks,
    coverage: config.coverage,
    firmware: symbolsOf(firmware),
    kernel: symbolsOf(kernel),
    guestKernel: initrd === undefined ? undefined : symbolsOf(initrd),
  }
}

/** Images do not change, and reading their symbols is not free. */
const known = new WeakMap<Uint8Array, Symbols>()
const NOTHING = new Uint8Array()

function symbolsOf(elf: Uint8Array = NOTHING): Symbols {
  const symbols = known.get(elf) ?? withLines(elf)
  known.set(elf, symbols)
  return symbols
}

/** Symbols that name the source line too: `panic+0x2a (kernel/print.c:61)`. */
function withLines(elf: Uint8Array): Symbols {
  const symbols = readSymbols(elf)
  let lines: Lines | undefined // read when the first address is asked for: most views need none
  const add = (said: string | undefined, address: number): string | undefined => {
    if (said === undefined) return undefined
    lines ??= readLines(elf)
    const place = lines(address)
    return place === undefined ? said : `${said} (${place})`
  }
  return {
    address: symbols.address,
    describe: (address) => add(symbols.describe(address), address),
    describeReturn: (address) => add(symbols.describeReturn(address), address - 1),
  }
}
