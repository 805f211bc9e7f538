// Lane: what is one hart's own on a machine with several: its cycle counter, its timers, and its state
// while another hart is live (memory/layout.ts). Invariant: of all lanes one is live, and its cells are those
// of linear memory; a parked lane's are a copy that nothing but wires and timers change.

import type { Hart } from '../hart/hart.ts'
import { wakes } from '../hart/interrupt.ts'
import { Timers } from '../hart/timers.ts'
import { type Cells, LIVE_BYTES, WAITING, WIRES } from '../memory/layout.ts'
import { Pmp } from '../mmu/pmp.ts'

const LIVE_WORDS = LIVE_BYTES >> 2

export class Lane implements Cells {
  readonly id: number
  i32: Int32Array
  u64: BigUint64Array
  /** The lane's cycle counter; while it executes the clock is ahead. */
  now = 0
  readonly #hart: Hart
  readonly #pmp: Pmp
  readonly #timers: Timers
  readonly #parked: Cells
  #idle = 0
  #unretired = 0

  /** Parked, as after power-on but for what Hart.reset sets. */
  constructor(hart: Hart, id: number) {
    const buffer = new ArrayBuffer(LIVE_BYTES)
    this.#parked = { i32: new Int32Array(buffer), u64: new BigUint64Array(buffer) }
    this.i32 = this.#parked.i32
    this.u64 = this.#parked.u64
    this.id = id
    this.#hart = hart
    this.#pmp = new Pmp(hart)
    this.#timers = new Timers(hart, this)
  }

  /** Makes the lane's hart live. Requires that no lane is live. */
  enter(): void {
    const hart = this.#hart
    hart.i32.set(this.#parked.i32)
    this.i32 = hart.i32
    this.u64 = hart.u64
    hart.id = this.id
    hart.pmp = this.#pmp
    hart.timers = this.#timers
    hart.idle = this.#idle
    hart.unretired = this.#unretired
    hart.tlb?.use(this.id)
  }

  /** Parks the live lane. Requires that the lane is live, and that no instruction executes. */
  park(): void {
    const hart = this.#hart
    this.#idle = hart.idle
    this.#unretired = hart.unretired
    hart.countCalls()
    this.#parked.i32.set(hart.i32.subarray(0, LIVE_WORDS))
    this.i32 = this.#parked.i32
    this.u64 = this.#parked.u64
  }

  /** The lane's own cycles that were spent in wfi. */
  get idle(): number {
    return this.#isLive ? this.#hart.idle : this.#idle
  }

  /** Instructions that took their cycle but trapped. */
  get unretired(): number {
    return this.#isLive ? this.#hart.unretired : this.#unretired
  }

  get waiting(): boolean {
    return this.i32[WAITING >> 2] !== 0
  }

  /** True if it waits for something that has come. */
  get called(): boolean {
    return this.waiting && wakes(this)
  }

  wake(): void {
    this.i32[WAITING >> 2] = 0
  }

  /** Time up to `when` passes in wfi. */
  idleUntil(when: number): void {
    const gap = when - this.now
    if (gap <= 0) return
    this.now = when
    if (this.#isLive) this.#hart.idle += gap
    else this.#idle += gap
  }

  setWire(bit: number, level: boolean): void {
    const old = this.i32[WIRES >> 2]!
    this.i32[WIRES >> 2] = level ? old | bit : old & ~bit
  }

  /** What it compares with `time` is due again. */
  timeMoved(): void {
    this.#timers.update()
  }

  get #isLive(): boolean {
    return this.i32 !== this.#parked.i32
  }
}
