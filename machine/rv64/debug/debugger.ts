// Debugger: a hand on a running machine. It halts the machine between two instructions, shows and changes
// registers and memory as one of its harts has them, and lets it go on. Invariant: a machine that is only
// halted and looked at goes on exactly as one that was not watched; while it stands no virtual time passes.

import { PAGE_BYTES } from '../../units.ts'
import type { Hart } from '../hart/hart.ts'
import { describe } from '../hart/registers.ts'
import { takeInterrupt } from '../hart/trap.ts'
import { PC } from '../memory/layout.ts'
import { RAM_BASE, type WatchedBytes } from '../memory/ram.ts'
import type { Halter } from '../run/halter.ts'
import type { RoundRobin } from '../run/round-robin.ts'
import type { Clock } from '../time/clock.ts'
import { locate, ranges } from './locate.ts'
import { readRegister, writeRegister } from './register.ts'

/** Why the machine stands, and which hart brought it to that. */
export type Halt = { readonly hart: number } & (
  | { readonly kind: 'asked' }
  | { readonly kind: 'stepped' }
  | { readonly kind: 'breakpoint' }
  | { readonly kind: 'changed'; readonly address: bigint }
)

/** Where a hart stands; `executed`: its cycles. */
interface Standing {
  readonly hart: number
  readonly executed: number
  readonly pc: bigint
}

interface Watchpoint {
  readonly address: bigint
  readonly at: number
  bytes: Uint8Array
}

/** A guest with more of them is not being debugged. */
const MOST_POINTS = 4096
const WATCH_BYTES = 64

export class Debugger implements Halter {
  /** Told each time the machine comes to stand. */
  onHalt: ((why: Halt) => void) | undefined
  readonly #hart: Hart
  readonly #clock: Clock
  readonly #harts: RoundRobin
  readonly #breakpoints = new Set<bigint>()
  readonly #watchpoints = new Map<string, Watchpoint>()
  #asked = false
  /** The hart that makes a single step, and the cycles that it had executed when it began. */
  #step: { readonly hart: number; readonly from: number } | undefined
  #only: number | undefined
  /** The hart that executed last, or is about to. */
  #last = 0
  #selected = 0
  /** The machine goes on from a breakpoint: not to be halted by it again at once. */
  #left: Standing | undefined
  #standing = false
  #go: (() => void) | undefined

  constructor(hart: Hart, clock: Clock, harts: RoundRobin) {
    this.#hart = hart
    this.#clock = clock
    this.#harts = harts
    this.#last = harts.running
  }

  get harts(): number {
    return this.#harts.count
  }

  /** The hart whose registers and translation are meant; at each halt it becomes that of the Halt. */
  get selected(): number {
    return this.#selected
  }

  /** False: there is no such hart. */
  select(hart: number): boolean {
    if (hart < 0 || hart >= this.harts) return false
    this.#selected = hart
    return true
  }

  /** True while the machine stands. */
  get halted(): boolean {
    return this.#standing
  }

  /** Asks the machine to stand before its next instruction. */
  halt(): void {
    this.#asked = true
    this.#hart.leave = true
  }

  /**
   * Lets the machine go on, until the selected hart has made a step or until something halts it; breakpoints
   * hold for all harts, or for `only` one.
   */
  resume(how: 'step' | 'continue', only?: number): void {
    this.#only = only
    this.#asked = false
    this.#left = this.#place
    const hart = this.#selected
    this.#step = how === 'step' ? { hart, from: this.#harts.executed(hart) } : undefined
    for (const point of this.#watchpoints.values()) point.bytes = this.#watched(point)
    this.#standing = false
    this.#go?.()
    this.#go = undefined
  }

  /** The reference engine can neither keep off breakpoints nor tell of writes, so it is asked each time. */
  get attentive(): boolean {
    if (this.#step !== undefined) return true
    const { tlb, guard } = this.#hart
    if (tlb === undefined) return this.#points > 0
    return guard.holds(this.#hart.hi(PC), this.#hart.lo(PC))
  }

  halts(waits: boolean): boolean {
    if (this.#standing) return true
    const why = this.#reason(waits)
    this.#last = this.#harts.running
    this.#hart.guard.asked = this.attentive
    if (why === undefined) return false
    this.#asked = false
    this.#step = undefined
    this.#standing = true
    this.#selected = why.hart
    this.onHalt?.(why)
    return true
  }

  stand(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      // The debugger that was told of the halt may have let go already.
      if (!this.#standing || signal?.aborted === true) return resolve()
      this.#go = () => {
        signal?.removeEventListener('abort', resolve as () => void)
        resolve()
      }
      signal?.addEventListener('abort', resolve as () => void, { once: true })
    })
  }

  #reason(waits: boolean): Halt | undefined {
    const hart = this.#harts.running
    if (this.#asked) return { kind: 'asked', hart }
    const changed = waits ? undefined : this.#changed()
    if (waits || (changed === undefined && !this.attentive)) return undefined
    // An interrupt that is due comes first, so that its handler's first instruction can be a breakpoint.
    takeInterrupt(this.#hart)
    if (changed !== undefined) {
      return { kind: 'changed', hart: this.#last, address: changed.address }
    }
    const step = this.#step
    if (step !== undefined && this.#harts.executed(step.hart) > step.from) {
      return { kind: 'stepped', hart: step.hart }
    }
    if (this.#isLeaving || (this.#only ?? hart) !== hart) return undefined
    return this.#breakpoints.has(this.#hart.u64[PC >> 3]!)
      ? { kind: 'breakpoint', hart }
      : undefined
  }

  get #place(): Standing {
    const hart = this.#harts.running
    return { hart, executed: this.#harts.executed(hart), pc: this.#hart.u64[PC >> 3]! }
  }

  /** An engine may come back with nothing done. */
  get #isLeaving(): boolean {
    const { hart, executed, pc } = this.#place
    const left = this.#left
    return left?.hart === hart && left.executed === executed && left.pc === pc
  }

  #changed(): Watchpoint | undefined {
    for (const point of this.#watchpoints.values()) {
      const now = this.#watched(point)
      if (now.some((byte, i) => byte !== point.bytes[i])) return point
    }
    return undefined
  }

  /** The selected hart's, as all that follows. */
  get pc(): bigint {
    return this.#look(() => this.#hart.u64[PC >> 3]!)
  }

  #look<T>(look: () => T): T {
    return this.#harts.visit(this.#selected, look)
  }

  /** A register by its name in debug/register.ts; undefined if there is no such register. */
  register(name: string): bigint | undefined {
    return this.#look(() => readRegister(this.#hart, name))
  }

  /** False if there is no such register, or it cannot be set to another value. */
  setRegister(name: string, value: bigint): boolean {
    return this.#look(() => writeRegister(this.#hart, this.#clock, name, value))
  }

  /** What caches, TLBs and branch predictor hold, in the order of timing/layout.ts; absent: not modelled. */
  timing(): Uint8Array | undefined {
    return this.#hart.timing?.save()
  }

  /** Copies as much of [address, address + length) as RAM has there. */
  read(address: bigint, length: number, physical: boolean): Uint8Array {
    const bytes = new Uint8Array(length)
    const { ram } = this.#hart
    const done = this.#look(() =>
      ranges(this.#hart, address, length, physical, (at, offset, count) => {
        bytes.set(ram.u8.subarray(ram.host(at), ram.host(at) + count), offset)
      }),
    )
    return bytes.subarray(0, done)
  }

  /** False, with nothing written, if a part of it is not RAM. */
  write(address: bigint, bytes: Uint8Array, physical: boolean): boolean {
    const hart = this.#hart
    if (this.read(address, bytes.length, physical).length < bytes.length) return false
    this.#look(() =>
      ranges(hart, address, bytes.length, physical, (at, offset, count) => {
        hart.ram.u8.set(bytes.subarray(offset, offset + count), hart.ram.host(at))
        hart.ram.wrote(at, count)
      }),
    )
    return true
  }

  /** Halt before the instruction at this virtual address, in whatever context. False: too many. */
  addBreakpoint(address: bigint): boolean {
    if (this.#points >= MOST_POINTS) return false
    this.#breakpoints.add(address)
    this.#guard()
    this.#hart.leave = true
    return true
  }

  removeBreakpoint(address: bigint): void {
    if (this.#breakpoints.delete(address)) this.#guard()
  }

  /** Halt after an instruction that has changed memory there. False: not RAM, too long or too many. */
  addWatchpoint(address: bigint, length: number): boolean {
    if (this.#points >= MOST_POINTS || length < 1 || length > WATCH_BYTES) return false
    const bytes = this.read(address, length, false)
    const at = this.#look(() => locate(this.#hart, address))
    if (at === undefined || bytes.length < length) return false
    this.#watchpoints.set(`${address} ${length}`, { address, at, bytes })
    this.#watch()
    this.#hart.leave = true
    return true
  }

  removeWatchpoint(address: bigint, length: number): void {
    if (this.#watchpoints.delete(`${address} ${length}`)) this.#watch()
  }

  removeAll(): void {
    this.#breakpoints.clear()
    this.#guard()
    this.#watchpoints.clear()
    this.#watch()
  }

  /** One line about where a hart stands. */
  info(hart = this.#selected): string {
    return this.#harts.visit(hart, () => {
      const { privilege, pc } = describe(this.#hart)
      return `hart ${hart} in ${privilege} at 0x${pc.toString(16)}, cycle ${this.#clock.now}`
    })
  }

  #guard(): void {
    this.#hart.guard.keep(this.#breakpoints, this.#hart.tlb)
  }

  /** Tells who sees writes which bytes count; they may lie across two pages. */
  #watch(): void {
    const ranges = new Map<number, WatchedBytes[]>()
    for (const { at, bytes } of this.#watchpoints.values()) {
      const offset = at - RAM_BASE
      for (const page of new Set([offset >>> 12, (offset + bytes.length - 1) >>> 12])) {
        const from = Math.max(offset - page * PAGE_BYTES, 0)
        const to = Math.min(offset - page * PAGE_BYTES + bytes.length, PAGE_BYTES)
        const known = ranges.get(page)
        if (known === undefined) ranges.set(page, [{ from, to }])
        else known.push({ from, to })
      }
    }
    this.#hart.ram.watcher?.watch(ranges)
  }

  get #points(): number {
    return this.#breakpoints.size + this.#watchpoints.size
  }

  #watched({ at, bytes }: Watchpoint): Uint8Array {
    const host = this.#hart.ram.host(at)
    return this.#hart.ram.u8.slice(host, host + bytes.length)
  }
}
