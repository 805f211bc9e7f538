// httpd over time, in virtual time: what it keeps in memory and for how long, and whom it lets go when.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { tellRestarts } from '../cli/session/restarts.ts'
import { webFile } from '../guest/mkfs.ts'
import type { MachineSpec, PeerSocket } from '../machine/machine.ts'
import { cycles, MiB } from '../machine/units.ts'
import { GuestServer, SECOND } from './guest-server.ts'

const HTTPD = ['httpd', /httpd: port 80/] as const
/** Free once httpd listens: for one copy of the file and a few packets. */
const FRAMES_LEFT = 80
const LETTER = Buffer.from('a')
const GET_AND_STAY = Buffer.from('GET /1k.bin HTTP/1.1\r\nHost: a\r\n\r\n')
/** More than our windows hold, so that the server has to wait for a client that takes nothing. */
const FILE_ON_END = 'GET /100k.bin HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(4)

let guest: GuestServer
beforeAll(async () => {
  guest = await GuestServer.start(...HTTPD)
})
afterAll(() => guest[Symbol.asyncDispose]())
beforeEach(() => guest.again())

describe('a file', () => {
  it('that changes is served anew some seconds later, and not before', async () => {
    await guest.command('echo one > /www/a.txt')
    expect(await fetched('/a.txt')).toBe('one\n')
    await guest.command('echo two > /www/a.txt')
    expect(await fetched('/a.txt')).toBe('one\n')
    await passed(6)
    expect(await fetched('/a.txt')).toBe('two\n')
    await guest.command('rm /www/a.txt')
    await passed(6)
    expect(await fetched('/a.txt')).toMatch(/404 Not Found/)
  })

  it('that is empty, or one of many, is served', async () => {
    await guest.command('echo > /www/e; cat /www/nothing > /www/empty')
    expect(await fetched('/empty')).toBe('')
    for (let n = 0; n < 60; n++) {
      await guest.command(`echo ${n} > /www/f${n}`)
      expect(await fetched(`/f${n}`)).toBe(`${n}\n`)
    }
    expect(await fetched('/f0')).toBe('0\n')
  })
})

describe('a client', () => {
  it('that never asks is let go after ten seconds, without an answer', async () => {
    const socket = await connected()
    await passed(9)
    expect(socket.state).toBe('open')
    await passed(3)
    expect([socket.state, socket.receive().length]).toEqual(['closing', 0])
  })

  it('that stops in the middle of a request gets 408', async () => {
    const socket = await connected()
    socket.send(Buffer.from('GET / HT'))
    await passed(12)
    expect(Buffer.from(socket.receive()).toString()).toMatch(/^HTTP\/1.1 408 Request Timeout\r\n/)
  })

  it('that asks now and then may stay, and is let go when it falls silent', async () => {
    const socket = await connected()
    for (let n = 0; n < 5; n++) {
      socket.send(Buffer.from('GET /1k.bin HTTP/1.1\r\nHost: a\r\n\r\n'))
      await passed(10)
      expect(Buffer.from(socket.receive()).toString('latin1')).toMatch(/^HTTP\/1.1 200 OK\r\n/)
    }
    await passed(10)
    expect(socket.state).toBe('closing')
  })

  it('that is silent makes room for another when all places are taken', async () => {
    const silent: PeerSocket[] = []
    for (let n = 0; n < 48; n++) {
      const socket = await connected()
      socket.send(Buffer.from('GET /1k.bin HTTP/1.1\r\nHost: a\r\n\r\n'))
      await guest.until(() => socket.receive().length > 0)
      silent.push(socket)
    }
    expect(await fetched('/e')).toMatch(/404/)
    expect(silent.filter(({ state }) => state !== 'open').length).toBe(1)
  })
})

describe('an honest client', () => {
  /** Others that hold all places, or try to. `keep` is called each 20 ms while the honest one waits. */
  const others: Readonly<
    Record<string, { n: number; asks: string; keep?: (socket: PeerSocket) => void }>
  > = {
    'that have asked by half': { n: 48, asks: 'GET /1k.bin HT' },
    'that say nothing': { n: 150, asks: '' },
    'that ask letter by letter': { n: 100, asks: 'GET /', keep: (socket) => socket.send(LETTER) },
    'that take nothing of what they asked for': { n: 100, asks: FILE_ON_END },
    'that take a little of what they asked for': {
      n: 50,
      asks: FILE_ON_END,
      keep: (socket) => socket.receive(),
    },
  }
  it.each(Object.entries(others))(
    'is served at once, beside many %s',
    async (_, { n, asks, keep }) => {
      const all = Array.from({ length: n }, () => socketTo(guest))
      for (const socket of all) socket.send(Buffer.from(asks))
      await passed(1)
      let waited = 0
      let kept = 0
      const meanwhile = (): void => {
        if (keep === undefined || guest.machine.now() - kept < SECOND / 50) return
        kept = guest.machine.now()
        for (const socket of all) if (socket.state === 'open') keep(socket)
      }
      for (const path of ['/1k.bin', '/100k.bin']) {
        const from = guest.machine.now()
        const answer = await answered(`GET ${path} HTTP/1.0\r\n\r\n`, guest, meanwhile)
        expect(answer.length).toBeGreaterThan(1024)
        waited = Math.max(waited, guest.machine.now() - from)
      }
      expect(waited / SECOND).toBeLessThan(0.3)
    },
  )

  it('that stays is asked to come again while others wait, and loses no answer', async () => {
    const asking = (): PeerSocket => {
      const socket = socketTo(guest)
      socket.send(GET_AND_STAY)
      return socket
    }
    const sockets = Array.from({ length: 80 }, asking)
    let answers = 0
    await guest.until(() => {
      for (const [n, socket] of sockets.entries()) {
        if (socket.state === 'failed') throw new Error(socket.failure)
        const answer = Buffer.from(socket.receive()).toString('latin1')
        if (answer === '' && socket.state === 'closing') throw new Error('expected an answer')
        if (answer === '') continue
        expect(answer).toMatch(/^HTTP\/1.1 200 OK\r\n/)
        answers++
        if (answer.includes('\r\nConnection: keep-alive\r\n')) socket.send(GET_AND_STAY)
        else {
          socket.end()
          sockets[n] = asking()
        }
      }
      return answers >= 1000
    })
  })
})

describe('a request', () => {
  it.each([
    ['bytes=0-9', 'bytes=-'],
    ['bytes=0-9', 'bytes=5-2'],
    ['bytes=5-2', 'bytes=0-9'],
    ['bytes=0-9', 'bytes=0-9'],
  ])(
    'with the ranges %s and %s asks for no range, and harms no other client',
    async (one, other) => {
      const answer = await answered(
        `GET /1k.bin HTTP/1.0\r\nRange: ${one}\r\nRange: ${other}\r\n\r\n`,
      )
      expect(answer.toString('latin1')).toMatch(/^HTTP\/1.1 200 OK\r\n/)
      expect(answer.subarray(-1024).equals(Buffer.from(webFile(1024)))).toBe(true)
      expect(await fetched('/e')).toMatch(/404/)
    },
  )
})

describe('a server that init keeps', () => {
  it('is started again when it dies, as often as it does, and the person who serves is told', async () => {
    await using kept = await GuestServer.start('init httpd', HTTPD[1])
    const told: string[] = []
    tellRestarts(kept.machine.console, (line) => told.push(line))
    for (let deaths = 1; deaths <= 3; deaths++) {
      const [, pid] = /\n(\d+) \w+ httpd/.exec(await processes(kept)) ?? []
      await kept.expect(`kill ${pid}`, HTTPD[1])
      expect(told).toEqual(Array(deaths).fill('httpd ended with status -1; started again'))
      expect(await fetched('/e', kept)).toMatch(/404/)
    }
  })

  it('must exist', async () => {
    expect(await guest.command('init nothing')).toMatch(/init: no program nothing\n/)
  })
})

describe('with hardly any memory left', () => {
  it('every client gets its file, later', async () => {
    const roomy = 16 * MiB
    await using probe = await GuestServer.start(...HTTPD, original(roomy))
    const free = Number(/frames free (\d+)/.exec(await probe.command('free'))?.[1])
    const bytes = roomy - Math.floor((free - FRAMES_LEFT) / 16) * 16 * 4096
    await using tight = await GuestServer.start(...HTTPD, original(bytes))
    const clients = Array.from({ length: 30 }, () => {
      const socket = socketTo(tight)
      socket.send(Buffer.from('GET /100k.bin HTTP/1.0\r\n\r\n'))
      return { socket, pieces: [] as Uint8Array[] }
    })
    await tight.until(() => {
      for (const { socket, pieces } of clients) pieces.push(socket.receive())
      return clients.every(({ socket }) => socket.state === 'closing')
    })
    const file = Buffer.from(webFile(102_400))
    const whole = clients.filter(({ pieces }) =>
      Buffer.concat(pieces).subarray(-102_400).equals(file),
    )
    expect(whole.length).toBe(30)
    expect(tight.machine.console.transcript).not.toMatch(/panic/)
  })
})

function socketTo(server: GuestServer): PeerSocket {
  const socket = server.machine.network?.connect(80)
  if (socket === undefined) throw new Error('expected a network card')
  return socket
}

async function connected(to = guest): Promise<PeerSocket> {
  const socket = socketTo(to)
  await to.until(() => socket.state !== 'connecting')
  return socket
}

const original = (bytes: number): Partial<MachineSpec> => ({ banks: [{ bytes, role: 'original' }] })

/** The body that comes for a request of its own. */
async function fetched(path: string, from = guest): Promise<string> {
  const answer = (await answered(`GET ${path} HTTP/1.0\r\n\r\n`, from)).toString()
  return answer.slice(answer.indexOf('\r\n\r\n') + 4)
}

/** All that comes for a request after which the server closes. */
async function answered(request: string, from = guest, meanwhile = () => {}): Promise<Buffer> {
  const socket = await connected(from)
  const pieces: Uint8Array[] = []
  socket.send(Buffer.from(request))
  await from.until(() => {
    meanwhile()
    pieces.push(socket.receive())
    if (socket.state === 'failed') throw new Error(socket.failure)
    return socket.state === 'closing'
  })
  socket.end()
  return Buffer.concat(pieces)
}

/** What the kernel lists at Ctrl-p. */
async function processes(of: GuestServer): Promise<string> {
  const before = of.machine.console.transcript.length
  await of.expect('\u0010', /\$ $/)
  return of.machine.console.transcript.slice(before)
}

async function passed(seconds: number): Promise<void> {
  await guest.machine.run({ deadline: cycles(guest.machine.now() + seconds * SECOND) })
}
