// The guest's TCP/IP against somebody who keeps no rule, frame by frame and in virtual time: what it must
// answer, what it must not, and that httpd serves an honest client whatever went before.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { image } from '../guest/images.ts'
import { disk, webFile } from '../guest/mkfs.ts'
import type { Snapshot } from '../machine/machine.ts'
import { GUEST_MAC } from '../machine/rv64/device/virtio-net.ts'
import {
  ARP_REPLY,
  ARP_REQUEST,
  BROADCAST,
  buildArp,
  buildEthernet,
  ETHERTYPE_ARP,
  parseArp,
  parseEthernet,
} from '../machine/rv64/net/ethernet.ts'
import { PROTOCOL_ICMP, parseIpv4 } from '../machine/rv64/net/ipv4.ts'
import { ACK, FIN, RST, SYN } from '../machine/rv64/net/tcp-segment.ts'
import { Rv64Machine } from '../machine/rv64/rv64.ts'
import { cycles, MiB } from '../machine/units.ts'
import { GUEST, OUTSIDER, OUTSIDER_MAC, RawClient, type RawConnection } from './raw-client.ts'

const SECOND = 1_000_000_000
const REQUEST = Buffer.from('GET /1k.bin HTTP/1.0\r\n\r\n')

let machine: Rv64Machine
let listening: Snapshot
let client: RawClient

beforeAll(async () => {
  machine = new Rv64Machine({
    firmware: (await image('firmware')).bytes,
    kernel: (await image('kernel')).bytes,
    banks: [{ bytes: 128 * MiB, role: 'original' }],
    disk: await disk(),
    network: true,
    harts: 1,
    profile: 'flat',
  })
  await shown(/\$ $/)
  machine.console.type('httpd &\n')
  await shown(/httpd: port 80/)
  listening = await machine.snapshot()
})
afterAll(() => machine[Symbol.asyncDispose]())
beforeEach(async () => {
  await machine.restore(listening)
  client = new RawClient(machine)
})

async function shown(text: RegExp): Promise<void> {
  const stop = await machine.run({ text, deadline: cycles(machine.now() + 10 * SECOND) })
  expect(stop.kind).toBe('text')
}

/** An honest client on a port of its own gets the file. */
async function serves(port: number, path = '/1k.bin', length = 1024): Promise<void> {
  const connection = await client.open(port)
  const request = Buffer.from(`GET ${path} HTTP/1.0\r\n\r\n`)
  connection.send({ data: request })
  await received(connection, length, request.length)
}

/** Acknowledges until the response with its `length` bytes and the end have come; checks them. */
async function received(
  connection: RawConnection,
  length: number,
  asked = REQUEST.length,
): Promise<void> {
  const start = connection.expected
  const done = (): boolean => connection.heard.some(({ flags }) => (flags & FIN) !== 0)
  connection.next += asked
  for (let round = 0; round < 100 && !done(); round++) {
    await client.pass(5)
    const got = connection.stream().length
    connection.send({ acknowledgement: (start + got) >>> 0 })
  }
  expect(done()).toBe(true)
  const answer = connection.stream()
  const body = answer.subarray(answer.indexOf('\r\n\r\n') + 4)
  expect(Buffer.compare(body, webFile(length))).toBe(0)
}

function arp(targetIp: number): Uint8Array {
  const fields = { senderMac: OUTSIDER_MAC, senderIp: OUTSIDER, targetMac: BROADCAST, targetIp }
  const payload = buildArp({ operation: ARP_REQUEST, ...fields })
  const ends = { destination: BROADCAST, source: OUTSIDER_MAC }
  return buildEthernet({ ...ends, type: ETHERTYPE_ARP, payload })
}

describe('below TCP', () => {
  it('answers who has its address, and nobody else', async () => {
    client.frame(arp(GUEST + 1))
    client.frame(arp(GUEST))
    await client.pass(10)
    expect(client.frames.length).toBe(1)
    const answer = parseArp(parseEthernet(client.frames[0]!)!.payload)
    expect(answer).toMatchObject({ operation: ARP_REPLY, senderIp: GUEST, senderMac: GUEST_MAC })
  })

  it('answers a ping with its bytes, and a damaged one not at all', async () => {
    const echo = Uint8Array.of(8, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7)
    const damaged = client.packet(echo, PROTOCOL_ICMP)
    setChecksum(echo)
    client.frame(damaged)
    client.frame(client.packet(echo, PROTOCOL_ICMP))
    await client.pass(10)
    expect(client.frames.length).toBe(1)
    const answer = parseIpv4(parseEthernet(client.frames[0]!)!.payload)
    expect(answer?.payload.subarray(4)).toEqual(echo.subarray(4))
    expect(answer?.payload[0]).toBe(0)
  })

  it.each([
    ['a version that is not 4', 14, 0x65],
    ['a header of less than 20 bytes', 14, 0x44],
    ['a header longer than the packet', 14, 0x4f],
    ['a total length beyond the frame', 16, 0x7f],
    ['a total length less than the header', 17, 4],
    ['a fragment', 20, 0x20],
    ['a damaged address', 33, 3],
    ['a damaged flag', 47, 0x12],
    ['a TCP header longer than the segment', 46, 0xf0],
    ['a TCP header of less than 20 bytes', 46, 0x40],
  ])('does not answer %s', async (_, at, byte) => {
    const frame = client.segment({ sourcePort: 2000, flags: SYN })
    frame[at] = byte
    client.frame(frame)
    client.frame(frame.subarray(0, at))
    await client.pass(10)
    expect(client.frames).toEqual([])
    await serves(2001)
  })

  it('does not answer who pretends to be the guest, everybody, or nobody', async () => {
    for (const source of [GUEST, 0x0a00_02ff, 0xffff_ffff, 0xe000_0001, 0x7f00_0001, 0]) {
      client.frame(client.segment({ sourcePort: 2000, flags: SYN }, source))
    }
    await client.pass(10)
    expect(client.frames).toEqual([])
  })
})

describe('a connection', () => {
  it('is refused on a port where nobody listens', async () => {
    const fields = { sourcePort: 2000, destinationPort: 81, sequence: 77 }
    client.frame(client.segment({ ...fields, flags: SYN }))
    client.frame(client.segment({ ...fields, flags: ACK, acknowledgement: 99 }))
    client.frame(client.segment({ ...fields, flags: RST }))
    await client.pass(10)
    expect(client.heard(2000)).toMatchObject([
      { flags: RST | ACK, acknowledgement: 78 },
      { flags: RST, sequence: 99 },
    ])
  })

  it('serves a file of many segments', () => serves(2000, '/100k.bin', 102_400))

  it('takes a request in overlapping pieces, last first', async () => {
    const connection = await client.open(2000)
    for (const [from, to] of [
      [15, REQUEST.length],
      [4, 18],
      [4, 9],
      [0, 6],
    ] as const) {
      connection.send({ sequence: connection.next + from, data: REQUEST.subarray(from, to) })
      await client.pass(1)
    }
    const acknowledged = connection.heard.slice(1, 4).map((one) => one.acknowledgement)
    expect(acknowledged).toEqual([0, 0, 0].map(() => connection.next))
    await received(connection, 1024)
  })

  it('ends by a reset at the exact place, not by one nearby', async () => {
    const connection = await client.open(2000)
    connection.send({ flags: RST, sequence: connection.next + 1 })
    await client.pass(5)
    expect(connection.heard.at(-1)).toMatchObject({ flags: ACK, acknowledgement: connection.next })
    connection.send({ flags: RST, acknowledgement: 0 })
    await client.pass(5)
    connection.send({ data: REQUEST })
    await client.pass(5)
    expect(connection.heard.at(-1)?.flags).toBe(RST)
  })

  it('survives a SYN in the middle and an ACK of what was never sent', async () => {
    const connection = await client.open(2000)
    connection.send({ flags: SYN })
    connection.send({ acknowledgement: connection.expected + 1000 })
    await client.pass(5)
    expect(connection.heard.slice(1).map((one) => one.flags)).toEqual([ACK, ACK])
    connection.send({ data: REQUEST })
    await received(connection, 1024)
  })

  it('is served though the client has closed its side already', async () => {
    const connection = await client.open(2000)
    connection.send({ data: REQUEST, flags: ACK | FIN })
    connection.next++
    await received(connection, 1024)
  })

  it('does not take data past the window', async () => {
    const connection = await client.open(2000)
    const { window } = connection.heard[0]!
    connection.send({ sequence: connection.next + window - 2, data: Buffer.from('xxxxxxxx') })
    connection.send({ sequence: connection.next + window + 2, data: Buffer.from('xxxxxxxx') })
    connection.send({ data: REQUEST })
    await received(connection, 1024)
  })
})

describe('loss', () => {
  it('a lost answer is sent again, later each time, until the connection is given up', async () => {
    const connection = await client.open(2000)
    connection.send({ data: REQUEST })
    await client.pass(120_000)
    const times = connection.heard.filter(({ data }) => data.length > 0)
    expect(times.length).toBe(9)
    expect(new Set(times.map(({ sequence }) => sequence)).size).toBe(1)
    expect(connection.heard.at(-1)!.flags & RST).toBe(RST)
  })

  it('three duplicate ACKs bring the missing segment at once', async () => {
    const connection = await client.open(2000)
    connection.send({ data: Buffer.from('GET /100k.bin HTTP/1.0\r\n\r\n') })
    connection.next += 'GET /100k.bin HTTP/1.0\r\n\r\n'.length
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
    connection.send({ sequence: connection.next + REQUEST.length })
    await received(connection, 1024)
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
  it('a thousand SYNs of nobody do not keep an honest client out', async () => {
    for (let n = 0; n < 1000; n++) {
      client.frame(client.segment({ sourcePort: 3000 + n, sequence: n, flags: SYN }))
      if (n % 50 === 49) await client.pass(1)
    }
    client.frames.length = 0
    await serves(2000)
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
    await serves(2000)
  })

  it('a port is used again after its connection, but not by a stray SYN of it', async () => {
    const connection = await client.open(2000)
    connection.send({ data: REQUEST })
    await received(connection, 1024)
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

  it('random frames do no harm', { timeout: 120_000 }, async () => {
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
    expect(machine.console.transcript).not.toMatch(/panic/)
    client.frames.length = 0
    await serves(2000, '/10k.bin', 10_240)
  })
})

function setChecksum(message: Uint8Array): void {
  let sum = 0
  for (let n = 0; n < message.length; n += 2) sum += (message[n]! << 8) | (message[n + 1] ?? 0)
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16)
  message[2] = (~sum >>> 8) & 0xff
  message[3] = ~sum & 0xff
}

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
