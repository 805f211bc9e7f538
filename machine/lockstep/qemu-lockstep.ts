// Lockstep with QEMU by single steps: pc and x after each instruction, named CSRs after those that may have
// changed one. QEMU is held from interrupts, and what it reads from devices and clocks is copied from the
// reference, so this reaches as far as no interrupt is taken. Invariant: only what one instruction read from
// outside is copied, into its own destination.

import type { HartState } from '../machine.ts'
import { startQemu } from '../qemu/process.ts'
import { decode } from '../rv64/isa/decode.ts'
import { table } from '../rv64/isa/table.ts'
import { MEMORY_MAP } from '../rv64/memory/memory-map.ts'
import { cycles, type PhysicalAddress, physical } from '../units.ts'
import { wordAt } from './bisect.ts'
import { type Difference, hex, ramEnd } from './difference.ts'
import { textOf, X_NAMES } from './disassembly.ts'
import { COMPARED_CSRS } from './qemu-csrs.ts'
import type { Side } from './side.ts'

export type QemuComparison =
  /** `why`: the guest is done, the steps are, or this way of comparing reaches no further. */
  | { readonly kind: 'equal'; readonly steps: number; readonly why: string }
  | {
      readonly kind: 'diverged'
      /** Instructions since RAM was entered, this one not counted. */
      readonly steps: number
      readonly before: HartState
      readonly instruction: string
      /** `tried` is QEMU. */
      readonly differences: readonly Difference[]
    }

export interface QemuLockstepOptions {
  readonly steps: number
  readonly progress?: (steps: number) => void
}

const PROGRESS_STEPS = 1000
/** The reset ROM of either is shorter. */
const MOST_ROM_STEPS = 32
const WFI = 0x10500073
const SYSTEM_OPCODE = 0x73
/** Stands for what cannot be fetched; the fetch traps on both. */
const UNMAPPED = 0
const A1 = 11
const TREE_SIZE_AT = 4

/** Requires a reference at reset. Throws QemuError if there is no QEMU, RangeError for what it cannot be. */
export async function qemuLockstep(
  reference: Side,
  { steps, progress }: QemuLockstepOptions,
): Promise<QemuComparison> {
  const qemu = await startQemu(reference.spec)
  try {
    const pair = new Pair(reference, qemu.gdb)
    await pair.enter()
    for (let n = 0; n < steps; n++) {
      const comparison = await pair.step(n)
      if (comparison !== undefined) return comparison
      if ((n + 1) % PROGRESS_STEPS === 0) progress?.(n + 1)
    }
    return { kind: 'equal', steps, why: 'all steps are done' }
  } finally {
    qemu.console.destroy()
    await qemu.end()
  }
}

type Gdb = Awaited<ReturnType<typeof startQemu>>['gdb']

class Pair {
  readonly #reference: Side
  readonly #gdb: Gdb

  constructor(reference: Side, gdb: Gdb) {
    this.#reference = reference
    this.#gdb = gdb
  }

  /** Through both reset ROMs, which differ; then registers and device tree are the reference's. */
  async enter(): Promise<void> {
    const { ram } = MEMORY_MAP
    await this.#gdb.holdInterrupts()
    for (let n = 0; (await this.#gdb.generals())[32]! < BigInt(ram.base); n++) {
      if (n === MOST_ROM_STEPS) throw new Error('expected QEMU in RAM after its reset ROM')
      await this.#gdb.step()
    }
    while ((await this.#state()).pc < BigInt(ram.base)) await this.#forward()
    const { x } = await this.#state()
    for (const [i, value] of x.entries()) if (i > 0) await this.#gdb.setRegister(i, value)
    await this.#copyTree(physical(Number(x[A1])))
  }

  /** One instruction on both; undefined if they agree and may go on. */
  async step(steps: number): Promise<QemuComparison | undefined> {
    const before = await this.#state()
    const word = wordAt(this.#reference, before.pc) ?? UNMAPPED
    if (word === WFI) return { kind: 'equal', steps, why: 'wfi: QEMU would wait for ever' }
    const outside = this.#readsOutside(word, before)
    const interrupts = await this.#interrupts()
    const stop = await this.#forward()
    if (stop.kind !== 'deadline') return { kind: 'equal', steps, why: `${stop.kind} of the guest` }
    if ((await this.#interrupts()) !== interrupts) {
      return {
        kind: 'equal',
        steps,
        why: 'the reference took an interrupt, which QEMU is held from',
      }
    }
    await this.#gdb.step()
    const after = await this.#state()
    if (outside !== undefined) await this.#gdb.setRegister(outside, after.x[outside]!)
    const differences = await this.#compare(before, after, word)
    if (differences.length === 0) return undefined
    return { kind: 'diverged', steps, before, instruction: textOf(word), differences }
  }

  async #compare(before: HartState, after: HartState, word: number): Promise<Difference[]> {
    const found: Difference[] = []
    const note = (what: string, left: bigint, right: bigint): void => {
      if (left !== right) found.push({ what, reference: hex(left), tried: hex(right) })
    }
    const generals = await this.#gdb.generals()
    note('pc', after.pc, generals[32]!)
    for (let i = 1; i < 32; i++) note(X_NAMES[i]!, after.x[i]!, generals[i]!)
    const changed = COMPARED_CSRS.some(({ name }) => before.csr[name] !== after.csr[name])
    if (!changed && (word & 0x7f) !== SYSTEM_OPCODE) return found
    const inGuest = after.privilege.startsWith('V')
    for (const { name, mask, swapped } of COMPARED_CSRS) {
      if (inGuest && swapped) continue
      const theirs = await this.#gdb.register(name)
      if (theirs !== undefined) note(name, after.csr[name]! & mask, theirs & mask)
    }
    return found
  }

  /** The destination of a load from no RAM, or of a CSR that is copied; of anything else undefined. */
  #readsOutside(word: number, { x }: HartState): number | undefined {
    const { row, rd, rs1, immediate } = decode(word)
    const { name } = table[row]!
    if (rd === 0) return undefined
    if (/^csrr/.test(name)) return COPIED_CSRS.has(immediate) ? rd : undefined
    if (!/^l[bhwd]u?$/.test(name)) return undefined
    const address = BigInt.asUintN(64, x[rs1]! + BigInt(immediate))
    return this.#reference.debugger().read(address, 1, false).length === 0 ? rd : undefined
  }

  async #copyTree(at: PhysicalAddress): Promise<void> {
    if (at < MEMORY_MAP.ram.base || at + 2 * TREE_SIZE_AT > ramEnd(this.#reference.spec)) return
    const head = await this.#reference.read(at, 2 * TREE_SIZE_AT)
    const bytes = new DataView(head.buffer, head.byteOffset).getUint32(TREE_SIZE_AT)
    await this.#gdb.write(at, await this.#reference.read(at, bytes))
  }

  async #interrupts(): Promise<number> {
    const { events } = await this.#reference.counters()
    const taken = Object.entries(events).filter(([name]) => name.startsWith('trap-interrupt'))
    return taken.reduce((sum, [, count]) => sum + count, 0)
  }

  #state(): Promise<HartState> {
    return this.#reference.registers(0)
  }

  #forward() {
    return this.#reference.run({ deadline: cycles(this.#reference.now() + 1) })
  }
}

/** Read from the reference for both; the rest of the CSRs is compared when it is read. */
const COPIED_CSRS = new Set([
  ...[0xb00, 0xb02, 0xc00, 0xc01, 0xc02], // mcycle, minstret, cycle, time, instret
  ...[0x344, 0x144], // mip and sip: the lines of QEMU's devices are its own
  ...[0x343, 0x143], // mtval and stval, which may be 0: for a breakpoint QEMU's are
  ...[0x301, 0x30a, 0xf11, 0xf12, 0xf13, 0xf15], // misa, menvcfg: what is there; and who made it
])
