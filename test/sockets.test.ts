// Sockets of the guest as programs use them: calls that wait, descriptors shared by fork, processes that are
// killed. echod waits where httpd polls; the honest peer in virtual time is the client.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { image } from '../guest/images.ts'
import { disk } from '../guest/mkfs.ts'
import type { PeerSocket } from '../machine/machine.ts'
import { GuestServer } from './guest-server.ts'

const ECHO = 7

let guest: GuestServer
beforeAll(async () => {
  guest = await GuestServer.start('echod', /echod: port 7/)
})
afterAll(() => guest[Symbol.asyncDispose]())
beforeEach(() => guest.again())

describe('a server that waits', () => {
  it('gives back what it gets, though no program reads until all is sent', async () => {
    const sent = pattern(50_000)
    const socket = connect(ECHO)
    socket.send(sent)
    socket.end()
    expect(await received(socket)).toEqual(sent)
  })

  it('serves several clients at once', async () => {
    const clients = Array.from({ length: 12 }, (_, n) => {
      const socket = connect(ECHO)
      const sent = pattern(5_000 + n)
      socket.send(sent)
      return { socket, sent }
    })
    for (const { socket, sent } of clients) {
      socket.end()
      expect(await received(socket)).toEqual(sent)
    }
  })

  it('goes on after a client that resets', async () => {
    const rude = connect(ECHO)
    rude.send(pattern(100_000))
    await guest.until(() => rude.receive().length > 0)
    rude.destroy()
    const socket = connect(ECHO)
    socket.send(pattern(10))
    socket.end()
    expect(await received(socket)).toEqual(pattern(10))
    expect(await guest.command('echo fine')).toContain('fine')
  })

  it('has its port for itself', async () => {
    expect(await guest.command('echod 7')).toContain('cannot listen on port 7')
  })

  it('when killed refuses clients, and its port is free again', async () => {
    await guest.command('kill 4')
    const refused = connect(ECHO)
    await guest.until(() => refused.state === 'failed')
    await guest.expect('echod &', /echod: port 7/)
    const socket = connect(ECHO)
    socket.send(pattern(10))
    socket.end()
    expect(await received(socket)).toEqual(pattern(10))
  })
})

describe('a server without a descriptor left', () => {
  it('cannot accept, loses no client by it, and accepts once it has one', async () => {
    const program = { path: 'full', bytes: (await image('debug/full')).bytes }
    const change = { disk: await disk([program]) }
    await using server = await GuestServer.start('full', /full: port 7/, change)
    const socket = connect(ECHO, server)
    socket.send(pattern(50))
    socket.end()
    expect(await received(socket, server)).toEqual(pattern(50))
    expect(await server.command('')).not.toContain('wrong')
    expect(server.machine.console.transcript).toContain('full: SERVED')
  })
})

describe('over a cable that loses frames', () => {
  it('every byte comes, both ways', async () => {
    const loss = { probability: 0.05, seed: 11 }
    await using lossy = await GuestServer.start('echod', /echod: port 7/, { loss })
    const sent = pattern(60_000)
    const socket = connect(ECHO, lossy)
    socket.send(sent)
    socket.end()
    expect(await received(socket, lossy)).toEqual(sent)
    expect((await lossy.machine.counters()).events['link-frames-lost']).toBeGreaterThan(0)
  })
})

function connect(port: number, server = guest): PeerSocket {
  const socket = server.machine.network?.connect(port)
  if (socket === undefined) throw new Error('expected a network card')
  return socket
}

/** All that comes until the server closes. */
async function received(socket: PeerSocket, server = guest): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  await server.until(() => {
    pieces.push(socket.receive())
    return socket.state === 'closed' || socket.state === 'failed'
  })
  expect([socket.state, socket.failure]).toEqual(['closed', undefined])
  return Buffer.concat(pieces)
}

const pattern = (length: number): Buffer =>
  Buffer.from(Uint8Array.from({ length }, (_, n) => n % 251))
