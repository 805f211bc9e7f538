import { beforeEach, describe, expect, it } from 'vitest'
import { cycles } from '../../units.ts'
import { Clock, NEVER } from '../time/clock.ts'
import { Link } from './link.ts'

const timing = { wire: 1000, 'wire-byte': 8 }

describe('Link', () => {
  let clock: Clock
  let heard: [number, number][]

  const make = (loss = 0, seed = 1): Link => {
    const link = new Link({ clock, timing, loss, seed })
    link.right.onFrame = (frame) => heard.push([clock.now, frame[0] ?? -1])
    return link
  }
  const settle = (): void => {
    while (clock.next() !== NEVER) {
      clock.now = clock.next()
      clock.fireDue()
    }
  }

  beforeEach(() => {
    clock = new Clock()
    heard = []
  })

  it('takes the time of the bytes, one frame after the other, and of the way', () => {
    const link = make()
    link.left.send(new Uint8Array(100).fill(1))
    link.left.send(new Uint8Array(10).fill(2)) // padded to 60
    settle()
    const first = (100 + 24) * 8
    expect(heard).toEqual([
      [first + 1000, 1],
      [first + (60 + 24) * 8 + 1000, 2],
    ])
  })

  it('carries both directions at once', () => {
    const link = make()
    const back: number[] = []
    link.left.onFrame = () => back.push(clock.now)
    link.left.send(new Uint8Array(60))
    link.right.send(new Uint8Array(60))
    settle()
    expect([heard.length, back]).toEqual([1, [84 * 8 + 1000]])
  })

  it('loses the same frames for the same seed, about as many as it was told to', () => {
    const lost = (seed: number): string => {
      heard = []
      const link = make(0.25, seed)
      for (let i = 0; i < 200; i++) link.left.send(Uint8Array.of(i))
      settle()
      expect(link.counts()['link-frames-lost']).toBe(200 - heard.length)
      return heard.map(([, n]) => n).join()
    }
    expect(lost(7)).toBe(lost(7))
    expect(lost(7)).not.toBe(lost(8))
    expect(heard.length).toBeGreaterThan(120)
    expect(heard.length).toBeLessThan(180)
  })

  it('drops what it cannot hold', () => {
    const link = make()
    for (let i = 0; i < 1100; i++) link.left.send(Uint8Array.of(i))
    settle()
    expect(heard).toHaveLength(1024)
  })

  it('comes back from a snapshot with its frames in the air', () => {
    const link = make(0.5, 3)
    for (let i = 0; i < 20; i++) link.left.send(Uint8Array.of(i))
    clock.now = cycles(3000)
    clock.fireDue()
    const saved = link.save()
    const rest = (again: Link): unknown => {
      heard = []
      for (let i = 20; i < 40; i++) again.left.send(Uint8Array.of(i))
      settle()
      return heard
    }
    const went = rest(link)
    clock.reset(cycles(3000))
    const restored = make(0.5, 3)
    restored.load(saved)
    expect(restored.save()).toEqual(saved)
    expect(rest(restored)).toEqual(went)
  })
})
