// Sstc: stimecmp and vstimecmp against time. Invariant: STIP and VSTIP in TIMERS are right at `now`,
// and the clock has an event for the moment at which they next change.

import { cycles } from '../../units.ts'
import { type Event, NEVER } from '../clock.ts'
import type { Hart } from './hart.ts'
import { CELL, TIMERS } from './state.ts'
import { STCE_HI, STIP, VSTIP } from './status.ts'

const TWO_64 = 1n << 64n

export class Timers {
  readonly #hart: Hart
  #event: Event | undefined

  constructor(hart: Hart) {
    this.#hart = hart
  }

  /** Ticks since reset at the clock's present. */
  ticks(): number {
    return Math.floor(this.#hart.clock.now / this.#hart.parts.cyclesPerTick)
  }

  /** What `time` reads, in M-mode or HS. */
  time(): bigint {
    return BigInt.asUintN(64, BigInt(this.ticks()) + this.#hart.parts.timeOffset())
  }

  /** The clock was reset: its events are gone. */
  restart(): void {
    this.#event = undefined
    this.update()
  }

  /** After a write of stimecmp, vstimecmp, htimedelta, menvcfg, henvcfg or mtime. */
  update(): void {
    const hart = this.#hart
    if (this.#event !== undefined) hart.clock.cancel(this.#event)
    this.#event = undefined
    let bits = 0
    let next: number = NEVER
    if ((hart.hi(CELL.menvcfg) & STCE_HI) !== 0) {
      const wait = this.#wait(CELL.stimecmp, 0n)
      if (wait === 0) bits |= STIP
      else next = wait
      if ((hart.hi(CELL.henvcfg) & STCE_HI) !== 0) {
        const guestWait = this.#wait(CELL.vstimecmp, hart.u64[CELL.htimedelta >> 3]!)
        if (guestWait === 0) bits |= VSTIP
        else next = Math.min(next, guestWait)
      }
    }
    hart.i32[TIMERS >> 2] = bits
    if (next < NEVER) {
      this.#event = hart.clock.at(cycles(next), 'sstc', () => {
        this.#event = undefined
        this.update()
      })
    }
  }

  /** 0 if time + delta has reached the cell, else the cycle at which it will. */
  #wait(cell: number, delta: bigint): number {
    const { u64, parts } = this.#hart
    const compare = u64[cell >> 3]!
    const now = (this.time() + delta) % TWO_64
    if (now >= compare) return 0
    const tick = this.ticks() + Number(compare - now)
    const when = tick * parts.cyclesPerTick
    return Number.isSafeInteger(when) ? when : NEVER
  }
}
