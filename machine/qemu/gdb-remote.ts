// A client of the gdb remote protocol, for QEMU's stub: run and stop, registers, physical memory.
// Invariant: one request at a time; each is answered, or fails when the connection ends.

import type { Socket } from 'node:net'
import {
  frame,
  fromHex,
  PacketReader,
  registerFromHex,
  registerToHex,
  toHex,
} from '../gdb/packets.ts'
import { QemuError } from './qemu-error.ts'

const INTERRUPT = Uint8Array.of(0x03)
/** QEMU answers reads of up to its PacketSize / 2 bytes. */
const MOST_READ = 0x700
/** x0 to x31 and pc. */
const GENERALS = 33

export class GdbRemote {
  readonly #socket: Socket
  // Replies of QEMU may be longer than what we would accept from a stranger.
  readonly #reader = new PacketReader(1 << 20)
  #waiting: { resolve: (payload: string) => void; reject: (error: Error) => void } | undefined
  /** Resolves when the guest stops; pending while it runs. */
  #stopped: Promise<void> = Promise.resolve()
  #stop: (() => void) | undefined
  #numbers: ReadonlyMap<string, number> | undefined
  #gone = false

  constructor(socket: Socket) {
    this.#socket = socket
    socket.on('data', (bytes: Uint8Array) => this.#heard(bytes))
    socket.once('close', () => this.#closed())
    socket.on('error', () => {}) // `close` follows
  }

  /** Addresses in memory requests are physical from now on. */
  async begin(): Promise<void> {
    const answer = await this.#ask('Qqemu.PhyMemMode:1')
    if (answer !== 'OK') throw new QemuError(`expected physical memory mode, got "${answer}"`)
  }

  /** Lets the guest run. */
  resume(): void {
    if (this.#gone) return
    this.#stopped = new Promise((resolve) => {
      this.#stop = resolve
    })
    this.#socket.write(frame('c'))
  }

  /** Stops the guest; resolves when it stands, or when QEMU is gone. */
  async interrupt(): Promise<void> {
    if (this.#stop !== undefined) this.#socket.write(INTERRUPT)
    await this.#stopped
  }

  /** Makes QEMU take no interrupt in a step from now on, and run no timer meanwhile. */
  async holdInterrupts(): Promise<void> {
    const answer = await this.#ask('Qqemu.sstep=0x7')
    if (answer !== 'OK') throw new QemuError(`expected steps without interrupts, got "${answer}"`)
  }

  /** Executes one instruction; resolves when the guest stands again, or when QEMU is gone. */
  async step(): Promise<void> {
    if (this.#gone) return
    this.#stopped = new Promise((resolve) => {
      this.#stop = resolve
    })
    this.#socket.write(frame('s'))
    await this.#stopped
  }

  /** x0 to x31 and pc, in one request. */
  async generals(): Promise<readonly bigint[]> {
    const bytes = fromHex(await this.#ask('g'))
    if (bytes === undefined || bytes.length < GENERALS * 8) {
      throw new QemuError(`expected ${GENERALS} registers, got ${bytes?.length ?? 0} bytes`)
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset)
    return Array.from({ length: GENERALS }, (_, i) => view.getBigUint64(8 * i, true))
  }

  async setRegister(number: number, value: bigint): Promise<void> {
    await this.names() // QEMU takes registers only from those who have read what it has
    const answer = await this.#ask(`P${number.toString(16)}=${registerToHex(value)}`)
    if (answer !== 'OK') throw new QemuError(`expected register ${number} set, got "${answer}"`)
  }

  /** Physical, as read is. */
  async write(at: number, bytes: Uint8Array): Promise<void> {
    for (let done = 0; done < bytes.length; done += MOST_READ) {
      const part = bytes.subarray(done, done + MOST_READ)
      const place = `${(at + done).toString(16)},${part.length.toString(16)}`
      const answer = await this.#ask(`M${place}:${toHex(part)}`)
      if (answer !== 'OK') throw new QemuError(`expected ${place} written, got "${answer}"`)
    }
  }

  async read(at: number, length: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(length)
    for (let done = 0; done < length; ) {
      const part = Math.min(MOST_READ, length - done)
      const answer = await this.#ask(`m${(at + done).toString(16)},${part.toString(16)}`)
      const got = fromHex(answer)
      if (got?.length !== part) {
        throw new QemuError(`expected ${part} bytes at 0x${at.toString(16)}, got "${answer}"`)
      }
      bytes.set(got, done)
      done += part
    }
    return bytes
  }

  /** Undefined for a register that this hart does not have. */
  async register(name: string): Promise<bigint | undefined> {
    const number = (await this.names()).get(name)
    if (number === undefined) return undefined
    return registerFromHex(await this.#ask(`p${number.toString(16)}`))
  }

  /** Every register of the target description, by name, with its number. */
  async names(): Promise<ReadonlyMap<string, number>> {
    this.#numbers ??= numbersOf(await this.#described('target.xml'))
    return this.#numbers
  }

  /** A document of the target description with everything that it includes. */
  async #described(name: string): Promise<string> {
    let text = ''
    for (let more = true; more; ) {
      const at = text.length.toString(16)
      const answer = await this.#ask(`qXfer:features:read:${name}:${at},700`)
      if (!/^[ml]/.test(answer)) throw new QemuError(`expected ${name}, got "${answer}"`)
      text += answer.slice(1)
      more = answer.startsWith('m')
    }
    const includes = [...text.matchAll(/<xi:include href="([\w.-]+)"\/>/g)]
    for (const [tag, other] of includes) text = text.replace(tag, await this.#described(other!))
    return text
  }

  #ask(payload: string): Promise<string> {
    if (this.#waiting !== undefined) throw new Error('expected one request at a time, got two')
    if (this.#gone) return Promise.reject(gone())
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject }
      this.#socket.write(frame(payload))
    })
  }

  #heard(bytes: Uint8Array): void {
    for (const arrival of this.#reader.read(bytes)) {
      if (arrival.kind !== 'packet') continue
      this.#socket.write('+')
      const { payload } = arrival
      // QEMU 7.2 tells of a stop even if it was not resumed; such news answers no request.
      if (/^[STWX][0-9a-f]{2}/.test(payload)) this.#hasStopped()
      else {
        const waiting = this.#waiting
        this.#waiting = undefined
        waiting?.resolve(payload)
      }
    }
  }

  #hasStopped(): void {
    this.#stop?.()
    this.#stop = undefined
  }

  #closed(): void {
    this.#gone = true
    this.#hasStopped()
    this.#waiting?.reject(gone())
    this.#waiting = undefined
  }
}

const gone = (): QemuError =>
  new QemuError('expected QEMU to answer, got the end of its connection')

/** Numbers registers as gdb counts: a register without a number follows the one before it. */
function numbersOf(description: string): ReadonlyMap<string, number> {
  const numbers = new Map<string, number>()
  let next = 0
  for (const [tag] of description.matchAll(/<reg\s[^>]*>/g)) {
    const name = /\bname="([^"]+)"/.exec(tag)?.[1]
    const number = /\bregnum="(\d+)"/.exec(tag)?.[1]
    if (name === undefined) continue
    if (number !== undefined) next = Number(number)
    numbers.set(name, next++)
  }
  return numbers
}
