import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { PeerSocket } from '../../machine.ts'
import { cycles } from '../../units.ts'
import { Clock } from '../time/clock.ts'
import { Link } from './link.ts'
import { MOST_CONNECTIONS, Peer } from './peer.ts'
import type { TcpConnection } from './tcp-connection.ts'

const timing = { wire: 25_000, 'wire-byte': 8 }
const SECOND = 1_000_000_000
const IP_A = 0x0a00_0202
const IP_B = 0x0a00_020f
const MAC_A = Uint8Array.of(2, 0, 0, 0, 0, 1)
const MAC_B = Uint8Array.of(2, 0, 0, 0, 0, 2)

/** Two hosts on one cable. */
function hosts(loss = 0, seed = 1) {
  const clock = new Clock()
  const link = new Link({ clock, timing, loss, seed })
  const a = new Peer({ clock, wire: link.left, mac: MAC_A, ip: IP_A, neighbour: IP_B })
  const b = new Peer({ clock, wire: link.right, mac: MAC_B, ip: IP_B, neighbour: IP_A })
  return { clock, link, a, b }
}

/** Lets virtual time pass until nothing waits or `limit` is reached. */
function run(clock: Clock, limit = 600 * SECOND): void {
  while (clock.next() <= limit) {
    clock.now = cycles(Math.max(clock.now, clock.next()))
    clock.fireDue()
  }
}

/** Reads all that comes, and ends when the other end has. */
function collect(socket: PeerSocket): { readonly bytes: number[] } {
  const bytes: number[] = []
  socket.onProgress = () => {
    for (const byte of socket.receive()) bytes.push(byte)
    if (socket.state === 'closing') socket.end()
  }
  return { bytes }
}

const pattern = (length: number, salt = 0): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (i * 31 + (i >>> 8) + salt) & 0xff)

const same = (got: readonly number[], expected: Uint8Array): boolean =>
  got.length === expected.length && expected.every((byte, i) => byte === got[i])

describe('two peers on a cable', () => {
  it('open, exchange bytes both ways and close', () => {
    const { clock, a, b } = hosts()
    let served: { readonly bytes: number[] } | undefined
    b.listen(80, (socket) => {
      served = collect(socket)
      socket.send(pattern(5000, 7))
    })
    const socket = a.connect(80)
    expect(socket.state).toBe('connecting')
    const heard = collect(socket)
    socket.send(pattern(100_000))
    socket.end()
    run(clock)
    expect(served?.bytes).toEqual([...pattern(100_000)])
    expect(heard.bytes).toEqual([...pattern(5000, 7)])
    expect(socket.state).toBe('closed')
    expect([a.open, b.open]).toEqual([0, 0])
  })

  it('deliver every byte in order whatever is lost, in the same cycles each time', () => {
    const transfer = (loss: number, seed: number, up: number, down: number) => {
      const { clock, link, a, b } = hosts(loss, seed)
      let served: { readonly bytes: number[] } = { bytes: [] }
      b.listen(80, (socket) => {
        served = collect(socket)
        socket.send(pattern(down, 9))
      })
      const socket = a.connect(80)
      const heard = collect(socket)
      socket.send(pattern(up))
      socket.end()
      run(clock, 3000 * SECOND)
      return { served: served.bytes, heard: heard.bytes, socket, now: clock.now, link }
    }
    const sizes = { up: fc.nat(60_000), down: fc.nat(60_000) }
    const input = fc.record({
      ...sizes,
      loss: fc.double({ min: 0, max: 0.2, noNaN: true }),
      seed: fc.integer(),
    })
    fc.assert(
      fc.property(input, ({ loss, seed, up, down }) => {
        const { served, heard, socket, now } = transfer(loss, seed, up, down)
        expect(socket.failure).toBeUndefined()
        expect(same(served, pattern(up))).toBe(true)
        expect(same(heard, pattern(down, 9))).toBe(true)
        expect(transfer(loss, seed, up, down).now).toBe(now)
      }),
      { seed: 1, numRuns: 25 },
    )
    expect(transfer(0.2, 5, 50_000, 0).link.counts()['link-frames-lost']).toBeGreaterThan(0)
  })

  it('keep many connections apart', () => {
    const { clock, a, b } = hosts(0.02)
    b.listen(80, (socket) => {
      socket.onProgress = () => {
        socket.send(socket.receive())
        if (socket.state === 'closing') socket.end()
      }
    })
    const talks = Array.from({ length: 64 }, (_, i) => {
      const socket = a.connect(80)
      const { bytes } = collect(socket)
      socket.send(pattern(3000, i))
      socket.end()
      return { socket, bytes }
    })
    run(clock)
    talks.forEach(({ socket, bytes }, i) => {
      expect(socket.state).toBe('closed')
      expect(same(bytes, pattern(3000, i))).toBe(true)
    })
  })

  it('hold the sender back while nobody reads', () => {
    const { clock, a, b } = hosts()
    let reader: TcpConnection | undefined
    b.listen(80, (socket) => {
      reader = socket
    })
    const socket = a.connect(80)
    socket.send(pattern(200_000))
    run(clock, 5 * SECOND)
    expect(socket.send(new Uint8Array(0))).toBeGreaterThan(100_000)
    const got: number[] = []
    for (let i = 0; i < 20; i++) {
      for (const byte of reader?.receive() ?? []) got.push(byte)
      run(clock, clock.now + SECOND)
    }
    expect(same(got, pattern(200_000))).toBe(true)
  })

  it('say why a connection failed', () => {
    const refused = hosts()
    const socket = refused.a.connect(81)
    run(refused.clock)
    expect([socket.state, socket.failure]).toEqual(['failed', expect.stringMatching(/refused.*81/)])

    const deaf = hosts(1)
    const lonely = deaf.a.connect(80)
    run(deaf.clock)
    expect([lonely.state, lonely.failure]).toEqual(['failed', expect.stringMatching(/no answer/)])

    const { clock, a, b } = hosts()
    b.listen(80, (accepted) => accepted.destroy())
    const reset = a.connect(80)
    run(clock)
    expect([reset.state, reset.failure]).toEqual(['failed', expect.stringMatching(/reset/)])
  })

  it('bound the number of connections and check the port', () => {
    const { a } = hosts()
    for (let i = 0; i < MOST_CONNECTIONS; i++) a.connect(80)
    expect(() => a.connect(80)).toThrow(/at most/)
    expect(() => a.connect(0)).toThrow(/port from 1/)
  })

  it('never run out of connections for those that are over', () => {
    const { clock, a, b } = hosts()
    b.listen(80, collect)
    for (let i = 0; i < 2 * MOST_CONNECTIONS; i++) {
      const socket = a.connect(80)
      socket.end() // first, so that it lingers
      run(clock, clock.now + 200_000)
      expect(socket.state).toBe('closed')
    }
    expect(a.open).toBe(0)
  })

  it('refuse a snapshot with open connections, and bring back one without', () => {
    const { clock, a, b } = hosts()
    b.listen(80, (socket) => collect(socket))
    const socket = a.connect(80)
    run(clock, SECOND)
    expect(() => a.load(a.save())).toThrow(/without open network connections/)
    socket.end()
    run(clock)
    const saved = a.save()
    a.load(saved)
    expect(a.save()).toEqual(saved)
    const again = a.connect(80)
    run(clock, clock.now + SECOND)
    expect(again.state).toBe('open')
    a.reset()
    expect(again.failure).toMatch(/reset or restored/)
  })
})
