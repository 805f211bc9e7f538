import { beforeEach, describe, expect, it } from 'vitest'
import { cycles } from '../../units.ts'
import { Clock, NEVER } from './clock.ts'

describe('Clock', () => {
  let clock: Clock
  let fired: string[]
  const at = (when: number, name: string) => clock.at(cycles(when), name, () => fired.push(name))
  const goTo = (now: number): void => {
    clock.now = cycles(now)
    clock.fireDue()
  }

  beforeEach(() => {
    clock = new Clock()
    fired = []
  })

  it('fires in order of time, then of name, then of scheduling', () => {
    at(5, 'd')
    at(3, 'a')
    at(5, 'c')
    clock.at(cycles(5), 'c', () => fired.push('second c'))
    at(3, 'b')
    expect(clock.next()).toBe(3)
    goTo(4)
    expect(fired).toEqual(['a', 'b'])
    goTo(5)
    expect(fired).toEqual(['a', 'b', 'c', 'second c', 'd'])
    expect(clock.next()).toBe(NEVER)
  })

  it('fires what an event schedules for now', () => {
    clock.at(cycles(2), 'first', () => at(2, 'second'))
    goTo(2)
    expect(fired).toEqual(['second'])
  })

  it('forgets what is cancelled', () => {
    const event = at(1, 'a')
    at(1, 'b')
    clock.cancel(event)
    clock.cancel(event)
    goTo(1)
    expect(fired).toEqual(['b'])
  })

  it('notices events that a restore lost or made up', () => {
    at(7, 'a')
    const saved = clock.waiting()
    clock.reset(cycles(0))
    expect(() => clock.check(saved)).toThrow('expected events a at 7; got')
    at(7, 'a')
    clock.check(saved)
    at(8, 'b')
    expect(() => clock.check(saved)).toThrow('expected events a at 7; got a at 7, b at 8')
  })
})
