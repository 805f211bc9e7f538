// CLINT: software interrupts and the timer of each hart (SiFive layout). Invariant: MTIP of a hart
// is high exactly while mtime >= mtimecmp; between accesses one clock event a hart keeps that true.

import { type Cycles, cycles } from '../../units.ts'
import { numbersOf, type SavedState, stringsOf } from '../saved/saved-state.ts'
import type { Clock, Event } from '../time/clock.ts'
import type { Device, DeviceAddress } from './device.ts'
import type { TreeNode } from './devicetree.ts'
import { nodeAt, wires } from './node.ts'

const MSIP = 0x0000 // + 4 a hart
const MTIMECMP = 0x4000 // + 8 a hart
const MTIME = 0xbff8
// Local interrupt numbers (privileged specification, mcause).
const MACHINE_SOFTWARE = 3
const MACHINE_TIMER = 7
const NEVER = 0xffff_ffff_ffff_ffffn

export type ClintWire = (hart: number, wire: 'MSIP' | 'MTIP', level: boolean) => void

export interface ClintOptions {
  readonly clock: Clock
  readonly cyclesPerTick: number
  readonly harts: number
  readonly interrupt: ClintWire
  /** Called after a guest has written mtime: comparisons with `time` elsewhere are due again. */
  readonly timeMoved: () => void
}

interface Timer {
  compare: bigint
  event: Event | undefined
}

export class Clint implements Device {
  readonly name = 'clint'
  readonly size = 0x10000
  readonly #options: ClintOptions
  readonly #msip: boolean[]
  readonly #timers: Timer[]
  /** mtime = ticks since reset + offset, modulo 2^64. */
  #offset = 0n

  constructor(options: ClintOptions) {
    this.#options = options
    this.#msip = Array.from({ length: options.harts }, () => false)
    this.#timers = Array.from({ length: options.harts }, () => ({
      compare: NEVER,
      event: undefined,
    }))
  }

  /** mtime, with which the comparisons are made. */
  get time(): bigint {
    return this.#timeAt(this.#options.clock.now)
  }

  /** mtime less the ticks since reset; 0 until a guest writes mtime. */
  get offset(): bigint {
    return this.#offset
  }

  read(offset: number, bytes: 1 | 2 | 4): number {
    const at = offset & ~7
    if (offset < MTIMECMP) {
      if (bytes !== 4 || (offset & 3) !== 0) return 0
      return this.#msip[(offset - MSIP) >>> 2] === true ? 1 : 0
    }
    if (at === MTIME) return part(this.#timeAt(this.#options.clock.shown()), offset & 7, bytes)
    const timer = this.#timers[(at - MTIMECMP) >>> 3]
    return timer === undefined ? 0 : part(timer.compare, offset & 7, bytes)
  }

  write(offset: number, bytes: 1 | 2 | 4, value: number): void {
    if (bytes !== 4 || (offset & 3) !== 0) return
    if (offset < MTIMECMP) {
      this.#writeMsip((offset - MSIP) >>> 2, (value & 1) !== 0)
      return
    }
    const at = offset & ~7
    const high = (offset & 4) !== 0
    if (at === MTIME) {
      const time = withHalf(this.time, high, value)
      this.#offset = BigInt.asUintN(64, time - this.#ticks(this.#options.clock.now))
      this.#timers.forEach((_, hart) => {
        this.#compare(hart)
      })
      this.#options.timeMoved()
      return
    }
    const hart = (at - MTIMECMP) >>> 3
    const timer = this.#timers[hart]
    if (timer === undefined) return
    timer.compare = withHalf(timer.compare, high, value)
    this.#compare(hart)
  }

  reset(): void {
    this.#offset = 0n
    this.#msip.forEach((_, hart) => {
      this.#writeMsip(hart, false)
    })
    this.#timers.forEach((timer, hart) => {
      timer.compare = NEVER
      this.#compare(hart)
    })
  }

  node({ base }: DeviceAddress): TreeNode {
    return nodeAt('clint', base, this.size, {
      compatible: ['sifive,clint0', 'riscv,clint0'],
      'interrupts-extended': wires(this.#timers.length, [MACHINE_SOFTWARE, MACHINE_TIMER]),
    })
  }

  save(): SavedState {
    return {
      offset: this.#offset.toString(),
      msip: this.#msip.map(Number),
      mtimecmp: this.#timers.map((timer) => timer.compare.toString()),
    }
  }

  /** Requires a clock that has been reset to the time of the save. */
  load(state: SavedState): void {
    this.#offset = BigInt(String(state.offset))
    numbersOf(state.msip).forEach((level, hart) => {
      this.#writeMsip(hart, level !== 0)
    })
    stringsOf(state.mtimecmp).forEach((compare, hart) => {
      const timer = this.#timers[hart]
      if (timer === undefined) return
      timer.compare = BigInt(compare)
      timer.event = undefined
      this.#compare(hart)
    })
  }

  #timeAt(cycle: Cycles): bigint {
    return BigInt.asUintN(64, this.#ticks(cycle) + this.#offset)
  }

  #ticks(cycle: Cycles): bigint {
    return BigInt(Math.floor(cycle / this.#options.cyclesPerTick))
  }

  #writeMsip(hart: number, level: boolean): void {
    if (hart >= this.#msip.length) return
    this.#msip[hart] = level
    this.#options.interrupt(hart, 'MSIP', level)
  }

  /** Sets MTIP from the comparison, and the event at which it next changes. */
  #compare(hart: number): void {
    const { clock, cyclesPerTick, interrupt } = this.#options
    const timer = this.#timers[hart]
    if (timer === undefined) return
    if (timer.event !== undefined) clock.cancel(timer.event)
    timer.event = undefined
    const due = this.time >= timer.compare
    interrupt(hart, 'MTIP', due)
    if (due) return
    const tick = BigInt.asUintN(64, timer.compare - this.#offset)
    const when = Number(tick) * cyclesPerTick
    if (!Number.isSafeInteger(when) || when <= clock.now) return
    timer.event = clock.at(cycles(when), 'clint', () => {
      timer.event = undefined
      this.#compare(hart)
    })
  }
}

const part = (value: bigint, byte: number, bytes: number): number =>
  Number(BigInt.asUintN(8 * bytes, value >> BigInt(8 * byte)))

const withHalf = (old: bigint, high: boolean, value: number): bigint => {
  const half = BigInt(value >>> 0)
  return high ? (half << 32n) | (old & 0xffff_ffffn) : ((old >> 32n) << 32n) | half
}
