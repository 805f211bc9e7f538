// Hart: one hardware thread as the privileged code sees it. Its state lies in linear memory (see
// memory/layout.ts); this class gives it names and carries what the parts need of each other.
// Invariant: 64-bit values go about as two 32-bit halves, never as bigint, wherever it is hot.

import { cycles } from '../../units.ts'
import {
  ADUE_HI,
  CAUSE,
  CBZE,
  MACHINE,
  SGEIP,
  SUPERVISOR,
  USER,
  VS_INTERRUPTS,
} from '../isa/status.ts'
import {
  BUDGET,
  CELL,
  ECALLS,
  ERRORS,
  EXTRA,
  FENCES,
  HELD,
  PC,
  PRIVILEGE,
  RESERVATION,
  VIRTUALISED,
  WIRES,
} from '../memory/layout.ts'
import type { Ram } from '../memory/ram.ts'
import { Mmu } from '../mmu/mmu.ts'
import { Pmp } from '../mmu/pmp.ts'
import type { Tlb } from '../mmu/tlb.ts'
import type { Clock } from '../time/clock.ts'
import { BranchPredictor } from '../timing/branch-predictor.ts'
import type { Core } from '../timing/core.ts'
import { MemoryTiming, pageKey, UNTRANSLATED } from '../timing/memory-timing.ts'
import { HartCounters } from './counters.ts'
import { FetchGuard } from './fetch-guard.ts'
import { pendingInterrupt } from './interrupt.ts'
import { Timers } from './timers.ts'

/** What the hart reads and writes outside RAM. */
export interface DeviceBus {
  device(pa: number, bytes: number): boolean
  read(pa: number, bytes: 1 | 2 | 4): number
  write(pa: number, bytes: 1 | 2 | 4, value: number): void
}

export interface HartParts {
  readonly ram: Ram
  readonly clock: Clock
  readonly bus: DeviceBus
  readonly cyclesPerTick: number
  /** Absent: every instruction takes one cycle. */
  readonly core?: Core | undefined
  /** mtime less the ticks since reset. */
  readonly timeOffset: () => bigint
  /** Called for each mark retired. */
  readonly mark: (n: number) => void
}

/** mstatus at reset: SXL = UXL = 64 bits. */
export const STATUS_HI = 0b1010
/** XLEN of a guest: VSXL in hstatus and UXL in vsstatus. */
export const XLEN_HI = 0b10

export class Hart {
  readonly ram: Ram
  readonly clock: Clock
  readonly bus: DeviceBus
  readonly parts: HartParts
  readonly mmu: Mmu
  /** The number of the hart that is live: see run/lane.ts. */
  id = 0
  pmp: Pmp
  timers: Timers
  readonly counters = new HartCounters()
  readonly i32: Int32Array
  readonly u32: Uint32Array
  readonly u64: BigUint64Array
  readonly f32: Float32Array
  readonly f64: Float64Array
  /** What caches and TLBs cost; absent where they cost nothing. */
  readonly timing: MemoryTiming | undefined
  readonly #predictor: BranchPredictor | undefined
  /** Absent where every access walks the tables. */
  tlb: Tlb | undefined
  /** The bits of the instruction that executes; set by the engine. */
  rawInstruction: () => number = () => 0
  /** Virtual time at which the current slice ends. */
  sliceEnd = 0
  /** Cycles spent waiting in wfi. */
  idle = 0
  #unretired = 0
  #extra = 0
  readonly guard: FetchGuard
  /** Set by the machine: leave the slice even if no interrupt is pending. */
  leave = false

  constructor(parts: HartParts) {
    this.parts = parts
    this.ram = parts.ram
    this.clock = parts.clock
    this.bus = parts.bus
    const buffer = parts.ram.memory.buffer
    this.i32 = new Int32Array(buffer)
    this.u32 = new Uint32Array(buffer)
    this.u64 = new BigUint64Array(buffer, 0, RAM_LONGS)
    this.f32 = new Float32Array(buffer, 0, STATE_WORDS)
    this.f64 = new Float64Array(buffer, 0, RAM_LONGS)
    this.timing = parts.core && new MemoryTiming(parts.core, this.i32, this.ram.bytes)
    this.#predictor = parts.core && new BranchPredictor(parts.core, parts.ram.u8)
    this.guard = new FetchGuard(this.i32)
    this.pmp = new Pmp(this)
    this.mmu = new Mmu(this)
    this.timers = new Timers(this, this)
    this.reset()
  }

  /** Low and high half of a cell. */
  lo(cell: number): number {
    return this.i32[cell >> 2]!
  }

  hi(cell: number): number {
    return this.i32[(cell >> 2) + 1]!
  }

  put(cell: number, hi: number, lo: number): void {
    this.i32[cell >> 2] = lo
    this.i32[(cell >> 2) + 1] = hi
  }

  /** Instructions that took their cycle but trapped. */
  get unretired(): number {
    const { i32 } = this
    const at = ECALLS >> 2
    return this.#unretired + i32[at]! + i32[at + 1]! + i32[at + 3]!
  }

  set unretired(count: number) {
    this.countCalls()
    this.#unretired = count
  }

  /** Cycles taken beyond one an instruction. */
  get extra(): number {
    return this.#extra + this.i32[EXTRA >> 2]!
  }

  set extra(cycles: number) {
    this.i32[EXTRA >> 2] = 0
    this.#extra = cycles
  }

  /** Instructions retired by the time that the clock shows. */
  get retired(): number {
    return this.clock.now - this.idle - this.extra - this.unretired
  }

  /** The instruction that executes takes so many cycles more. */
  charge(cycles: number): void {
    this.i32[BUDGET >> 2] = this.i32[BUDGET >> 2]! - cycles
    this.#extra += cycles
  }

  /** Charges a conditional branch that goes that way, at the address with that low half. */
  chargeBranch(lo: number, distance: number, taken: boolean): void {
    if (this.#predictor !== undefined) this.charge(this.#predictor.branched(lo, distance, taken))
  }

  /** Charges a load or store at physical `at`, just translated. */
  chargeData(
    hi: number,
    lo: number,
    at: number,
    bytes: number,
    write: boolean,
    privilege: number,
    virtualised: boolean,
  ): void {
    const { timing, ram, mmu } = this
    if (timing === undefined) return
    const key = this.#pageKey(hi, lo, privilege, virtualised)
    if (ram.holds(at, bytes)) this.charge(timing.data(key, at, bytes, write, mmu.walk))
    else this.charge(timing.dataPage(key, mmu.walk) + this.parts.core!.cycles.device)
  }

  /** Charges the fetch of a halfword at physical `at` in RAM, just translated. */
  chargeFetch(hi: number, lo: number, at: number): void {
    if (this.timing === undefined) return
    const key = this.#pageKey(hi, lo, this.privilege, this.virtualised)
    this.charge(this.timing.fetch(key, at, this.mmu.walk))
  }

  /** Charges a translation that has just failed. */
  chargeFault(
    hi: number,
    lo: number,
    fetching: boolean,
    privilege: number,
    virtualised: boolean,
  ): void {
    if (this.timing === undefined) return
    const key = this.#pageKey(hi, lo, privilege, virtualised)
    this.charge(this.timing.fault(key, fetching, this.mmu.walk))
  }

  /** True if the fetch of a page that is known to be mapped costs no walk. */
  knowsCode(hi: number, lo: number): boolean {
    const key = this.#pageKey(hi, lo, this.privilege, this.virtualised)
    return this.timing!.knowsCode(key)
  }

  #pageKey(hi: number, lo: number, privilege: number, virtualised: boolean): number {
    const on = (cell: number): boolean => this.hi(cell) >>> 28 !== 0
    if (virtualised) {
      return on(CELL.vsatp) || on(CELL.hgatp) ? pageKey(hi, lo, true) : UNTRANSLATED
    }
    return privilege === MACHINE || !on(CELL.satp) ? UNTRANSLATED : pageKey(hi, lo, false)
  }

  /** The instruction that executes does not retire. */
  trapped(cause: number): void {
    if (this.parts.core !== undefined) this.charge(this.parts.core.cycles.trap)
    this.#unretired++
    this.counters.traps[cause]!++
  }

  /** Counts what generated code has left to be counted: cycles, fences, and the environment calls it took. */
  countCalls(): void {
    this.#extra += this.i32[EXTRA >> 2]!
    this.i32[EXTRA >> 2] = 0
    this.counters.tlbFlushes += this.i32[FENCES >> 2]!
    this.counters.pageFlushes += this.i32[(FENCES >> 2) + 1]!
    this.i32.fill(0, FENCES >> 2, (FENCES >> 2) + 2)
    for (const privilege of [USER, SUPERVISOR, MACHINE]) {
      const at = (ECALLS >> 2) + privilege
      this.#unretired += this.i32[at]!
      this.counters.traps[CAUSE.ecallU + privilege]! += this.i32[at]!
      this.i32[at] = 0
    }
  }

  get privilege(): number {
    return this.i32[PRIVILEGE >> 2]!
  }

  get virtualised(): boolean {
    return this.i32[VIRTUALISED >> 2] !== 0
  }

  /** Moves pc over the instruction that executes. */
  advance(length: number): void {
    const lo = this.lo(PC)
    const sum = (lo + length) | 0
    const carry = lo < 0 && sum >= 0 ? 1 : 0
    this.put(PC, (this.hi(PC) + carry) | 0, sum)
  }

  /** Sets the level of an interrupt wire, a bit of mip. */
  setWire(bit: number, level: boolean): void {
    const old = this.i32[WIRES >> 2]!
    this.i32[WIRES >> 2] = level ? old | bit : old & ~bit
  }

  /** Brings the clock to the start of the instruction that executes. */
  syncClock(): void {
    this.clock.now = cycles(this.sliceEnd - this.i32[BUDGET >> 2]! - this.i32[HELD >> 2]! - 1)
  }

  /** Makes the engine stop after the instruction that executes. */
  stopAfterThis(): void {
    this.i32[HELD >> 2] = this.i32[HELD >> 2]! + this.i32[BUDGET >> 2]!
    this.i32[BUDGET >> 2] = 0
  }

  /** Must be called after anything that may raise an interrupt or schedule an event. */
  resync(): void {
    if (this.leave || this.clock.next() < this.sliceEnd || pendingInterrupt(this) >= 0) {
      this.stopAfterThis()
    }
  }

  /** Privilege, status or roots have changed: selects the TLB sets that hold now. */
  contextChanged(): void {
    this.tlb?.select(this)
  }

  /** Pages of HS-mode and its user programs are translated anew. */
  flushSupervisor(): void {
    this.tlb?.flushSupervisor()
    this.timing?.flush(false)
  }

  /** Pages of the guest. */
  flushGuest(): void {
    this.tlb?.flushGuest()
    this.timing?.flush(true)
  }

  flushPage(hi: number, lo: number, guest: boolean): void {
    this.tlb?.flushPage(hi, lo, guest)
    this.timing?.flushPage(hi, lo, guest)
  }

  endReservation(): void {
    this.i32[RESERVATION >> 2] = 0
  }

  /** Brings the hart to its state after power-on; the board sets pc and registers. */
  reset(): void {
    this.i32.fill(0, 0, STATE_WORDS)
    this.i32[ERRORS >> 2] = this.ram.errors.count // RAM is not reset
    this.guard.toState()
    this.i32[PRIVILEGE >> 2] = MACHINE
    this.put(CELL.mstatus, STATUS_HI, 0)
    this.put(CELL.hstatus, XLEN_HI, 0)
    this.put(CELL.vsstatus, XLEN_HI, 0)
    this.put(CELL.mideleg, 0, VS_INTERRUPTS | SGEIP)
    // ADUE as on QEMU `virt`; CBZE for kernels above firmware that knows nothing of Zicboz.
    this.put(CELL.menvcfg, ADUE_HI, CBZE)
    this.put(CELL.stimecmp, -1, -1)
    this.put(CELL.vstimecmp, -1, -1)
    this.idle = 0
    this.#unretired = 0
    this.#extra = 0
    this.timing?.reset()
    this.leave = false
    this.counters.reset()
    this.stateLoaded()
  }

  /** Brings everything derived in step with cells that were set from outside. */
  stateLoaded(): void {
    this.pmp.changed()
    this.tlb?.flushAll()
    this.contextChanged()
    this.timers.update()
  }
}

/** Words and longs below the TLBs, which is where registers and cells lie. */
const STATE_WORDS = 0x1_0000 >> 2
const RAM_LONGS = 0x1_0000 >> 3
