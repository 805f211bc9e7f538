// The guest's TCP/IP when things go wrong or many are at it: loss, shut windows, floods, nonsense. After each,
// httpd must serve an honest client.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { webFile } from '../guest/mkfs.ts'
import { ACK, FIN, RST, SYN } from '../machine/rv64/net/tcp-segment.ts'
import { GuestServer } from './guest-server.ts'
import { RawClient } from './raw-client.ts'

const REQUEST = Buffer.from('GET /1k.bin HTTP/1.0\r\n\r\n')
const FILE = Buffer.from(webFile(1024))

let guest: GuestServer
let client: RawClient

beforeAll(async () => {
  guest = await GuestServer.start('httpd', /httpd: port 80/)
})
afterAll(() => guest[Symbol.asyncDispose]())
beforeEach(async () => {
  await guest.again()
  client = new RawClient(guest.machine)
})

describe('loss', () => {
  it('a lost answer is sent again, later each time, until the connection is given up', async () => {
    const connection = await client.open(2000)
    connection.send({ data: REQUEST })
    await client.pass(75_000)
    const times = connection.heard.filter(({ data }) => data.length > 0)
    expect(times.length).toBe(9)
    expect(new Set(times.map(({ sequence }) => sequence)).size).toBe(1)
    expect(connection.heard.at(-1)!.flags & RST).toBe(RST)
  })

  it('three duplicate ACKs bring the missing segment at once', async () => {
    const connection = await client.open(2000)
    connection.ask('/100k.bin')
    await client.pass(5)
    expect(connection.heard.length).toBeGreaterThan(5)
    connection.clear()
    for (let n = 0; n < 2; n++) connection.send({})
    await client.pass(1)
    expect(connection.heard).toEqual([])
    connection.send({})
    await client.pass(1)
    expect(connection.heard[0]).toMatchObject({ sequence: connection.expected })
  })

  it('a handshake whose end is lost does not stay', async () => {
    client.frame(client.segment({ sourcePort: 2000, flags: SYN, sequence: 5 }))
    await client.pass(30_000)
    const answers = client.heard(2000)
    expect(answers.filter(({ flags }) => flags === (SYN | ACK)).length).toBeGreaterThan(2)
    client.frames.length = 0
    client.frame(client.segment({ sourcePort: 2000, flags: ACK, sequence: 6, acknowledgement: 1 }))
    await client.pass(5)
    expect(client.heard(2000).map(({ flags }) => flags)).toEqual([RST])
  })
})

describe('windows', () => {
  it('a shut window is probed, and what waits comes when it opens', async () => {
    const connection = await client.open(2000)
    connection.send({ data: REQUEST, window: 0 })
    await client.pass(5_000)
    const probes = connection.heard.slice(1).filter(({ data }) => data.length > 0)
    expect(probes.length).toBeGreaterThan(1)
    expect(probes.every(({ data }) => data.length === 1)).toBe(true)
    connection.next += REQUEST.length
    connection.clear()
    connection.send({})
    await client.pass(5)
    expect(connection.stream().toString('latin1')).toMatch(/^HTTP\/1.1 200 OK\r\n/)
    expect(connection.stream().subarray(-1024)).toEqual(FILE)
  })

  it('a window and segments of a few bytes get the file in small pieces', async () => {
    const connection = await client.open(2000, 1)
    const start = connection.expected
    connection.send({ data: REQUEST, window: 10 })
    connection.next += REQUEST.length
    for (let round = 0; round < 40; round++) {
      await client.pass(1)
      connection.send({ acknowledgement: start + connection.stream().length, window: 10 })
    }
    const sizes = connection.heard.map(({ data }) => data.length)
    expect(Math.max(...sizes)).toBe(10)
    expect(connection.stream().length).toBeGreaterThan(300)
  })
})

describe('many', () => {
  it('a thousand SYNs whose handshakes never end do not keep an honest client out', async () => {
    for (let n = 0; n < 1000; n++) {
      client.frame(client.segment({ sourcePort: 3000 + n, sequence: n, flags: SYN }))
      if (n % 50 === 49) await client.pass(1)
    }
    client.frames.length = 0
    expect(await client.fetch(2000, '/100k.bin')).toEqual(Buffer.from(webFile(102_400)))
    client.frame(client.segment({ sourcePort: 2999, flags: ACK, sequence: 9, acknowledgement: 9 }))
    await client.pass(5)
    expect(client.heard(2999).map(({ flags }) => flags)).toEqual([RST])
  })

  it('sixty connections that hold data back do not keep an honest client out', async () => {
    for (let n = 0; n < 60; n++) {
      const connection = await client.open(3000 + n)
      for (let piece = 0; piece < 14; piece++) {
        const sequence = connection.next + 10 + 2 * piece
        connection.send({ sequence, data: Buffer.from('x') })
      }
    }
    await client.pass(20_000)
    client.frames.length = 0
    expect(await client.fetch(2000, '/1k.bin')).toEqual(FILE)
  })

  it('a port is used again after its connection, but not by a stray SYN of it', async () => {
    const connection = await client.open(2000)
    connection.ask('/1k.bin')
    expect(await connection.receive()).toEqual(FILE)
    connection.expected += connection.stream().length + 1
    connection.send({ flags: ACK | FIN })
    await client.pass(5)
    connection.clear()
    for (const sequence of [connection.next - 10, connection.next + 100_000]) {
      client.frame(client.segment({ sourcePort: 2000, sequence, flags: SYN }))
      await client.pass(5)
    }
    expect(connection.heard.map(({ flags }) => flags)).toEqual([ACK, SYN | ACK])
  })

  it('random frames do no harm', async () => {
    const random = mulberry32(7)
    const pick = (most: number): number => Math.floor(random() * most)
    for (let round = 0; round < 30; round++) {
      const connection = await client.open(4000 + round)
      for (let n = 0; n < 40; n++) {
        const sequence = (connection.next + pick(80) - 20) >>> 0
        const acknowledgement = (connection.expected + pick(3000) - 500) >>> 0
        const flags = pick(8) === 0 ? pick(64) : ACK
        const data = REQUEST.subarray(pick(30), pick(30))
        const window = pick(3) * pick(3000)
        const fields = { sourcePort: connection.port, sequence, acknowledgement, flags, window }
        const frame = client.segment({ ...fields, data })
        if (pick(4) === 0) frame[pick(frame.length)] = pick(256)
        client.frame(pick(8) === 0 ? frame.subarray(0, pick(frame.length)) : frame)
      }
      await client.pass(pick(50))
    }
    expect(guest.machine.console.transcript).not.toMatch(/panic/)
    client.frames.length = 0
    expect(await client.fetch(2000, '/1k.bin')).toEqual(FILE)
  })
})

/** Chance by a seed (mulberry32), so that a failure comes again. */
function mulberry32(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}
