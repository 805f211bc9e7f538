// TCP segments (RFC 9293, section 3.1). Invariant: a parsed segment has a right checksum and its
// options lie inside its header; anything else is undefined.

import { checksum } from './checksum.ts'
import { type Ipv4Address, viewOf } from './ethernet.ts'
import { pseudoHeaderSum } from './ipv4.ts'

export const FIN = 0x01
export const SYN = 0x02
export const RST = 0x04
export const PSH = 0x08
export const ACK = 0x10

const HEADER_BYTES = 20
const OPTION_END = 0
const OPTION_NOP = 1
const OPTION_MSS = 2

export interface Segment {
  readonly sourcePort: number
  readonly destinationPort: number
  readonly sequence: number
  readonly acknowledgement: number
  readonly flags: number
  readonly window: number
  /** The maximum segment size option, if there is one. */
  readonly mss: number | undefined
  readonly data: Uint8Array
}

export interface Ends {
  readonly source: Ipv4Address
  readonly destination: Ipv4Address
}

export function parseSegment(bytes: Uint8Array, ends: Ends): Segment | undefined {
  if (bytes.length < HEADER_BYTES) return undefined
  const view = viewOf(bytes)
  const headerBytes = (view.getUint8(12) >>> 4) * 4
  if (headerBytes < HEADER_BYTES || headerBytes > bytes.length) return undefined
  const start = pseudoHeaderSum(ends.source, ends.destination, bytes.length)
  if (checksum(bytes, start) !== 0) return undefined
  return {
    sourcePort: view.getUint16(0),
    destinationPort: view.getUint16(2),
    sequence: view.getUint32(4),
    acknowledgement: view.getUint32(8),
    flags: view.getUint8(13) & 0x3f,
    window: view.getUint16(14),
    mss: mssOption(bytes.subarray(HEADER_BYTES, headerBytes)),
    data: bytes.subarray(headerBytes),
  }
}

export function buildSegment(segment: Segment, ends: Ends): Uint8Array {
  const optionBytes = segment.mss === undefined ? 0 : 4
  const bytes = new Uint8Array(HEADER_BYTES + optionBytes + segment.data.length)
  const view = viewOf(bytes)
  view.setUint16(0, segment.sourcePort)
  view.setUint16(2, segment.destinationPort)
  view.setUint32(4, segment.sequence)
  view.setUint32(8, segment.acknowledgement)
  view.setUint8(12, ((HEADER_BYTES + optionBytes) / 4) << 4)
  view.setUint8(13, segment.flags)
  view.setUint16(14, segment.window)
  if (segment.mss !== undefined) {
    view.setUint8(HEADER_BYTES, OPTION_MSS)
    view.setUint8(HEADER_BYTES + 1, 4)
    view.setUint16(HEADER_BYTES + 2, segment.mss)
  }
  bytes.set(segment.data, HEADER_BYTES + optionBytes)
  view.setUint16(16, checksum(bytes, pseudoHeaderSum(ends.source, ends.destination, bytes.length)))
  return bytes
}

function mssOption(options: Uint8Array): number | undefined {
  for (let at = 0; at < options.length; ) {
    const kind = options[at]
    if (kind === OPTION_END) return undefined
    if (kind === OPTION_NOP) {
      at++
      continue
    }
    const length = options[at + 1] ?? 0
    if (length < 2 || at + length > options.length) return undefined
    if (kind === OPTION_MSS && length === 4) return viewOf(options).getUint16(at + 2)
    at += length
  }
  return undefined
}
