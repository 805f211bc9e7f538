// The far end of the guest's network cable: a host with one address that answers ARP and ping and
// speaks TCP, in virtual time. Invariant: whatever arrives, it neither throws nor keeps more than
// MOST_CONNECTIONS connections.

import type { Network, PeerSocket } from '../../machine.ts'
import type { SavedState } from '../saved/saved-state.ts'
import type { InputGate } from '../session/input-gate.ts'
import { RecordedSocket } from '../session/recorded-socket.ts'
import type { Clock } from '../time/clock.ts'
import {
  ARP_REPLY,
  ARP_REQUEST,
  type Arp,
  BROADCAST,
  buildArp,
  buildEthernet,
  ETHERTYPE_ARP,
  ETHERTYPE_IPV4,
  type Ipv4Address,
  type Mac,
  parseArp,
  parseEthernet,
  sameMac,
} from './ethernet.ts'
import { buildIpv4, echoReply, PROTOCOL_ICMP, PROTOCOL_TCP, parseIpv4 } from './ipv4.ts'
import type { LinkEnd } from './link.ts'
import { TcpConnection } from './tcp-connection.ts'
import { ACK, buildSegment, parseSegment, RST, type Segment, SYN } from './tcp-segment.ts'

export interface PeerOptions {
  readonly clock: Clock
  readonly wire: LinkEnd
  readonly mac: Mac
  readonly ip: Ipv4Address
  /** The only other host on the cable. */
  readonly neighbour: Ipv4Address
  /** Called after each frame from the guest has been dealt with. */
  readonly onEvent?: () => void
  /** What connections from outside do passes it. */
  readonly gate?: InputGate
}

export const MOST_CONNECTIONS = 1024
const FIRST_PORT = 49_152 // the dynamic ports (RFC 6335)
const PORTS = 65_536 - FIRST_PORT
/** Packets that wait for the neighbour's hardware address. */
const MOST_UNADDRESSED = 256
/** Distance of initial sequence numbers; any odd number spreads them. */
const SEQUENCE_STEP = 0x0003_9d8b

export class Peer implements Network {
  readonly #options: PeerOptions
  readonly #connections = new Map<string, TcpConnection>()
  readonly #listeners = new Map<number, (socket: TcpConnection) => void>()
  #neighbourMac: Mac | undefined
  #unaddressed: Uint8Array[] = []
  #opened = 0
  #stand: ((frame: Uint8Array) => void) | undefined

  constructor(options: PeerOptions) {
    this.#options = options
    options.wire.onFrame = (frame) => {
      if (this.#stand === undefined) this.#arrive(frame)
      else this.#stand(frame)
      options.onEvent?.()
    }
  }

  connect(port: number, from: 'workload' | 'outside' = 'workload'): PeerSocket {
    if (!Number.isInteger(port) || port < 1 || port > 65_535) {
      throw new RangeError(`expected a port from 1 to 65535, got ${port}`)
    }
    const { gate } = this.#options
    if (from === 'outside' && gate !== undefined) {
      return RecordedSocket.connect(gate, port, () => this.#open(port))
    }
    gate?.log.leftOut()
    return this.#open(port)
  }

  /**
   * Puts another endpoint at this end of the cable, for traffic that no honest peer sends: `hear` is told
   * of each frame from now on, and what comes back puts frames on the wire.
   */
  takeOver(hear: (frame: Uint8Array) => void): (frame: Uint8Array) => void {
    this.#options.gate?.log.leftOut()
    this.#stand = hear
    return (frame) => this.#options.wire.send(frame)
  }

  /** Lets the guest connect to `port` of this host. */
  listen(port: number, accepted: (socket: TcpConnection) => void): void {
    this.#options.gate?.log.leftOut()
    this.#listeners.set(port, accepted)
  }

  /** Connections that the host may still use. */
  get open(): number {
    return [...this.#connections.values()].filter((connection) => !connection.isLingering).length
  }

  reset(): void {
    for (const connection of [...this.#connections.values()]) {
      connection.fail('the machine was reset or restored')
      connection.destroy()
    }
    this.#neighbourMac = undefined
    this.#unaddressed = []
    this.#opened = 0
  }

  /** Open connections are no part of it: their users could not be brought back. */
  save(): SavedState {
    return {
      neighbourMac: this.#neighbourMac ?? null,
      opened: this.#opened,
      open: this.open,
      unaddressed: this.#unaddressed.map((packet) => packet.slice()),
    }
  }

  /** Throws if the state was saved with open connections. */
  load(state: SavedState): void {
    if (state.open !== 0) {
      const expected = 'expected a snapshot without open network connections'
      throw new Error(`${expected}, got one with ${state.open}. Close them before the snapshot`)
    }
    this.reset()
    this.#neighbourMac = state.neighbourMac instanceof Uint8Array ? state.neighbourMac : undefined
    this.#opened = Number(state.opened)
    const packets = Array.isArray(state.unaddressed) ? state.unaddressed : []
    this.#unaddressed = packets.filter((packet) => packet instanceof Uint8Array)
  }

  #open(port: number): TcpConnection {
    const connection = this.#add(this.#freePort(port), port)
    connection.open()
    return connection
  }

  #freePort(remotePort: number): number {
    for (let i = 0; i < PORTS; i++) {
      const port = FIRST_PORT + ((this.#opened + i) % PORTS)
      if (!this.#connections.has(key(port, remotePort))) return port
    }
    throw new RangeError(`expected a free port, got ${PORTS} connections`)
  }

  #add(localPort: number, remotePort: number): TcpConnection {
    if (!this.#hasRoom()) {
      throw new RangeError(`expected at most ${MOST_CONNECTIONS} connections, got one more`)
    }
    const id = key(localPort, remotePort)
    const connection = new TcpConnection({
      clock: this.#options.clock,
      name: `tcp-${id}`,
      localPort,
      remotePort,
      initialSequence: Math.imul(this.#opened + 1, SEQUENCE_STEP) >>> 0,
      transmit: (segment) => this.#transmit(segment),
      over: () => this.#connections.delete(id),
    })
    this.#opened++
    this.#connections.set(id, connection)
    return connection
  }

  /** Where there is none, the oldest connection that only waits for stray segments makes room. */
  #hasRoom(): boolean {
    if (this.#connections.size < MOST_CONNECTIONS) return true
    for (const connection of this.#connections.values()) {
      if (!connection.isLingering) continue
      connection.destroy()
      return true
    }
    return false
  }

  #arrive(bytes: Uint8Array): void {
    const frame = parseEthernet(bytes)
    if (frame === undefined) return
    const { mac } = this.#options
    if (!sameMac(frame.destination, mac) && !sameMac(frame.destination, BROADCAST)) return
    if (frame.type === ETHERTYPE_ARP) this.#arp(parseArp(frame.payload))
    else if (frame.type === ETHERTYPE_IPV4) this.#ipv4(frame.payload)
  }

  #arp(arp: Arp | undefined): void {
    const { ip, mac, neighbour } = this.#options
    if (arp === undefined || arp.targetIp !== ip) return
    if (arp.senderIp === neighbour) this.#meet(arp.senderMac)
    if (arp.operation !== ARP_REQUEST) return
    const { senderMac: targetMac, senderIp: targetIp } = arp
    const reply = { operation: ARP_REPLY, senderMac: mac, senderIp: ip, targetMac, targetIp }
    this.#frame(targetMac, ETHERTYPE_ARP, buildArp(reply))
  }

  /** The neighbour's hardware address is known: what waited for it goes. */
  #meet(mac: Mac): void {
    this.#neighbourMac = mac.slice()
    const packets = this.#unaddressed
    this.#unaddressed = []
    for (const packet of packets) this.#frame(mac, ETHERTYPE_IPV4, packet)
  }

  #ipv4(bytes: Uint8Array): void {
    const { ip, neighbour } = this.#options
    const packet = parseIpv4(bytes)
    if (packet === undefined || packet.destination !== ip || packet.source !== neighbour) return
    if (packet.protocol === PROTOCOL_TCP) {
      const segment = parseSegment(packet.payload, packet)
      if (segment !== undefined) this.#tcp(segment)
    } else if (packet.protocol === PROTOCOL_ICMP) {
      const reply = echoReply(packet.payload)
      if (reply !== undefined) this.#packet(PROTOCOL_ICMP, reply)
    }
  }

  #tcp(segment: Segment): void {
    const id = key(segment.destinationPort, segment.sourcePort)
    const connection = this.#connections.get(id)
    if (connection !== undefined) {
      connection.input(segment)
      return
    }
    if ((segment.flags & RST) !== 0) return
    const accepted = this.#listeners.get(segment.destinationPort)
    const isOpening = (segment.flags & (SYN | ACK)) === SYN
    if (accepted === undefined || !isOpening || !this.#hasRoom()) {
      this.#refuse(segment)
      return
    }
    const added = this.#add(segment.destinationPort, segment.sourcePort)
    added.accept(segment)
    accepted(added)
  }

  /** Answers a segment that belongs to no connection (RFC 9293, section 3.10.7.1). */
  #refuse(segment: Segment): void {
    const hasAck = (segment.flags & ACK) !== 0
    const length = segment.data.length + (segment.flags & SYN ? 1 : 0)
    this.#transmit({
      sourcePort: segment.destinationPort,
      destinationPort: segment.sourcePort,
      sequence: hasAck ? segment.acknowledgement : 0,
      acknowledgement: hasAck ? 0 : (segment.sequence + length) >>> 0,
      flags: hasAck ? RST : RST | ACK,
      window: 0,
      mss: undefined,
      data: new Uint8Array(0),
    })
  }

  #transmit(segment: Segment): void {
    const { ip, neighbour } = this.#options
    this.#packet(PROTOCOL_TCP, buildSegment(segment, { source: ip, destination: neighbour }))
  }

  #packet(protocol: number, payload: Uint8Array): void {
    const { ip, mac, neighbour } = this.#options
    const packet = buildIpv4({ source: ip, destination: neighbour, protocol, payload })
    if (this.#neighbourMac !== undefined) {
      this.#frame(this.#neighbourMac, ETHERTYPE_IPV4, packet)
      return
    }
    if (this.#unaddressed.length < MOST_UNADDRESSED) this.#unaddressed.push(packet)
    const targetMac = new Uint8Array(6)
    const question = { senderMac: mac, senderIp: ip, targetMac, targetIp: neighbour }
    this.#frame(BROADCAST, ETHERTYPE_ARP, buildArp({ operation: ARP_REQUEST, ...question }))
  }

  #frame(destination: Mac, type: number, payload: Uint8Array): void {
    const source = this.#options.mac
    this.#options.wire.send(buildEthernet({ destination, source, type, payload }))
  }
}

const key = (localPort: number, remotePort: number): string =>
  `${String(localPort).padStart(5, '0')}-${String(remotePort).padStart(5, '0')}`
