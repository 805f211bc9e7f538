// RawClient: a peer at the other end of the guest's network cable that keeps no rule. It sends
// whatever frames it is told to and remembers the segments that come back. It can be honest too: open a
// connection, acknowledge, and gather a stream.

import { GUEST_MAC } from '../machine/rv64/device/virtio-net.ts'
import {
  buildEthernet,
  ETHERTYPE_IPV4,
  type Mac,
  parseEthernet,
} from '../machine/rv64/net/ethernet.ts'
import { buildIpv4, PROTOCOL_TCP, parseIpv4 } from '../machine/rv64/net/ipv4.ts'
import type { Peer } from '../machine/rv64/net/peer.ts'
import {
  ACK,
  buildSegment,
  FIN,
  parseSegment,
  type Segment,
  SYN,
} from '../machine/rv64/net/tcp-segment.ts'
import type { Rv64Machine } from '../machine/rv64/rv64.ts'
import { cycles } from '../machine/units.ts'

export const GUEST = 0x0a00_020f // 10.0.2.15
export const OUTSIDER = 0x0a00_0202 // 10.0.2.2
export const OUTSIDER_MAC: Mac = Uint8Array.of(0x52, 0x55, 10, 0, 2, 2)
const MILLISECOND = 1_000_000
const WINDOW = 65_535
/** Rounds of 5 ms in which a client waits for the end of a response. */
const MOST_ROUNDS = 100

export class RawClient {
  /** Every frame from the guest. */
  readonly frames: Uint8Array[] = []
  readonly #machine: Rv64Machine
  readonly #send: (frame: Uint8Array) => void

  constructor(machine: Rv64Machine) {
    this.#machine = machine
    this.#send = (machine.network as Peer).takeOver((frame) => {
      this.frames.push(frame.slice())
    })
  }

  /** Puts a frame on the wire as it is. */
  frame(bytes: Uint8Array): void {
    this.#send(bytes)
  }

  packet(payload: Uint8Array, protocol = PROTOCOL_TCP, source = OUTSIDER): Uint8Array {
    const packet = buildIpv4({ source, destination: GUEST, protocol, payload })
    const ends = { destination: GUEST_MAC, source: OUTSIDER_MAC }
    return buildEthernet({ ...ends, type: ETHERTYPE_IPV4, payload: packet })
  }

  segment(fields: Partial<Segment>, source = OUTSIDER): Uint8Array {
    const whole = { ...NOTHING, ...fields }
    return this.packet(buildSegment(whole, { source, destination: GUEST }), PROTOCOL_TCP, source)
  }

  /** Segments from the guest to `port`, all so far. */
  heard(port: number): Segment[] {
    return this.frames
      .map(segmentOf)
      .filter((segment) => segment?.destinationPort === port) as Segment[]
  }

  /** An honest client on a port of its own gets the whole file. Throws if it does not. */
  async fetch(port: number, path: string): Promise<Buffer> {
    const connection = await this.open(port)
    connection.ask(path)
    return connection.receive()
  }

  /** Lets `ms` of virtual time pass, or less: until `holds`. */
  async pass(ms: number, holds?: () => boolean): Promise<void> {
    const deadline = cycles(this.#machine.now() + ms * MILLISECOND)
    await this.#machine.run({ deadline, ...(holds === undefined ? {} : { when: holds }) })
  }

  /** Opens a connection from `port` and says where both ends' streams stand. */
  async open(port: number, mss = 1460): Promise<RawConnection> {
    const sequence = (port * 0x0101_0101) >>> 0
    this.frame(this.segment({ sourcePort: port, sequence, flags: SYN, mss }))
    await this.pass(100, () => this.heard(port).length > 0)
    const answer = this.heard(port)[0]
    if (answer?.flags !== (SYN | ACK)) throw new Error(`expected SYN and ACK, got ${answer?.flags}`)
    const connection = new RawConnection(this, port, sequence + 1, answer.sequence + 1)
    connection.send({ flags: ACK })
    return connection
  }
}

/** The outside's half of one connection. `next` and `expected` move only when they are told to. */
class RawConnection {
  readonly client: RawClient
  readonly port: number
  /** Sequence number of the next byte that this side sends. */
  next: number
  /** Sequence number of the next byte that this side wants. */
  expected: number

  constructor(client: RawClient, port: number, next: number, expected: number) {
    this.client = client
    this.port = port
    this.next = next >>> 0
    this.expected = expected >>> 0
  }

  /** A segment of this connection, at `next` with an ACK of `expected` unless told otherwise. */
  send(fields: Partial<Segment>): void {
    const usual = { sequence: this.next, acknowledgement: this.expected, flags: ACK }
    this.client.frame(this.client.segment({ sourcePort: this.port, ...usual, ...fields }))
  }

  /** Sends a request and counts it as sent. */
  ask(path: string): void {
    const data = Buffer.from(`GET ${path} HTTP/1.0\r\n\r\n`)
    this.send({ data })
    this.next += data.length
  }

  /** Acknowledges what comes until the stream's end; the body of the response in it. */
  async receive(): Promise<Buffer> {
    const start = this.expected
    for (let round = 0; round < MOST_ROUNDS; round++) {
      await this.client.pass(5)
      this.send({ acknowledgement: start + this.stream().length })
      if (this.heard.some(({ flags }) => (flags & FIN) !== 0)) {
        const answer = this.stream()
        return answer.subarray(answer.indexOf('\r\n\r\n') + 4)
      }
    }
    throw new Error(`expected the end of the stream, got ${this.stream().length} bytes`)
  }

  get heard(): Segment[] {
    return this.client.heard(this.port)
  }

  /** Forgets what was heard. */
  clear(): void {
    this.client.frames.length = 0
  }

  /** What the guest has sent from `expected` on, put together by sequence. */
  stream(): Buffer {
    const bytes: number[] = []
    for (const { sequence, data } of this.heard) {
      const at = (sequence - this.expected) | 0
      for (let n = Math.max(0, -at); n < data.length; n++) bytes[at + n] = data[n]!
    }
    return Buffer.from(bytes)
  }
}

function segmentOf(frame: Uint8Array): Segment | undefined {
  const ethernet = parseEthernet(frame)
  if (ethernet?.type !== ETHERTYPE_IPV4) return undefined
  const packet = parseIpv4(ethernet.payload)
  if (packet?.protocol !== PROTOCOL_TCP) return undefined
  return parseSegment(packet.payload, packet)
}

const NOTHING: Segment = {
  sourcePort: 0,
  destinationPort: 80,
  sequence: 0,
  acknowledgement: 0,
  flags: 0,
  window: WINDOW,
  mss: undefined,
  data: new Uint8Array(0),
}
