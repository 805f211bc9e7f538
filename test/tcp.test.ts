// The guest's TCP/IP frame by frame and in virtual time: what it must answer and what it must not, in each
// state of a connection. The other end keeps no rule (raw-client.ts).

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { webFile } from '../guest/mkfs.ts'
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
import { GuestServer } from './guest-server.ts'
import { GUEST, OUTSIDER, OUTSIDER_MAC, RawClient } from './raw-client.ts'

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

describe('below TCP', () => {
  it('answers who has its address, and for no other address', async () => {
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
    expect(await client.fetch(2001, '/1k.bin')).toEqual(FILE)
  })

  it('does not answer who pretends to be the guest, a broadcast, or address 0', async () => {
    for (const source of [GUEST, 0x0a00_02ff, 0xffff_ffff, 0xe000_0001, 0x7f00_0001, 0]) {
      client.frame(client.segment({ sourcePort: 2000, flags: SYN }, source))
    }
    await client.pass(10)
    expect(client.frames).toEqual([])
  })
})

describe('a connection', () => {
  it('is refused on a port where no program listens', async () => {
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

  it('serves a file of many segments', async () => {
    const body = await client.fetch(2000, '/100k.bin')
    expect(body.equals(webFile(102_400))).toBe(true)
  })

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
    connection.next += REQUEST.length
    expect(await connection.receive()).toEqual(FILE)
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
    connection.ask('/1k.bin')
    expect(await connection.receive()).toEqual(FILE)
  })

  it('does not answer every ACK that is out of place, or two lost ends would never rest', async () => {
    const connection = await client.open(2000)
    for (let n = 0; n < 50; n++) connection.send({ sequence: connection.next - 1000 })
    await client.pass(5)
    expect(connection.heard.slice(1).map(({ flags }) => flags)).toEqual([ACK])
    connection.ask('/1k.bin')
    expect(await connection.receive()).toEqual(FILE)
  })

  it('is served though the client has closed its side already', async () => {
    const connection = await client.open(2000)
    connection.send({ data: REQUEST, flags: ACK | FIN })
    connection.next += REQUEST.length + 1
    expect(await connection.receive()).toEqual(FILE)
  })

  it('does not take data past the window', async () => {
    const connection = await client.open(2000)
    const { window } = connection.heard[0]!
    connection.send({ sequence: connection.next + window - 2, data: Buffer.from('xxxxxxxx') })
    connection.send({ sequence: connection.next + window + 2, data: Buffer.from('xxxxxxxx') })
    connection.ask('/1k.bin')
    expect(await connection.receive()).toEqual(FILE)
  })
})

function arp(targetIp: number): Uint8Array {
  const fields = { senderMac: OUTSIDER_MAC, senderIp: OUTSIDER, targetMac: BROADCAST, targetIp }
  const payload = buildArp({ operation: ARP_REQUEST, ...fields })
  const ends = { destination: BROADCAST, source: OUTSIDER_MAC }
  return buildEthernet({ ...ends, type: ETHERTYPE_ARP, payload })
}

function setChecksum(message: Uint8Array): void {
  let sum = 0
  for (let n = 0; n < message.length; n += 2) sum += (message[n]! << 8) | (message[n + 1] ?? 0)
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16)
  message[2] = (~sum >>> 8) & 0xff
  message[3] = ~sum & 0xff
}
