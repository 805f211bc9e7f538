// A connection from outside: each thing its user does passes the input gate. Invariants: an entry's bytes
// begin with the connection's number, so that a replay knows which one it was; the user is told of
// progress only when the machine has done all that is due, never in the middle of an event.

import type { PeerSocket } from '../../machine.ts'
import type { InputGate } from './input-gate.ts'
import type { InputKind } from './input-log.ts'

const NUMBER_BYTES = 4
const NOTHING = new Uint8Array(0)

export class RecordedSocket implements PeerSocket {
  onProgress: (() => void) | undefined
  readonly #socket: PeerSocket
  readonly #gate: InputGate
  readonly #number: number

  private constructor(socket: PeerSocket, gate: InputGate, number: number) {
    this.#socket = socket
    this.#gate = gate
    this.#number = number
    socket.onProgress = () => this.#tell()
  }

  static connect(gate: InputGate, port: number, open: () => PeerSocket): RecordedSocket {
    const number = gate.log.connections + 1
    const bytes = entryOf(number, Uint8Array.of(port >>> 8, port & 0xff))
    return new RecordedSocket(gate.enter('connect', bytes, open), gate, number)
  }

  get state(): PeerSocket['state'] {
    return this.#socket.state
  }

  get failure(): string | undefined {
    return this.#socket.failure
  }

  /** Sending nothing is a question, not input. */
  send(bytes: Uint8Array): number {
    if (bytes.length === 0) return this.#socket.send(bytes)
    return this.#enter('send', bytes, () => this.#socket.send(bytes))
  }

  /**
   * Reading is input too: it opens the window that the guest sees. Where there is nothing to read it has
   * no effect, for the last reading opened the window as far as it goes.
   */
  receive(): Uint8Array {
    this.#gate.settle()
    const bytes = this.#socket.receive()
    if (bytes.length > 0) this.#enter('receive', NOTHING, () => {})
    return bytes
  }

  end(): void {
    this.#enter('end', NOTHING, () => this.#socket.end())
  }

  destroy(): void {
    this.#enter('destroy', NOTHING, () => this.#socket.destroy())
  }

  #enter<T>(kind: InputKind, bytes: Uint8Array, act: () => T): T {
    return this.#gate.enter(kind, entryOf(this.#number, bytes), act)
  }

  /** A connection that failed, as in a restore, concerns the machine no more: its user hears at leisure. */
  #tell(): void {
    if (this.onProgress === undefined) return
    const hear = (): void => this.onProgress?.()
    if (this.state === 'failed') queueMicrotask(hear)
    else this.#gate.tell(`connection-${String(this.#number).padStart(8, '0')}`, hear)
  }
}

function entryOf(number: number, bytes: Uint8Array): Uint8Array {
  const entry = new Uint8Array(NUMBER_BYTES + bytes.length)
  new DataView(entry.buffer).setUint32(0, number)
  entry.set(bytes, NUMBER_BYTES)
  return entry
}

/** What an entry of a connection says; undefined if it is too short to say anything. */
export function readEntry(entry: Uint8Array): { number: number; bytes: Uint8Array } | undefined {
  if (entry.length < NUMBER_BYTES) return undefined
  const number = new DataView(entry.buffer, entry.byteOffset).getUint32(0)
  return { number, bytes: entry.subarray(NUMBER_BYTES) }
}
