// HttpClient: HTTP/1.1 over the peer's sockets, in virtual time. Invariant: one request at a time on a
// connection; whatever a server answers, the client ends with a response or a failure, never a throw
// inside the machine.

import type { PeerSocket } from '../machine/machine.ts'
import type { Cycles } from '../machine/units.ts'

export interface Response {
  readonly status: number
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>
  readonly body: Uint8Array
  /** Cycles from the moment the client wanted it (connection included) to the last byte. */
  readonly latency: number
}

export interface Server {
  connect(): PeerSocket
  now(): Cycles
}

/** A header block longer than this is no answer. */
const MOST_HEADER_BYTES = 16_384
const END_OF_HEADERS = '\r\n\r\n'

export class HttpClient {
  /** Why the client gave up, if it has. */
  failure: string | undefined
  readonly #server: Server
  readonly #path: string
  readonly #keepAlive: boolean
  readonly #onResponse: (response: Response) => boolean
  #socket: PeerSocket | undefined
  #answer = new HttpAnswer()
  #wanted: Cycles
  #sent = false

  /** Fetches `path` again and again until `onResponse` answers false. */
  constructor(
    server: Server,
    path: string,
    keepAlive: boolean,
    onResponse: (response: Response) => boolean,
  ) {
    this.#server = server
    this.#path = path
    this.#keepAlive = keepAlive
    this.#onResponse = onResponse
    this.#wanted = server.now()
  }

  start(): void {
    this.#wanted = this.#server.now()
    this.#sent = false
    this.#answer = new HttpAnswer()
    if (this.#socket === undefined) {
      this.#socket = this.#server.connect()
      this.#socket.onProgress = () => this.#progress()
    }
    this.#progress()
  }

  #progress(): void {
    const socket = this.#socket
    if (socket === undefined || this.failure !== undefined) return
    if (socket.state === 'connecting') return
    if (!this.#sent && socket.state === 'open') {
      this.#sent = true
      socket.send(this.#request())
    }
    const arrived = socket.receive()
    const answer = arrived.length > 0 ? this.#answer.add(arrived) : undefined
    if (typeof answer === 'string') this.#fail(answer)
    else if (answer !== undefined) this.#answered(answer)
    else if (socket.state !== 'open') {
      this.#fail(socket.failure ?? 'the server closed the connection before its answer was whole')
    }
  }

  #answered(answer: Omit<Response, 'latency'>): void {
    const latency = this.#server.now() - this.#wanted
    const goOn = this.#onResponse({ ...answer, latency })
    const stays = this.#keepAlive && answer.headers.get('connection')?.toLowerCase() !== 'close'
    if (!stays || !goOn) this.#hangUp()
    if (goOn) this.start()
  }

  #hangUp(): void {
    if (this.#socket !== undefined) {
      this.#socket.onProgress = undefined
      this.#socket.end()
    }
    this.#socket = undefined
  }

  #fail(why: string): void {
    this.failure = why
    this.#socket?.destroy()
    this.#socket = undefined
  }

  #request(): Uint8Array {
    const connection = this.#keepAlive ? 'keep-alive' : 'close'
    const lines = [`GET ${this.#path} HTTP/1.1`, 'Host: 10.0.2.15', `Connection: ${connection}`]
    return new TextEncoder().encode(`${lines.join('\r\n')}${END_OF_HEADERS}`)
  }
}

/** An answer as it comes in. Its header is read once, however many pieces the body has. */
class HttpAnswer {
  readonly #pieces: Uint8Array[] = []
  #size = 0
  #head: Head | undefined

  /** The whole response; undefined if more must come; a text if it is no response. */
  add(piece: Uint8Array): Omit<Response, 'latency'> | string | undefined {
    this.#pieces.push(piece)
    this.#size += piece.length
    if (this.#head === undefined) {
      const head = headOf(joined(this.#pieces, MOST_HEADER_BYTES))
      if (head === undefined || typeof head === 'string') return head
      this.#head = head
    }
    const { status, headers, bodyAt, length } = this.#head
    const missing = bodyAt + length - this.#size
    if (missing > 0) return undefined
    if (missing < 0) return `${-missing} bytes too many after the body`
    return { status, headers, body: joined(this.#pieces, this.#size).slice(bodyAt) }
  }
}

interface Head {
  readonly status: number
  readonly headers: ReadonlyMap<string, string>
  readonly bodyAt: number
  readonly length: number
}

function headOf(bytes: Uint8Array): Head | string | undefined {
  const text = new TextDecoder('latin1').decode(bytes)
  const end = text.indexOf(END_OF_HEADERS)
  if (end < 0) {
    return text.length >= MOST_HEADER_BYTES ? 'the header of the answer does not end' : undefined
  }
  const [start = '', ...lines] = text.slice(0, end).split('\r\n')
  const status = /^HTTP\/1\.[01] (\d{3})/.exec(start)?.[1]
  if (status === undefined) return `expected a status line, got ${JSON.stringify(start)}`
  const headers = new Map(lines.map(headerOf))
  const length = Number(headers.get('content-length') ?? Number.NaN)
  if (!Number.isSafeInteger(length)) return 'expected Content-Length in the answer, got none'
  return { status: Number(status), headers, bodyAt: end + END_OF_HEADERS.length, length }
}

function headerOf(line: string): [string, string] {
  const colon = line.indexOf(':')
  if (colon < 0) return [line.toLowerCase(), '']
  return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()]
}

/** The first `most` bytes of the pieces in one. */
function joined(pieces: readonly Uint8Array[], most: number): Uint8Array {
  const size = pieces.reduce((sum, piece) => sum + piece.length, 0)
  const all = new Uint8Array(Math.min(size, most))
  let at = 0
  for (const piece of pieces) {
    if (at >= all.length) break
    const part = piece.subarray(0, all.length - at)
    all.set(part, at)
    at += part.length
  }
  return all
}
