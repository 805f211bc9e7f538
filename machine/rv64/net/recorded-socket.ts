// A connection from outside: each thing its user does is written down with its cycle. Invariant: an
// entry's bytes begin with the connection's number, so that a replay knows which one it was.

import type { PeerSocket } from '../../machine.ts'
import type { Clock } from '../clock.ts'
import type { InputLog } from '../input-log.ts'

export class RecordedSocket implements PeerSocket {
  readonly #socket: PeerSocket
  readonly #clock: Clock
  readonly #inputs: InputLog
  readonly #number: number

  constructor(socket: PeerSocket, clock: Clock, inputs: InputLog, number: number, port: number) {
    this.#socket = socket
    this.#clock = clock
    this.#inputs = inputs
    this.#number = number
    this.#record('connect', Uint8Array.of(port >>> 8, port & 0xff))
  }

  get state(): PeerSocket['state'] {
    return this.#socket.state
  }

  get failure(): string | undefined {
    return this.#socket.failure
  }

  get onProgress(): (() => void) | undefined {
    return this.#socket.onProgress
  }

  set onProgress(hear: (() => void) | undefined) {
    this.#socket.onProgress = hear
  }

  send(bytes: Uint8Array): number {
    if (bytes.length > 0) this.#record('send', bytes)
    return this.#socket.send(bytes)
  }

  /** Reading is input too: it opens the window that the guest sees. */
  receive(): Uint8Array {
    const bytes = this.#socket.receive()
    if (bytes.length > 0) this.#record('receive', new Uint8Array(0))
    return bytes
  }

  end(): void {
    this.#record('end', new Uint8Array(0))
    this.#socket.end()
  }

  destroy(): void {
    this.#record('destroy', new Uint8Array(0))
    this.#socket.destroy()
  }

  #record(kind: string, bytes: Uint8Array): void {
    const entry = new Uint8Array(4 + bytes.length)
    new DataView(entry.buffer).setUint32(0, this.#number)
    entry.set(bytes, 4)
    this.#inputs.add(this.#clock.now, kind, entry)
  }
}
