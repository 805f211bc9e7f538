import { describe, expect, it } from 'vitest'
import type { PeerSocket } from '../machine/machine.ts'
import { cycles } from '../machine/units.ts'
import { HttpClient, type Response } from './http-client.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const text = (data: Uint8Array): string => new TextDecoder().decode(data)

/** A server that answers each request with what `answer` says, in pieces of `piece` bytes. */
function serverWith(answer: (request: string) => string, piece = 7) {
  let now = 0
  const opened: PeerSocket[] = []
  const work: (() => void)[] = []
  const connect = (): PeerSocket => {
    let inbox: Uint8Array[] = []
    const socket = {
      state: 'connecting' as PeerSocket['state'],
      failure: undefined,
      onProgress: undefined as (() => void) | undefined,
      send: (data: Uint8Array) => {
        const whole = bytes(answer(text(data)))
        for (let at = 0; at < whole.length; at += piece) {
          work.push(() => {
            inbox.push(whole.subarray(at, at + piece))
            socket.onProgress?.()
          })
        }
        work.push(() => {
          if (!whole.length || text(whole).includes('Connection: close')) {
            socket.state = 'closing'
            socket.onProgress?.()
          }
        })
        return data.length
      },
      receive: () => {
        const all = bytes(inbox.map(text).join(''))
        inbox = []
        return all
      },
      end: () => {
        socket.state = 'closed'
      },
      destroy: () => {
        socket.state = 'closed'
      },
    }
    opened.push(socket)
    work.push(() => {
      socket.state = 'open'
      socket.onProgress?.()
    })
    return socket
  }
  const run = (): void => {
    for (let job = work.shift(); job !== undefined; job = work.shift()) {
      now += 10
      job()
    }
  }
  return { server: { connect, now: () => cycles(now) }, opened, run }
}

function fetchMany(answer: (request: string) => string, keepAlive: boolean, times: number) {
  const { server, opened, run } = serverWith(answer)
  const responses: Response[] = []
  const client = new HttpClient(server, '/1k.bin', keepAlive, (response) => {
    responses.push(response)
    return responses.length < times
  })
  client.start()
  run()
  return { responses, opened, client }
}

const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Odd : y\r\n\r\nhello'

describe('HttpClient', () => {
  it('keeps one connection for all requests', () => {
    const { responses, opened } = fetchMany(() => ok, true, 3)
    expect(responses.map(({ status, body }) => [status, text(body)])).toEqual(
      Array(3).fill([200, 'hello']),
    )
    expect(opened).toHaveLength(1)
    expect(opened[0]?.state).toBe('closed')
  })

  it('opens a connection for each request without keep-alive', () => {
    const { responses, opened } = fetchMany(() => ok, false, 3)
    expect(responses).toHaveLength(3)
    expect(opened).toHaveLength(3)
  })

  it('opens a new connection if the server closes', () => {
    const closing = ok.replace('X-Odd : y', 'Connection: close')
    expect(fetchMany(() => closing, true, 2).opened).toHaveLength(2)
  })

  it('asks as HTTP/1.1 wants it', () => {
    let asked = ''
    fetchMany(
      (request) => {
        asked = request
        return ok
      },
      true,
      1,
    )
    expect(asked).toBe('GET /1k.bin HTTP/1.1\r\nHost: 10.0.2.15\r\nConnection: keep-alive\r\n\r\n')
  })

  it('counts the latency from the wish to the last byte', () => {
    const [first] = fetchMany(() => ok, true, 1).responses
    // One step to connect, then one for each piece of seven bytes.
    expect(first?.latency).toBe(10 * (1 + Math.ceil(ok.length / 7)))
  })

  it.each([
    ['garbage', 'SSH-2.0-hello\r\n\r\n', /expected a status line/],
    ['no length', 'HTTP/1.1 200 OK\r\n\r\nhello', /expected Content-Length/],
    ['too much', `${ok}!`, /1 bytes too many/],
    ['an early end', '', /closed the connection/],
    ['a header without end', 'HTTP/1.1 200 OK\r\n'.padEnd(20_000, 'x'), /does not end/],
  ])('fails, and does not throw, on %s', (_, answer, why) => {
    const { client, responses } = fetchMany(() => answer, true, 1)
    expect(client.failure).toMatch(why)
    expect(responses).toEqual([])
  })
})
