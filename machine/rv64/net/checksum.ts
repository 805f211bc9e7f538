// The Internet checksum (RFC 1071). Invariant: over data with its checksum in place it is 0.

/** The ones' complement of the sum of all 16-bit words, `start` added; an odd byte is padded. */
export function checksum(bytes: Uint8Array, start = 0): number {
  let sum = start
  for (let i = 0; i + 1 < bytes.length; i += 2) sum += ((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0)
  if (bytes.length % 2 === 1) sum += (bytes[bytes.length - 1] ?? 0) << 8
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x1_0000)
  return ~sum & 0xffff
}
