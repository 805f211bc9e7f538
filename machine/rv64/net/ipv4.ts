// IPv4 packets (RFC 791) without options or fragments, and ICMP echo (RFC 792). Invariant: a parsed
// packet has a right checksum and a length within its frame; anything else is undefined.

import { checksum } from './checksum.ts'
import { type Ipv4Address, viewOf } from './ethernet.ts'

export const PROTOCOL_ICMP = 1
export const PROTOCOL_TCP = 6
const HEADER_BYTES = 20
const TIME_TO_LIVE = 64
const DONT_FRAGMENT = 0x4000
const FRAGMENT_BITS = 0x3fff // more-fragments flag and offset

export interface Ipv4Packet {
  readonly source: Ipv4Address
  readonly destination: Ipv4Address
  readonly protocol: number
  readonly payload: Uint8Array
}

export function parseIpv4(bytes: Uint8Array): Ipv4Packet | undefined {
  if (bytes.length < HEADER_BYTES) return undefined
  const view = viewOf(bytes)
  const headerBytes = (view.getUint8(0) & 15) * 4
  const total = view.getUint16(2)
  const isWhole = view.getUint8(0) >>> 4 === 4 && (view.getUint16(6) & FRAGMENT_BITS) === 0
  if (!isWhole || headerBytes < HEADER_BYTES || total < headerBytes) return undefined
  if (total > bytes.length || checksum(bytes.subarray(0, headerBytes)) !== 0) return undefined
  return {
    source: view.getUint32(12),
    destination: view.getUint32(16),
    protocol: view.getUint8(9),
    payload: bytes.subarray(headerBytes, total),
  }
}

export function buildIpv4({ source, destination, protocol, payload }: Ipv4Packet): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + payload.length)
  const view = viewOf(bytes)
  view.setUint8(0, (4 << 4) | (HEADER_BYTES / 4))
  view.setUint16(2, bytes.length)
  view.setUint16(6, DONT_FRAGMENT)
  view.setUint8(8, TIME_TO_LIVE)
  view.setUint8(9, protocol)
  view.setUint32(12, source)
  view.setUint32(16, destination)
  view.setUint16(10, checksum(bytes.subarray(0, HEADER_BYTES)))
  bytes.set(payload, HEADER_BYTES)
  return bytes
}

/** The sum of the pseudo-header that TCP's checksum begins with. */
export function pseudoHeaderSum(
  source: Ipv4Address,
  destination: Ipv4Address,
  length: number,
): number {
  const words = [source >>> 16, source & 0xffff, destination >>> 16, destination & 0xffff]
  return words.reduce((sum, word) => sum + word, PROTOCOL_TCP + length)
}

const ECHO_REQUEST = 8
const ECHO_REPLY = 0

/** The answer to an ICMP echo request; undefined for any other message. */
export function echoReply(message: Uint8Array): Uint8Array | undefined {
  if (message.length < 8 || message[0] !== ECHO_REQUEST || checksum(message) !== 0) return undefined
  const reply = message.slice()
  reply[0] = ECHO_REPLY
  viewOf(reply).setUint16(2, 0)
  viewOf(reply).setUint16(2, checksum(reply))
  return reply
}
