import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cycles } from '../units.ts'
import { Clock, NEVER } from './clock.ts'

describe('Clock', () => {
  const drain = (clock: Clock): void => {
    while (clock.next() !== NEVER) {
      clock.now = cycles(Math.max(clock.now, clock.next()))
      clock.fireDue()
    }
  }

  it('fires by time, then by name, then in the order of scheduling', () => {
    const event = fc.tuple(fc.nat(5), fc.constantFrom('a', 'b', 'c'))
    fc.assert(
      fc.property(fc.array(event), (events) => {
        const clock = new Clock()
        const fired: string[] = []
        events.forEach(([when, name], i) => {
          const label = `${when} ${name} ${String(i).padStart(4, '0')}`
          clock.at(cycles(when), name, () => fired.push(label))
        })
        drain(clock)
        expect(fired).toEqual(fired.toSorted())
        expect(fired).toHaveLength(events.length)
      }),
      { seed: 1, numRuns: 100 },
    )
  })

  it('fires nothing early, nothing twice, and nothing cancelled', () => {
    const clock = new Clock()
    const fired: number[] = []
    clock.after(cycles(10), 'ten', () => fired.push(clock.now))
    const gone = clock.after(cycles(5), 'five', () => fired.push(-1))
    clock.cancel(gone)
    clock.cancel(gone)
    clock.now = cycles(9)
    clock.fireDue()
    expect(fired).toEqual([])
    clock.now = cycles(10)
    clock.fireDue()
    clock.fireDue()
    expect(fired).toEqual([10])
    expect(clock.next()).toBe(NEVER)
  })

  it('fires what an event schedules for now in the same turn', () => {
    const clock = new Clock()
    const fired: string[] = []
    clock.after(cycles(0), 'first', () => {
      fired.push('first')
      clock.after(cycles(0), 'second', () => fired.push('second'))
    })
    clock.fireDue()
    expect(fired).toEqual(['first', 'second'])
  })

  it('forgets all events on reset', () => {
    const clock = new Clock()
    clock.after(cycles(1), 'gone', () => {})
    clock.reset(cycles(100))
    expect([clock.now, clock.next()]).toEqual([100, NEVER])
  })
})
