// Goldfish RTC: the wall clock of QEMU `virt`, with one alarm. It begins at a fixed instant and goes with
// virtual time, so that equal runs read equal times. Invariant: while the alarm runs, one clock event stands
// for it, unless it lies beyond all time; the wire is high exactly while an alarm is unanswered and enabled.

import { type Cycles, cycles } from '../../units.ts'
import { TICKS_PER_SECOND } from '../memory/memory-map.ts'
import type { SavedState } from '../saved/saved-state.ts'
import type { Clock, Event } from '../time/clock.ts'
import type { Device, DeviceAddress, InterruptWire } from './device.ts'
import type { TreeNode } from './devicetree.ts'
import { interruptBy, nodeAt } from './node.ts'

/** What the clock shows at reset, in nanoseconds since 1970: the first of January 2026. */
export const RTC_START = BigInt(Date.UTC(2026, 0, 1)) * 1_000_000n

// 32 bits each; times are nanoseconds since 1970, in two halves.
const TIME_LOW = 0x00 // reading it holds the other half still
const TIME_HIGH = 0x04
const ALARM_LOW = 0x08 // writing it sets the alarm
const ALARM_HIGH = 0x0c
const IRQ_ENABLED = 0x10
const CLEAR_ALARM = 0x14
const ALARM_STATUS = 0x18 // 1 while the alarm runs
const CLEAR_INTERRUPT = 0x1c

const NANOSECONDS_PER_TICK = 1_000_000_000 / TICKS_PER_SECOND

export class Rtc implements Device {
  readonly name = 'rtc'
  readonly size = 0x1000
  readonly #clock: Clock
  readonly #cyclesPerTick: number
  readonly #interrupt: InterruptWire
  /** The time shown is that since power-on and this, modulo 2^64. */
  #offset = RTC_START
  /** The high half of the time, as it was when the low half was last read. */
  #high = 0
  #alarm = 0n
  #running = false
  #pending = false
  #enabled = false
  #event: Event | undefined

  constructor(clock: Clock, cyclesPerTick: number, interrupt: InterruptWire) {
    this.#clock = clock
    this.#cyclesPerTick = cyclesPerTick
    this.#interrupt = interrupt
  }

  read(offset: number, bytes: 1 | 2 | 4): number {
    if (bytes !== 4) return 0
    switch (offset) {
      case TIME_LOW: {
        const time = this.#timeAt(this.#clock.shown())
        this.#high = half(time, true)
        return half(time, false)
      }
      case TIME_HIGH:
        return this.#high
      case ALARM_LOW:
        return half(this.#alarm, false)
      case ALARM_HIGH:
        return half(this.#alarm, true)
      case IRQ_ENABLED:
        return this.#enabled ? 1 : 0
      case ALARM_STATUS:
        return this.#running ? 1 : 0
      default:
        return 0
    }
  }

  write(offset: number, bytes: 1 | 2 | 4, value: number): void {
    if (bytes !== 4) return
    switch (offset) {
      case TIME_LOW:
      case TIME_HIGH:
        this.#setTime(offset === TIME_HIGH, value)
        return
      case ALARM_LOW:
        this.#alarm = withHalf(this.#alarm, false, value)
        this.#running = true
        this.#compare()
        return
      case ALARM_HIGH:
        this.#alarm = withHalf(this.#alarm, true, value)
        return
      case IRQ_ENABLED:
        this.#enabled = (value & 1) !== 0
        this.#update()
        return
      case CLEAR_ALARM:
        this.#running = false
        this.#compare()
        return
      case CLEAR_INTERRUPT:
        this.#pending = false
        this.#update()
        return
    }
  }

  reset(): void {
    this.#offset = RTC_START
    this.#high = 0
    this.#alarm = 0n
    this.#running = this.#pending = this.#enabled = false
    this.#compare()
    this.#update()
  }

  node({ base, irq = 0 }: DeviceAddress): TreeNode {
    return nodeAt('rtc', base, this.size, {
      compatible: 'google,goldfish-rtc',
      ...interruptBy(irq),
    })
  }

  save(): SavedState {
    return {
      offset: this.#offset.toString(),
      high: this.#high,
      alarm: this.#alarm.toString(),
      running: this.#running,
      pending: this.#pending,
      enabled: this.#enabled,
    }
  }

  /** Requires a clock that has been reset to the time of the save. */
  load(state: SavedState): void {
    this.#offset = BigInt(String(state.offset))
    this.#high = Number(state.high)
    this.#alarm = BigInt(String(state.alarm))
    this.#running = state.running === true
    this.#pending = state.pending === true
    this.#enabled = state.enabled === true
    this.#event = undefined
    this.#compare()
    this.#update()
  }

  #timeAt(cycle: Cycles): bigint {
    const nanoseconds = Math.floor((cycle * NANOSECONDS_PER_TICK) / this.#cyclesPerTick)
    return BigInt.asUintN(64, BigInt(nanoseconds) + this.#offset)
  }

  /** An alarm that runs keeps its time, so it comes sooner or later than it would have. */
  #setTime(high: boolean, value: number): void {
    const time = this.#timeAt(this.#clock.now)
    this.#offset = BigInt.asUintN(64, this.#offset + withHalf(time, high, value) - time)
    this.#compare()
  }

  /** An alarm whose time has come is over, and asks for an answer; another gets its event. */
  #compare(): void {
    if (this.#event !== undefined) this.#clock.cancel(this.#event)
    this.#event = undefined
    if (!this.#running) return
    const left = BigInt.asIntN(64, this.#alarm - this.#timeAt(this.#clock.now))
    if (left <= 0n) {
      this.#running = false
      this.#pending = true
      this.#update()
      return
    }
    const delay = Math.ceil((Number(left) * this.#cyclesPerTick) / NANOSECONDS_PER_TICK)
    if (!Number.isSafeInteger(this.#clock.now + delay)) return
    this.#event = this.#clock.after(cycles(delay), 'rtc', () => {
      this.#event = undefined
      this.#compare()
    })
  }

  #update(): void {
    this.#interrupt(this.#pending && this.#enabled)
  }
}

const half = (time: bigint, high: boolean): number =>
  Number(BigInt.asUintN(32, high ? time >> 32n : time))

const withHalf = (old: bigint, high: boolean, value: number): bigint => {
  const part = BigInt(value >>> 0)
  return high ? (part << 32n) | (old & 0xffff_ffffn) : ((old >> 32n) << 32n) | part
}
