// The bridge: host sockets on 127.0.0.1 become connections to the guest. Invariant: it listens on the
// loopback interface only, and no connection keeps more than BUFFER_BYTES waiting in either direction.

import { createServer, type Server, type Socket } from 'node:net'
import { UserError } from '../../errors/user-error.ts'
import type { Network, PeerSocket } from '../machine.ts'
import type { HostPacer } from './pacer.ts'

export interface BridgeOptions {
  /** 0: any free port. */
  readonly hostPort: number
  readonly guestPort: number
  /** Connections at once; more are closed as they come. */
  readonly connections?: number
}

export interface Bridge {
  /** The host port that it listens on. */
  readonly port: number
  /** Connections now, and those turned away so far. */
  readonly open: number
  readonly refused: number
  /** Closes all connections and the port. */
  close(): Promise<void>
}

/** The port cannot be had. */
export class BridgeError extends UserError {
  override readonly name = 'BridgeError'
}

const LOOPBACK = '127.0.0.1'
const USUAL_CONNECTIONS = 256
const BUFFER_BYTES = 256 * 1024

/** Listens on the host; whoever connects is attached to the pacer, and talks to the guest. */
export async function openBridge(
  network: Network | undefined,
  pacer: HostPacer,
  options: BridgeOptions,
): Promise<Bridge> {
  if (network === undefined) {
    throw new BridgeError('expected a machine with a network card, got none. Set network: true')
  }
  const { hostPort, guestPort } = options
  checkPort('host', hostPort, 0)
  checkPort('guest', guestPort, 1)
  const sockets = new Set<Socket>()
  const most = options.connections ?? USUAL_CONNECTIONS
  let refused = 0
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    if (sockets.size >= most) {
      refused++
      socket.on('error', () => {})
      socket.resetAndDestroy()
      return
    }
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    join(socket, network, pacer, guestPort)
  })
  await listen(server, hostPort)
  const leave = pacer.attach()
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : hostPort,
    get open() {
      return sockets.size
    },
    get refused() {
      return refused
    },
    async close() {
      leave()
      for (const socket of sockets) socket.destroy()
      await new Promise<void>((resolve) => {
        server.close(() => resolve())
      })
    },
  }
}

function checkPort(whose: string, port: number, least: number): void {
  if (Number.isInteger(port) && port >= least && port <= 65_535) return
  throw new BridgeError(`expected a ${whose} port from ${least} to 65535, got ${port}`)
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(error, port)))
    server.listen({ host: LOOPBACK, port }, resolve)
  })
}

function listenError(error: NodeJS.ErrnoException, port: number): BridgeError {
  if (error.code === 'EADDRINUSE') {
    const todo = 'End the program that has it, or choose another (0: any free one)'
    return new BridgeError(`expected port ${port} of ${LOOPBACK} free, got in use. ${todo}`)
  }
  const todo = 'Choose one from 1024 to 65535, or 0 for any free one'
  const got = error.code ?? error.message
  return new BridgeError(`expected to listen on port ${port} of ${LOOPBACK}, got ${got}. ${todo}`, {
    cause: error,
  })
}

/** Ties a host socket to a new connection to the guest, in both directions, until both have ended. */
function join(socket: Socket, network: Network, pacer: HostPacer, guestPort: number): void {
  const guest = open(network, guestPort)
  if (guest === undefined) {
    socket.on('error', () => {})
    socket.resetAndDestroy()
    return
  }
  let hostEnded = false
  const pump = (): void => {
    toHost(guest, socket, hostEnded)
    if (socket.isPaused() && guest.send(NOTHING) <= BUFFER_BYTES / 2) socket.resume()
  }
  guest.onProgress = pump
  socket.on('drain', pump)
  socket.on('data', (bytes) => {
    if (guest.send(bytes) > BUFFER_BYTES) socket.pause()
    pacer.wake()
  })
  socket.on('end', () => {
    hostEnded = true
    guest.end()
    pacer.wake()
  })
  socket.on('error', () => {}) // `close` follows
  socket.on('close', () => {
    guest.onProgress = undefined
    if (guest.state !== 'closed' && guest.state !== 'failed') guest.destroy()
    pacer.wake()
  })
  pacer.wake()
}

const NOTHING = new Uint8Array(0)

/** Undefined if the peer has no room for another connection. */
function open(network: Network, port: number): PeerSocket | undefined {
  try {
    return network.connect(port, 'outside')
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/** Passes on what the guest sent, as long as the host reads, and then the guest's end. */
function toHost(guest: PeerSocket, socket: Socket, hostEnded: boolean): void {
  if (socket.destroyed) return
  if (guest.state === 'failed') {
    socket.resetAndDestroy()
    return
  }
  if (socket.writableEnded || socket.writableLength > BUFFER_BYTES) return
  const bytes = guest.receive()
  if (bytes.length > 0) socket.write(bytes)
  // Before we end, `closing` means that the guest has ended; afterwards `closed` does.
  const guestEnded = guest.state === 'closed' || (!hostEnded && guest.state === 'closing')
  if (guestEnded) socket.end()
}
