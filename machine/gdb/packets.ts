// The packets of the gdb remote protocol (GDB manual, appendix E.1): `$payload#checksum`, as bytes.
// Invariant: whatever arrives, a reader holds at most one packet of bounded size; what is damaged or too
// long is reported and dropped, and reading goes on with the next packet.

export type Arrival =
  | { readonly kind: 'packet'; readonly payload: string }
  /** A packet with a wrong checksum, or longer than the reader allows. */
  | { readonly kind: 'damaged' }
  | { readonly kind: 'ack' }
  | { readonly kind: 'nak' }
  /** Ctrl-C: a byte outside any packet. */
  | { readonly kind: 'interrupt' }

const INTERRUPT = 0x03
const ACK = 0x2b // '+'
const NAK = 0x2d // '-'
const START = 0x24 // '$'
const END = 0x23 // '#'
const ESCAPE = 0x7d // '}'
const REPEAT = 0x2a // '*'
const ESCAPED = 0x20
/** A repeat count is sent as a printable character: the count and 29. */
const REPEAT_BIAS = 29
const CHECKSUM_DIGITS = 2

/** What both sides agree to accept; announced as PacketSize. */
export const MOST_BYTES = 0x4000

/** Frames a payload, one character a byte; escapes what has a meaning of its own. */
export function frame(payload: string): Uint8Array {
  const body: number[] = []
  for (let i = 0; i < payload.length; i++) {
    const byte = payload.charCodeAt(i) & 0xff
    if (byte === START || byte === END || byte === ESCAPE || byte === REPEAT) {
      body.push(ESCAPE, byte ^ ESCAPED)
    } else body.push(byte)
  }
  const sum = body.reduce((total, byte) => (total + byte) & 0xff, 0)
  const tail = sum.toString(16).padStart(CHECKSUM_DIGITS, '0')
  return Uint8Array.of(START, ...body, END, tail.charCodeAt(0), tail.charCodeAt(1))
}

export class PacketReader {
  readonly #most: number
  #body: number[] | undefined
  #digits = ''
  #inChecksum = false
  #tooLong = false

  constructor(most = MOST_BYTES) {
    this.#most = most
  }

  /** What the bytes complete, in order. */
  read(bytes: Uint8Array): Arrival[] {
    const arrived: Arrival[] = []
    for (const byte of bytes) {
      const arrival = this.#take(byte)
      if (arrival !== undefined) arrived.push(arrival)
    }
    return arrived
  }

  #take(byte: number): Arrival | undefined {
    if (this.#inChecksum) return this.#checksum(byte)
    if (byte === START) {
      this.#body = []
      this.#tooLong = false
    } else if (this.#body === undefined) return between(byte)
    else if (byte === END) {
      this.#inChecksum = true
      this.#digits = ''
    } else if (this.#body.length < this.#most) this.#body.push(byte)
    else this.#tooLong = true
    return undefined
  }

  #checksum(byte: number): Arrival | undefined {
    this.#digits += String.fromCharCode(byte)
    if (this.#digits.length < CHECKSUM_DIGITS) return undefined
    const body = this.#body ?? []
    this.#body = undefined
    this.#inChecksum = false
    const sum = body.reduce((total, each) => (total + each) & 0xff, 0)
    const told = /^[0-9a-f]{2}$/i.test(this.#digits) ? Number.parseInt(this.#digits, 16) : -1
    if (this.#tooLong || told !== sum) return { kind: 'damaged' }
    const payload = unescaped(body, this.#most)
    return payload === undefined ? { kind: 'damaged' } : { kind: 'packet', payload }
  }
}

/** A byte outside any packet; anything unknown there is noise. */
function between(byte: number): Arrival | undefined {
  if (byte === ACK) return { kind: 'ack' }
  if (byte === NAK) return { kind: 'nak' }
  return byte === INTERRUPT ? { kind: 'interrupt' } : undefined
}

/** Undoes escapes and run lengths; undefined if they make no sense or too much. */
function unescaped(body: readonly number[], most: number): string | undefined {
  const text: string[] = []
  for (let i = 0; i < body.length; i++) {
    const byte = body[i]!
    if (byte === ESCAPE || byte === REPEAT) {
      const next = body[++i]
      if (next === undefined) return undefined
      if (byte === ESCAPE) text.push(String.fromCharCode(next ^ ESCAPED))
      else {
        const last = text.at(-1)
        const count = next - REPEAT_BIAS
        if (last === undefined || count < 0 || text.length + count > most) return undefined
        for (let n = 0; n < count; n++) text.push(last)
      }
    } else text.push(String.fromCharCode(byte))
  }
  return text.join('')
}

export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** Undefined unless the text is pairs of hexadecimal digits. */
export function fromHex(text: string): Uint8Array | undefined {
  if (!/^([0-9a-f]{2})*$/i.test(text)) return undefined
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
}

/** A register's value as it goes over the wire: its bytes, lowest first. */
export function registerToHex(value: bigint): string {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, BigInt.asUintN(64, value), true)
  return toHex(bytes)
}

/** Undefined unless the text is one register of at most 8 bytes. */
export function registerFromHex(text: string): bigint | undefined {
  const bytes = fromHex(text)
  if (bytes === undefined || bytes.length === 0 || bytes.length > 8) return undefined
  return bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n)
}
