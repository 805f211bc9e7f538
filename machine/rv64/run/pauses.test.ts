import { describe, expect, it } from 'vitest'
import { hostMs } from '../../units.ts'
import { Pauses } from './pauses.ts'

/** A host on which a guest of `mips` works, go by go. */
function host() {
  let now = 0
  let busy = 0
  const pauses = new Pauses(() => hostMs(now))
  pauses.turn(0)
  /** Works until a turn is due, and gives the host time that it took. */
  const untilTurn = (mips: number): number => {
    const began = now
    do {
      busy += pauses.go
      now += pauses.go / (1000 * mips)
    } while (!pauses.isDue(busy))
    pauses.turn(busy)
    return now - began
  }
  return { pauses, untilTurn }
}

describe('pauses', () => {
  it.each([1, 5, 300, 5000])('come after some milliseconds at %i MIPS', (mips) => {
    const { untilTurn } = host()
    const turns = Array.from({ length: 50 }, () => untilTurn(mips))
    expect(Math.max(...turns)).toBeLessThan(10)
    expect(Math.min(...turns)).toBeGreaterThanOrEqual(4)
  })

  it('get used to a guest that becomes slow', () => {
    const { pauses, untilTurn } = host()
    for (let n = 0; n < 50; n++) untilTurn(300)
    expect(pauses.go).toBeGreaterThan(100_000)
    untilTurn(5)
    for (let n = 0; n < 5; n++) untilTurn(5)
    expect(untilTurn(5)).toBeLessThan(10)
  })

  it('come for a guest that only waits', () => {
    let now = 0
    const pauses = new Pauses(() => hostMs(now))
    const rounds = (): number => {
      let count = 0
      for (pauses.turn(0); !pauses.isDue(0); count++) now += 0.001
      return count
    }
    rounds()
    expect(rounds()).toBeLessThan(10_000)
  })

  it('go by cycles where there is no clock', () => {
    const pauses = new Pauses()
    pauses.turn(5)
    expect([pauses.isDue(7_999_904), pauses.isDue(7_999_805)]).toEqual([false, true])
    expect(pauses.go).toBe(1 << 20)
  })
})
