import { connect, createServer, Socket } from 'node:net'
import { networkInterfaces } from 'node:os'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { PeerSocket } from '../machine.ts'
import { Link } from '../rv64/net/link.ts'
import { Peer } from '../rv64/net/peer.ts'
import { Clock, NEVER } from '../rv64/time/clock.ts'
import { cycles } from '../units.ts'
import { type Bridge, BridgeError, type BridgeOptions, openBridge } from './bridge.ts'
import { HostPacer } from './pacer.ts'

const GUEST_PORT = 80
const cleanups: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

/** A "guest": a second peer on the cable, whose virtual time a loop moves as the machine would. */
async function running(serve: (socket: PeerSocket) => void, options: Partial<BridgeOptions> = {}) {
  const clock = new Clock()
  const link = new Link({ clock, timing: { wire: 25_000, 'wire-byte': 8 } })
  const mac = (n: number): Uint8Array => Uint8Array.of(2, 0, 0, 0, 0, n)
  const near = new Peer({ clock, wire: link.right, mac: mac(1), ip: 1, neighbour: 2 })
  const guest = new Peer({ clock, wire: link.left, mac: mac(2), ip: 2, neighbour: 1 })
  guest.listen(GUEST_PORT, serve)
  const pacer = new HostPacer()
  const bridge = await openBridge(near, pacer, { hostPort: 0, guestPort: GUEST_PORT, ...options })
  let stop = false
  const loop = (async () => {
    while (!stop) {
      const until = clock.next() === NEVER ? cycles(clock.now + 5_000_000) : clock.next()
      await pacer.idle(clock.now, until)
      clock.now = cycles(Math.min(until, clock.next()))
      clock.fireDue()
    }
  })()
  cleanups.push(async () => {
    await bridge.close()
    stop = true
    await loop
  })
  return bridge
}

const echo = (socket: PeerSocket): void => {
  socket.onProgress = () => {
    socket.send(socket.receive())
    if (socket.state === 'closing') socket.end()
  }
}

function dial(bridge: Bridge, allowHalfOpen = true): Socket {
  const socket = connect({ host: '127.0.0.1', port: bridge.port, allowHalfOpen })
  cleanups.push(() => {
    socket.destroy()
  })
  return socket
}

/** All bytes until the other side ends; rejects on a reset. */
async function everything(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of socket) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

/** Waits until it holds; a test that waits in vain ends by its time limit. */
async function settled(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5))
}

describe('the bridge', () => {
  it('carries bytes both ways, and the ends', async () => {
    const bridge = await running(echo)
    const payload = Buffer.from(Uint8Array.from({ length: 300_000 }, (_, i) => (i * 7) & 0xff))
    const all = await Promise.all(
      Array.from({ length: 4 }, () => {
        const socket = dial(bridge)
        socket.end(payload)
        return everything(socket)
      }),
    )
    for (const back of all) expect(back.equals(payload)).toBe(true)
  })

  it('ends the host side when the guest ends first', async () => {
    const bridge = await running((socket) => {
      socket.send(Buffer.from('bye'))
      socket.end()
    })
    expect((await everything(dial(bridge, false))).toString()).toBe('bye')
  })

  it('holds the host back while the guest does not read', async () => {
    let reader: PeerSocket | undefined
    const bridge = await running((socket) => {
      reader = socket
    })
    const socket = dial(bridge)
    const payload = Buffer.alloc(16 * 1024 * 1024, 'x')
    socket.end(payload)
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(socket.writableLength).toBeGreaterThan(0)
    let read = 0
    while (read < payload.length) {
      read += reader?.receive().length ?? 0
      await new Promise(setImmediate)
    }
    expect(read).toBe(payload.length)
  })

  it('holds the guest back while the host does not read, and loses nothing', async () => {
    const payload = Buffer.alloc(16 * 1024 * 1024, 'y')
    let writer: PeerSocket | undefined
    const bridge = await running((socket) => {
      writer = socket
      socket.send(payload)
      socket.end()
    })
    const socket = dial(bridge).pause()
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(writer?.send(new Uint8Array(0))).toBeGreaterThan(0)
    expect((await everything(socket)).equals(payload)).toBe(true)
  })

  it('listens on the loopback interface only', async () => {
    const bridge = await running(echo)
    const outside = Object.values(networkInterfaces())
      .flat()
      .find((entry) => entry?.family === 'IPv4' && !entry.internal)
    if (outside === undefined) return // no other interface: nothing to be reached by
    const socket = connect({ host: outside.address, port: bridge.port })
    await expect(everything(socket)).rejects.toThrow(/ECONNREFUSED/)
  })

  it('turns away more connections than it may have', async () => {
    const bridge = await running(echo, { connections: 2 })
    const kept = [dial(bridge), dial(bridge)]
    for (const socket of kept) await new Promise((resolve) => socket.once('connect', resolve))
    await expect(everything(dial(bridge))).rejects.toThrow(/ECONNRESET/)
    expect([bridge.open, bridge.refused]).toEqual([2, 1])
  })

  it('gives the place of the longest silent to a newcomer', async () => {
    const bridge = await running(echo, { connections: 2 })
    const [silent, talking] = [dial(bridge), dial(bridge)]
    const gone = expect(everything(silent)).rejects.toThrow(/ECONNRESET/)
    await settled(() => bridge.open === 2)
    await new Promise((resolve) => setTimeout(resolve, 300))
    const newcomer = dial(bridge)
    talking.end('a')
    newcomer.end('b')
    expect((await everything(newcomer)).toString()).toBe('b')
    expect((await everything(talking)).toString()).toBe('a')
    await gone
    expect(bridge.refused).toBe(0)
  })

  it.each([
    ['ends and resets at once', (socket: PeerSocket) => socket.end()],
    [
      'sends, ends and resets at once',
      (socket: PeerSocket) => {
        socket.send(Buffer.alloc(1000))
        socket.end()
      },
    ],
    ['sends and resets at once', (socket: PeerSocket) => socket.send(Buffer.alloc(1000))],
    [
      'sends more than anybody reads and resets',
      (socket: PeerSocket) => socket.send(Buffer.alloc(4e6)),
    ],
  ])('has the place of a guest again that %s', async (_, first) => {
    const bridge = await running(
      (socket) => {
        first(socket)
        socket.onProgress = () => {
          if (socket.receive().length > 0) socket.destroy()
        }
      },
      { connections: 4 },
    )
    for (let round = 0; round < 12; round++) {
      const socket = dial(bridge).pause()
      socket.on('error', () => {})
      await new Promise((resolve) => socket.once('connect', resolve))
      socket.write('x')
      await settled(() => bridge.open === 0)
    }
    expect(bridge.refused).toBe(0)
  })

  it('closes though guests have ended and clients have not', async () => {
    const bridge = await running((socket) => {
      socket.send(Buffer.from('bye'))
      socket.end()
    })
    for (let n = 0; n < 4; n++) {
      const socket = dial(bridge)
      socket.on('error', () => {})
      await new Promise((resolve) => socket.once('data', resolve))
    }
    await bridge.close()
    expect(bridge.open).toBe(0)
  })

  it('closes though a socket of the host never does', async () => {
    const bridge = await running(echo)
    const socket = dial(bridge)
    socket.write('x')
    await new Promise((resolve) => socket.once('data', resolve))
    const stays = function (this: Socket): Socket {
      return this
    }
    vi.spyOn(Socket.prototype, 'resetAndDestroy').mockImplementation(stays)
    vi.spyOn(Socket.prototype, 'destroy').mockImplementation(stays)
    try {
      await bridge.close()
    } finally {
      vi.restoreAllMocks()
    }
    expect(bridge.open).toBe(0)
  })

  it('resets the host side when the guest refuses', async () => {
    const bridge = await running(echo, { guestPort: 81 })
    await expect(everything(dial(bridge))).rejects.toThrow(/ECONNRESET/)
  })

  it('says which port is in use, is no port, or has no network behind it', async () => {
    const holder = createServer()
    await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', () => resolve()))
    cleanups.push(() => void holder.close())
    const address = holder.address()
    const hostPort = typeof address === 'object' ? (address?.port ?? 0) : 0
    await expect(running(echo, { hostPort })).rejects.toThrow(
      new BridgeError(
        `expected port ${hostPort} of 127.0.0.1 free, got in use. ` +
          'End the program that has it, or choose another (0: any free one)',
      ),
    )
    await expect(running(echo, { hostPort: 70_000 })).rejects.toThrow(/host port from 0 to 65535/)
    const none = openBridge(undefined, new HostPacer(), { hostPort: 0, guestPort: 80 })
    await expect(none).rejects.toThrow(/network card/)
  })
})
