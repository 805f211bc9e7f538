import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { PeerSocket } from '../../machine.ts'
import { cycles } from '../../units.ts'
import { Clock } from '../time/clock.ts'
import { checksum } from './checksum.ts'
import { BROADCAST, buildArp, buildEthernet, parseArp, parseEthernet } from './ethernet.ts'
import { buildIpv4, PROTOCOL_TCP, parseIpv4 } from './ipv4.ts'
import { Link } from './link.ts'
import { Peer } from './peer.ts'
import { ACK, buildSegment, parseSegment, RST, type Segment, SYN } from './tcp-segment.ts'

const timing = { wire: 25_000, 'wire-byte': 8 }
const IP_A = 0x0a00_0202
const IP_B = 0x0a00_020f
const MAC_A = Uint8Array.of(2, 0, 0, 0, 0, 1)
const MAC_B = Uint8Array.of(2, 0, 0, 0, 0, 2)
const NOTHING = new Uint8Array(0)

/** Lets virtual time pass until nothing waits or `limit` is reached. */
function run(clock: Clock, limit: number): void {
  while (clock.next() <= limit) {
    clock.now = cycles(Math.max(clock.now, clock.next()))
    clock.fireDue()
  }
}

describe('a peer', () => {
  /** Peer `a` with a hand-made neighbour: what it says is heard, frame by frame. */
  const alone = () => {
    const clock = new Clock()
    const link = new Link({ clock, timing })
    const heard: Uint8Array[] = []
    link.right.onFrame = (frame) => heard.push(frame)
    const a = new Peer({ clock, wire: link.left, mac: MAC_A, ip: IP_A, neighbour: IP_B })
    const say = (type: number, payload: Uint8Array, destination: Uint8Array = MAC_A): void => {
      link.right.send(buildEthernet({ destination, source: MAC_B, type, payload }))
      run(clock, clock.now + 1_000_000)
    }
    const sayIp = (protocol: number, payload: Uint8Array): void =>
      say(0x0800, buildIpv4({ source: IP_B, destination: IP_A, protocol, payload }))
    const saySegment = (segment: Segment): void =>
      sayIp(PROTOCOL_TCP, buildSegment(segment, { source: IP_B, destination: IP_A }))
    const introduce = (): void => {
      const arp = { senderMac: MAC_B, senderIp: IP_B, targetMac: BROADCAST, targetIp: IP_A }
      say(0x0806, buildArp({ operation: 1, ...arp }), BROADCAST)
    }
    return { a, clock, heard, say, sayIp, saySegment, introduce }
  }
  const packet = (frame: Uint8Array | undefined) =>
    parseIpv4(parseEthernet(frame ?? NOTHING)?.payload ?? NOTHING)

  it('answers who has its address, and nobody else', () => {
    const { heard, introduce, say } = alone()
    introduce()
    const reply = parseArp(parseEthernet(heard[0] ?? NOTHING)?.payload ?? NOTHING)
    expect(reply).toEqual({
      operation: 2,
      senderMac: MAC_A,
      senderIp: IP_A,
      targetMac: MAC_B,
      targetIp: IP_B,
    })
    const arp = { senderMac: MAC_B, senderIp: IP_B, targetMac: BROADCAST, targetIp: 0x0a00_0203 }
    say(0x0806, buildArp({ operation: 1, ...arp }), BROADCAST)
    expect(heard).toHaveLength(1)
  })

  it('asks for the address of its neighbour and then says what waited', () => {
    const { a, heard, introduce, clock } = alone()
    a.connect(80)
    run(clock, 1_000_000)
    expect(heard.map((frame) => parseEthernet(frame)?.type)).toEqual([0x0806])
    introduce()
    expect(heard.slice(1).map((frame) => parseEthernet(frame)?.type)).toEqual([0x0800, 0x0806])
  })

  it('answers a ping with its bytes, and no other message', () => {
    const { heard, introduce, sayIp } = alone()
    introduce()
    const ping = Uint8Array.of(8, 0, 0, 0, 1, 2, 3, 4, 5, 6)
    const sum = checksum(ping)
    ping.set([sum >>> 8, sum & 0xff], 2)
    sayIp(1, ping)
    const pong = packet(heard[1])?.payload ?? NOTHING
    expect([...pong.subarray(4)]).toEqual([1, 2, 3, 4, 5, 6])
    expect([pong[0], checksum(pong)]).toEqual([0, 0])
    sayIp(1, ping.with(9, 7))
    sayIp(17, ping)
    expect(heard).toHaveLength(2)
  })

  const segment: Segment = {
    sourcePort: 1234,
    destinationPort: 80,
    sequence: 100,
    acknowledgement: 0,
    flags: SYN,
    window: 1000,
    mss: undefined,
    data: new Uint8Array(0),
  }

  it('resets what asks for a port where nobody listens, but never a reset', () => {
    const { heard, introduce, saySegment } = alone()
    introduce()
    saySegment(segment)
    const answer = parseSegment(packet(heard[1])?.payload ?? NOTHING, {
      source: IP_A,
      destination: IP_B,
    })
    expect([answer?.flags, answer?.acknowledgement]).toEqual([RST | ACK, 101])
    saySegment({ ...segment, flags: RST })
    expect(heard).toHaveLength(2)
  })

  it('survives any frame', () => {
    const { a, say } = alone()
    a.listen(80, () => {})
    a.connect(80)
    const type = fc.constantFrom(0x0800, 0x0806, 0x86dd)
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), type, fc.boolean(), (bytes, kind, head) => {
        say(kind, head ? Uint8Array.from([0x45, 0, 0, bytes.length + 2, ...bytes]) : bytes)
      }),
      { seed: 1, numRuns: 500 },
    )
  })

  it('survives any conversation of segments with right checksums', () => {
    const one = fc.record({
      flags: fc.nat(63),
      ahead: fc.integer({ min: -3000, max: 70_000 }),
      acknowledged: fc.integer({ min: -5, max: 3000 }),
      window: fc.nat(65_535),
      mss: fc.option(fc.nat(65_535), { nil: undefined }),
      bytes: fc.nat(1460),
    })
    fc.assert(
      fc.property(fc.array(one, { maxLength: 30 }), (conversation) => {
        const { a, heard, introduce, saySegment } = alone()
        introduce()
        const sockets: PeerSocket[] = []
        a.listen(80, (socket) => {
          sockets.push(socket)
          socket.onProgress = () => {
            socket.send(socket.receive())
            if (socket.state === 'closing') socket.end()
          }
        })
        saySegment(segment)
        const initial =
          parseSegment(packet(heard[1])?.payload ?? NOTHING, { source: IP_A, destination: IP_B })
            ?.sequence ?? 0
        for (const { flags, ahead, acknowledged, window, mss, bytes } of conversation) {
          const sequence = (101 + ahead) >>> 0
          const acknowledgement = (initial + 1 + acknowledged) >>> 0
          const data = new Uint8Array(bytes)
          saySegment({ ...segment, flags, sequence, acknowledgement, window, mss, data })
        }
        expect(sockets.length).toBeGreaterThan(0)
      }),
      { seed: 1, numRuns: 200 },
    )
  })
})
