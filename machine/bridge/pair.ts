// Pair: a host socket and the connection to the guest that it is tied to, in both directions, until both
// have ended. Invariant: a pair is over by what this file does, once, and says so at once: never by an event
// of a socket that may not come. After it is over it holds nothing.

import type { Socket } from 'node:net'
import type { PeerSocket } from '../machine.ts'

/** Waiting in either direction at most, and one chunk more. */
const BUFFER_BYTES = 256 * 1024
const NOTHING = new Uint8Array(0)

export interface PairEvents {
  /** Bytes moved, or an end came, from either side. */
  moved(): void
  /** The pair has ended, and its slot is free. */
  over(): void
}

export class Pair {
  readonly #socket: Socket
  readonly #guest: PeerSocket
  readonly #events: PairEvents
  #hostEnded = false
  #isOver = false

  constructor(socket: Socket, guest: PeerSocket, events: PairEvents) {
    this.#socket = socket
    this.#guest = guest
    this.#events = events
    guest.onProgress = () => this.#pump()
    socket.on('drain', () => this.#pump())
    socket.on('data', (bytes) => {
      if (guest.send(bytes) > BUFFER_BYTES) socket.pause()
      events.moved()
    })
    socket.on('end', () => {
      this.#hostEnded = true
      guest.end()
      events.moved()
      this.#pump()
    })
    socket.on('error', () => this.drop())
    socket.on('close', () => this.drop())
  }

  /** Ends both sides, whatever they are at; the host is told by a reset where it can be. */
  drop(): void {
    if (this.#isOver) return
    this.#isOver = true
    const guest = this.#guest
    guest.onProgress = undefined
    if (guest.state !== 'closed' && guest.state !== 'failed') guest.destroy()
    discard(this.#socket)
    this.#events.over()
  }

  /** Passes on what the guest sent, as long as the host reads, and then the guest's end. */
  #pump(): void {
    const [socket, guest] = [this.#socket, this.#guest]
    if (this.#isOver) return
    if (guest.state === 'failed') {
      this.drop()
      return
    }
    if (socket.isPaused() && guest.send(NOTHING) <= BUFFER_BYTES / 2) socket.resume()
    if (socket.writableEnded || socket.writableLength > BUFFER_BYTES) return
    const bytes = guest.receive()
    if (bytes.length > 0) {
      socket.write(bytes)
      this.#events.moved()
    }
    // Before the host ends, `closing` means that the guest has ended; afterwards `closed` does.
    const guestEnded = guest.state === 'closed' || (!this.#hostEnded && guest.state === 'closing')
    if (guestEnded) socket.end()
  }
}

/**
 * Closes a host socket at once, by a reset where the system gives one. Once its end is on the way, or bytes
 * wait, a reset would wait for them or be refused (EINVAL), and the socket never close. Should it not close
 * nevertheless, it keeps no process from ending.
 */
export function discard(socket: Socket): void {
  if (!socket.listenerCount('error')) socket.on('error', () => {})
  socket.unref()
  if (socket.writableEnded || socket.writableLength > 0) socket.destroy()
  else socket.resetAndDestroy()
}
