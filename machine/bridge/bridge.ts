// The bridge: host sockets on 127.0.0.1 become connections to the guest. Invariant: it listens on the
// loopback interface only; the pairs are in order of their last sign of life, the longest silent first, and
// that one gives its place to a newcomer.

import { createServer, type Server } from 'node:net'
import { UserError } from '../../errors/user-error.ts'
import type { Network, PeerSocket } from '../machine.ts'
import type { HostPacer } from './pacer.ts'
import { discard, Pair } from './pair.ts'

export interface BridgeOptions {
  /** 0: any free port. */
  readonly hostPort: number
  readonly guestPort: number
  /** Connections at once. For one more the longest silent goes; while none is silent, it is turned away. */
  readonly connections?: number
}

export interface Bridge {
  /** The host port that it listens on. */
  readonly port: number
  /** Connections now, and those turned away so far. */
  readonly open: number
  readonly refused: number
  /** Closes all connections and the port, within a bounded time. */
  close(): Promise<void>
}

/** The port cannot be had. */
export class BridgeError extends UserError {
  override readonly name = 'BridgeError'
}

const LOOPBACK = '127.0.0.1'
const USUAL_CONNECTIONS = 256
/** A connection that moved anything so short a time ago need not go. */
const SILENCE_MS = 100
/** The port is free as soon as the server closes; its end waits so long for sockets, not for ever. */
const CLOSING_MS = 1000

/** Listens on the host; a client that connects is attached to the pacer, and talks to the guest. */
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
  /** The host time of each pair's last sign of life. */
  const pairs = new Map<Pair, number>()
  const most = options.connections ?? USUAL_CONNECTIONS
  let refused = 0
  const hasRoom = (): boolean => {
    const [longest] = pairs
    if (pairs.size >= most && longest !== undefined) {
      const [pair, movedAt] = longest
      if (performance.now() - movedAt >= SILENCE_MS) pair.drop()
    }
    return pairs.size < most
  }
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    const guest = hasRoom() ? open(network, guestPort) : undefined
    if (guest === undefined) {
      refused++
      discard(socket)
      return
    }
    const moved = (): void => {
      pairs.delete(pair)
      pairs.set(pair, performance.now())
      pacer.wake()
    }
    const over = (): void => {
      pairs.delete(pair)
      pacer.wake()
    }
    const pair = new Pair(socket, guest, { moved, over })
    moved()
  })
  await listen(server, hostPort)
  const leave = pacer.attach()
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : hostPort,
    get open() {
      return pairs.size
    },
    get refused() {
      return refused
    },
    async close() {
      leave()
      for (const pair of [...pairs.keys()]) pair.drop()
      await closed(server)
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

/** Stops listening. Sockets that have not closed by the end, though told to, are left to themselves. */
function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const giveUp = setTimeout(resolve, CLOSING_MS)
    server.close(() => {
      clearTimeout(giveUp)
      resolve()
    })
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

/** Undefined if the peer has no room for another connection. */
function open(network: Network, port: number): PeerSocket | undefined {
  try {
    return network.connect(port, 'outside')
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}
