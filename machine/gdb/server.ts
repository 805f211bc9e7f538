// The door for gdb: a port of 127.0.0.1, for one client at a time. Invariant: while no client is
// connected the machine stands only if it waits for the first one; when a client goes, so do its breakpoints.

import { createServer, type Socket } from 'node:net'
import type { Debugger } from '../rv64/debug/debugger.ts'
import { frame, PacketReader } from './packets.ts'
import { Session } from './session.ts'

export interface GdbServer {
  readonly port: number
  /** Tells the client that the guest has ended, and closes. */
  close(code?: number): Promise<void>
}

/** A client that sends more than this without waiting for an answer is no gdb. */
const MOST_WAITING = 64
/** And so is one that takes none of its answers. */
const MOST_UNREAD_BYTES = 1 << 20
/** How long the last answer may take; then the connection goes, whether the client lets go or not. */
const FAREWELL_MS = 1000

/** The machine stands from now on, until a client lets it go. */
export async function serveGdb(machine: Debugger, port: number): Promise<GdbServer> {
  let client: Client | undefined
  machine.halt()
  machine.onHalt = (why) => client?.halted(why)
  const server = createServer((socket) => {
    socket.on('error', () => {}) // `close` follows
    if (client !== undefined) {
      socket.destroy()
      return
    }
    client = connect(machine, socket)
    socket.once('close', () => {
      client = undefined
      machine.removeAll()
      machine.resume('continue')
    })
  })
  await new Promise<void>((ready, failed) => {
    server.once('error', failed).listen(port, '127.0.0.1', ready)
  })
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    async close(code = 0) {
      client?.exited(code)
      await new Promise((closed) => server.close(closed))
    },
  }
}

type Client = Pick<Session, 'halted' | 'exited'>

/** Halts the machine; packets wait until it stands. */
function connect(machine: Debugger, socket: Socket): Client {
  socket.setNoDelay(true)
  const reader = new PacketReader()
  let last: Uint8Array | undefined
  const send = (bytes: Uint8Array | string): void => {
    socket.write(bytes)
    if (socket.writableLength > MOST_UNREAD_BYTES) socket.destroy()
  }
  const farewell = (): void => {
    socket.end()
    const timer = setTimeout(() => socket.destroy(), FAREWELL_MS)
    socket.once('close', () => clearTimeout(timer))
  }
  const session = new Session(machine, (payload) => {
    last = frame(payload)
    send(last)
  })
  const waiting: string[] = []
  const handle = (payload: string): void => {
    session.packet(payload)
    if (session.ended) farewell()
  }
  machine.halt()
  socket.on('data', (bytes: Uint8Array) => {
    for (const arrival of reader.read(bytes)) {
      if (socket.destroyed || session.ended) return
      if (arrival.kind === 'interrupt') session.interrupt()
      else if (arrival.kind === 'nak' && last !== undefined) send(last)
      else if (arrival.kind === 'damaged' && session.acknowledges) send('-')
      else if (arrival.kind === 'packet') {
        if (session.acknowledges) send('+')
        if (machine.halted || session.runs) handle(arrival.payload)
        else if (waiting.push(arrival.payload) > MOST_WAITING) socket.destroy()
      }
    }
  })
  return {
    halted(why) {
      session.halted(why)
      for (const payload of waiting.splice(0)) handle(payload)
    },
    exited(code) {
      session.exited(code)
      farewell()
    },
  }
}
