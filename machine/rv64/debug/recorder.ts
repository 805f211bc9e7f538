// Recorder: what a hart does, instruction by instruction: where its cycles go, which privilege and address
// space runs when, which traps it takes. Invariant: it only looks, so a recorded run is the run itself; the
// cycles of all work add up to the busy cycles between start and stop; spans and traps are bounded.

import type { Machine, Privilege, Span, Trace, TrapTaken, Work } from '../../machine.ts'
import { type Cycles, physical } from '../../units.ts'
import type { Hart } from '../hart/hart.ts'
import { privilegeOf } from '../hart/registers.ts'
import { takeInterrupt } from '../hart/trap.ts'
import { CELL, PC } from '../memory/layout.ts'
import { rootOf } from '../mmu/sv39.ts'
import type { Halter } from '../run/halter.ts'
import type { Clock } from '../time/clock.ts'

export type NameOf = Parameters<NonNullable<Machine['record']>>[0]

const MOST_EVENTS = 1 << 20
const INTERRUPTS = 32
/** Codes of interrupts that there are (specification, table of mcause). */
const INTERRUPT_CODES = [1, 2, 3, 5, 6, 7, 9, 10, 11, 12]

interface Context {
  readonly privilege: Privilege
  /** 0 unless a user program runs. */
  readonly root: number
  readonly name: string | undefined
  /** Work by pc: cycles and retired instructions. */
  readonly work: Map<number, [number, number]>
}

export class Recorder implements Halter {
  readonly attentive = true
  readonly #hart: Hart
  readonly #clock: Clock
  readonly #nameOf: NameOf
  readonly #from: Cycles
  readonly #spans: Span[] = []
  readonly #traps: TrapTaken[] = []
  readonly #contexts = new Map<string, Context>()
  #context: Context
  #spanFrom: Cycles
  #pc: number
  #now: Cycles
  #idle: number
  #unretired: number
  #interrupts: number
  #lost = 0

  /** Requires that no instruction is executing. */
  constructor(hart: Hart, clock: Clock, nameOf: NameOf) {
    this.#hart = hart
    this.#clock = clock
    this.#nameOf = nameOf
    this.#from = clock.now
    this.#now = clock.now
    this.#spanFrom = clock.now
    this.#idle = hart.idle
    this.#unretired = hart.unretired
    this.#interrupts = this.#countInterrupts()
    this.#pc = this.#readPc()
    this.#context = this.#enter(privilegeOf(hart), this.#userRoot())
  }

  halts(waits: boolean): boolean {
    this.#account()
    if (!waits) {
      this.#hart.sliceEnd = this.#clock.now
      takeInterrupt(this.#hart)
      this.#noteInterrupts()
    }
    this.#follow()
    return false
  }

  async stand(): Promise<void> {}

  stop(): Trace {
    this.#account()
    this.#endSpan()
    const contexts = [...this.#contexts.values()]
    const work = contexts.flatMap(({ privilege, name, work: places }): Work[] =>
      [...places].map(([pc, [cycles, instructions]]) => {
        return { privilege, name, pc, cycles, instructions }
      }),
    )
    const { now: to } = this.#clock
    return { from: this.#from, to, spans: this.#spans, traps: this.#traps, work, lost: this.#lost }
  }

  /** What has happened since the last look: one instruction at most, and perhaps a wait. */
  #account(): void {
    const hart = this.#hart
    const { now } = this.#clock
    const waited = hart.idle - this.#idle
    const cycles = now - this.#now - waited
    const trapped = hart.unretired !== this.#unretired
    if (cycles > 0) {
      const { work } = this.#context
      const place = work.get(this.#pc)
      const retired = trapped ? 0 : 1
      if (place === undefined) work.set(this.#pc, [cycles, retired])
      else {
        place[0] += cycles
        place[1] += retired
      }
    }
    if (trapped) this.#trap(false)
    this.#noteInterrupts()
    if (waited > 0) this.#waited(now, waited)
    this.#now = now
    this.#idle = hart.idle
    this.#unretired = hart.unretired
  }

  #waited(now: Cycles, waited: number): void {
    const last = this.#spans.at(-1)
    const from = (now - waited) as Cycles
    this.#endSpan(from)
    // One wait may have been cut by events that woke no hart.
    if (last?.what === 'wfi' && last.to === from) {
      this.#spans[this.#spans.length - 1] = { ...last, to: now }
    } else this.#push(this.#spans, { what: 'wfi', name: undefined, from, to: now })
    this.#spanFrom = now
  }

  #noteInterrupts(): void {
    const count = this.#countInterrupts()
    if (count !== this.#interrupts) this.#trap(true)
    this.#interrupts = count
  }

  #trap(interrupt: boolean): void {
    const hart = this.#hart
    const to = privilegeOf(hart)
    const [cause, epc] =
      to === 'M'
        ? [CELL.mcause, CELL.mepc]
        : to === 'VS'
          ? [CELL.vscause, CELL.vsepc]
          : [CELL.scause, CELL.sepc]
    const pc = hart.u64[epc >> 3]!
    this.#push(this.#traps, { at: this.#clock.now, interrupt, cause: hart.lo(cause), to, pc })
  }

  /** Takes note of the place and context in which the next instruction begins. */
  #follow(): void {
    this.#pc = this.#readPc()
    const { privilege, root } = this.#context
    const next = privilegeOf(this.#hart)
    const nextRoot = this.#userRoot()
    if (next === privilege && nextRoot === root) return
    this.#endSpan()
    this.#context = this.#enter(next, nextRoot)
  }

  #enter(privilege: Privilege, root: number): Context {
    const peek = (at: number, length: number): Uint8Array => {
      const { ram } = this.#hart
      return ram.holds(at, length) ? ram.read(at, length) : new Uint8Array()
    }
    const name = root === 0 ? undefined : this.#nameOf(physical(root), peek)
    const key = `${privilege} ${root} ${name}`
    const known = this.#contexts.get(key)
    if (known !== undefined) return known
    const context = { privilege, root, name, work: new Map() }
    this.#contexts.set(key, context)
    return context
  }

  #endSpan(at: Cycles = this.#clock.now): void {
    const { privilege: what, name } = this.#context
    if (at > this.#spanFrom) this.#push(this.#spans, { what, name, from: this.#spanFrom, to: at })
    this.#spanFrom = at
  }

  #push<T>(list: T[], event: T): void {
    if (list.length < MOST_EVENTS) list.push(event)
    else this.#lost++
  }

  /** The name of the program that runs in U or VU. */
  #userRoot(): number {
    const hart = this.#hart
    if (hart.privilege !== 0) return 0
    return rootOf(hart, hart.virtualised ? CELL.vsatp : CELL.satp)
  }

  #readPc(): number {
    return (this.#hart.hi(PC) >>> 0) * 2 ** 32 + (this.#hart.lo(PC) >>> 0)
  }

  #countInterrupts(): number {
    const { traps } = this.#hart.counters
    let count = 0
    for (const code of INTERRUPT_CODES) count += traps[INTERRUPTS + code]!
    return count
  }
}
