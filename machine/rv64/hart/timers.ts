// Sstc: stimecmp and vstimecmp against time. Invariant: STIP and VSTIP in TIMERS are right at `now`,
// and the clock has an event for the moment at which they next change.

import { cycles } from '../../units.ts'
import { STCE_HI, STIP, VSTIP } from '../isa/status.ts'
import { CELL, type Cells, TIMERS } from '../memory/layout.ts'
import { type Event, NEVER } from '../time/clock.ts'
import type { Hart } from './hart.ts'

const TWO_64 = 1n << 64n

export class Timers {
  readonly #hart: Hart
  readonly #cells: Cells
  #event: Event | undefined

  /** `cells` is where the hart's state lies, be it live or parked. */
  constructor(hart: Hart, cells: Cells) {
    this.#hart = hart
    this.#cells = cells
  }

  /** Ticks since reset at the clock's present. */
  ticks(): number {
    return Math.floor(this.#hart.clock.now / this.#hart.parts.cyclesPerTick)
  }

  /** The ticks that a hart may be shown now. */
  shownTicks(): number {
    return Math.floor(this.#hart.clock.shown() / this.#hart.parts.cyclesPerTick)
  }

  /** The value of `time` in M-mode or HS after so many ticks. */
  time(ticks: number): bigint {
    return BigInt.asUintN(64, BigInt(ticks) + this.#hart.parts.timeOffset())
  }

  /**
   * After a reset of the clock, a load of the state, or a write of stimecmp, vstimecmp, htimedelta, menvcfg,
   * henvcfg or mtime.
   */
  update(): void {
    const { clock } = this.#hart
    const { i32, u64 } = this.#cells
    if (this.#event !== undefined) clock.cancel(this.#event)
    this.#event = undefined
    let bits = 0
    let next: number = NEVER
    if ((i32[(CELL.menvcfg >> 2) + 1]! & STCE_HI) !== 0) {
      const wait = this.#wait(CELL.stimecmp, 0n)
      if (wait === 0) bits |= STIP
      else next = wait
      if ((i32[(CELL.henvcfg >> 2) + 1]! & STCE_HI) !== 0) {
        const guestWait = this.#wait(CELL.vstimecmp, u64[CELL.htimedelta >> 3]!)
        if (guestWait === 0) bits |= VSTIP
        else next = Math.min(next, guestWait)
      }
    }
    i32[TIMERS >> 2] = bits
    if (next < NEVER) {
      this.#event = clock.at(cycles(next), 'sstc', () => {
        this.#event = undefined
        this.update()
      })
    }
  }

  /** 0 if time + delta has reached the cell, else the cycle at which it will. */
  #wait(cell: number, delta: bigint): number {
    const compare = this.#cells.u64[cell >> 3]!
    const ticks = this.ticks()
    const now = (this.time(ticks) + delta) % TWO_64
    if (now >= compare) return 0
    const when = (ticks + Number(compare - now)) * this.#hart.parts.cyclesPerTick
    return Number.isSafeInteger(when) ? when : NEVER
  }
}
