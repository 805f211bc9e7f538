// Ethernet II frames and ARP for IPv4 (RFC 826). Invariant: a parser takes any bytes and answers
// undefined for what it does not understand; it never throws.

export type Mac = Uint8Array
/** An IPv4 address as a 32-bit number. */
export type Ipv4Address = number

export const ETHERTYPE_IPV4 = 0x0800
export const ETHERTYPE_ARP = 0x0806
export const BROADCAST: Mac = Uint8Array.of(255, 255, 255, 255, 255, 255)
const HEADER_BYTES = 14

export interface EthernetFrame {
  readonly destination: Mac
  readonly source: Mac
  readonly type: number
  readonly payload: Uint8Array
}

export function parseEthernet(bytes: Uint8Array): EthernetFrame | undefined {
  if (bytes.length < HEADER_BYTES) return undefined
  return {
    destination: bytes.subarray(0, 6),
    source: bytes.subarray(6, 12),
    type: viewOf(bytes).getUint16(12),
    payload: bytes.subarray(HEADER_BYTES),
  }
}

export function buildEthernet({ destination, source, type, payload }: EthernetFrame): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + payload.length)
  bytes.set(destination, 0)
  bytes.set(source, 6)
  viewOf(bytes).setUint16(12, type)
  bytes.set(payload, HEADER_BYTES)
  return bytes
}

export const sameMac = (a: Mac, b: Mac): boolean =>
  a.length === b.length && a.every((byte, i) => byte === b[i])

export const ARP_REQUEST = 1
export const ARP_REPLY = 2
const ARP_BYTES = 28
const HARDWARE_ETHERNET = 1

export interface Arp {
  readonly operation: number
  readonly senderMac: Mac
  readonly senderIp: Ipv4Address
  readonly targetMac: Mac
  readonly targetIp: Ipv4Address
}

export function parseArp(bytes: Uint8Array): Arp | undefined {
  if (bytes.length < ARP_BYTES) return undefined
  const view = viewOf(bytes)
  const isIpv4OverEthernet =
    view.getUint16(0) === HARDWARE_ETHERNET &&
    view.getUint16(2) === ETHERTYPE_IPV4 &&
    view.getUint8(4) === 6 &&
    view.getUint8(5) === 4
  if (!isIpv4OverEthernet) return undefined
  return {
    operation: view.getUint16(6),
    senderMac: bytes.slice(8, 14),
    senderIp: view.getUint32(14),
    targetMac: bytes.slice(18, 24),
    targetIp: view.getUint32(24),
  }
}

export function buildArp(arp: Arp): Uint8Array {
  const bytes = new Uint8Array(ARP_BYTES)
  const view = viewOf(bytes)
  view.setUint16(0, HARDWARE_ETHERNET)
  view.setUint16(2, ETHERTYPE_IPV4)
  view.setUint8(4, 6)
  view.setUint8(5, 4)
  view.setUint16(6, arp.operation)
  bytes.set(arp.senderMac, 8)
  view.setUint32(14, arp.senderIp)
  bytes.set(arp.targetMac, 18)
  view.setUint32(24, arp.targetIp)
  return bytes
}

/** The bytes of `bytes` as big-endian numbers. */
export const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
