// httpd and the TCP/IP stack under it, on QEMU, from this host's loopback: what is served, how errors are
// answered, and that nothing a client does harms the next one. The kernel, its drivers and its network
// are the committed images; QEMU's user network is the other end.

import { readFile } from 'node:fs/promises'
import { Agent, get } from 'node:http'
import { type Socket, connect as tcpConnect } from 'node:net'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { QEMU } from '../machine/qemu/version.ts'
import { HANGS_AFTER_MS } from '../test/patience.ts'
import { WEB_FILES, webFile } from './mkfs.ts'
import { hasQemu, QemuGuest } from './qemu-guest.fixture.ts'

const CONCURRENCY = 10

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const isThere = hasQemu()

describe.skipIf(!isThere)(`httpd on QEMU${isThere ? '' : ` (skipped: no ${QEMU})`}`, () => {
  let guest: QemuGuest
  let port: number

  beforeAll(async () => {
    guest = await QemuGuest.boot([80, 8080])
    port = guest.port(80)
    guest.type('httpd &\n')
    await guest.says(/httpd: port 80, root \/www/)
  })
  afterAll(() => guest?.[Symbol.asyncDispose]())

  test.each(Object.entries(WEB_FILES))('%s comes byte for byte', async (name, length) => {
    const { status, body } = await fetched(`/${name}`)
    expect(status).toBe(200)
    expect(Buffer.compare(body, webFile(length))).toBe(0)
  })

  test.each([
    ['/', 'index.html', 'text/html; charset=utf-8'],
    ['/style.css', 'style.css', 'text/css; charset=utf-8'],
    ['/icon.svg?x=1', 'icon.svg', 'image/svg+xml'],
    ['/%69ndex%2Ehtml', 'index.html', 'text/html; charset=utf-8'],
    ['/./index.html', 'index.html', 'text/html; charset=utf-8'],
  ])('%s is %s, as %s', async (path, file, type) => {
    const { status, headers, body } = await fetched(path)
    expect([status, headers['content-type']]).toEqual([200, type])
    expect(body.equals(await readFile(here(`site/${file}`)))).toBe(true)
  })

  test.each([
    ['keep-alive', true],
    ['one request a connection', false],
  ])('300 requests by 10 clients, %s', async (_, keepAlive) => {
    const agent = new Agent({ keepAlive, maxSockets: CONCURRENCY })
    const paths = Object.entries(WEB_FILES)
    const asked = Array.from({ length: 300 }, async (_, n) => {
      const [name, length] = paths[n % paths.length]!
      const { status, body } = await fetched(`/${name}`, agent)
      return status === 200 && Buffer.compare(body, webFile(length)) === 0
    })
    expect((await Promise.all(asked)).filter((good) => good).length).toBe(300)
    agent.destroy()
  })

  test.each([
    ['GET / HTTP/1.1\r\n\r\n', 400],
    ['GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n', 400],
    ['GET / HTTP/1.1\r\nHost : a\r\n\r\n', 400],
    ['GET / HTTP/1.1\r\nHost: a\r\n folded: b\r\n\r\n', 400],
    ['GET / HTTP/1.1\r\nHost: a\0b\r\n\r\n', 400],
    ['GET /\r\n\r\n', 400],
    ['GET index.html HTTP/1.0\r\n\r\n', 400],
    ['GET /%zz HTTP/1.0\r\n\r\n', 400],
    ['GET /a%00b HTTP/1.0\r\n\r\n', 400],
    ['\x80\x81 / HTTP/1.0\r\n\r\n', 400],
    ['GET / HTTP/1.0\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n', 400],
    ['GET / HTTP/1.0\r\nContent-Length: -1\r\n\r\n', 400],
    ['GET / HTTP/1.0\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n', 400],
    ['GET /../README HTTP/1.0\r\n\r\n', 403],
    ['GET /%2e%2e/README HTTP/1.0\r\n\r\n', 403],
    ['GET /a/%2e.%2f..%2fREADME HTTP/1.0\r\n\r\n', 403],
    ['GET /nothing HTTP/1.0\r\n\r\n', 404],
    ['GET /index.html/ HTTP/1.0\r\n\r\n', 404],
    ['GET /index.htmlindex.html HTTP/1.0\r\n\r\n', 404],
    [`GET /${'a/'.repeat(200)} HTTP/1.0\r\n\r\n`, 404],
    ['POST / HTTP/1.0\r\nContent-Length: 3\r\n\r\nabc', 405],
    ['GET / HTTP/1.0\r\nContent-Length: 99999999999999999999\r\n\r\n', 413],
    [`GET /${'a'.repeat(3000)} HTTP/1.0\r\n\r\n`, 414],
    [`GET / HTTP/1.0\r\nX: ${'a'.repeat(3000)}\r\n\r\n`, 431],
    ['BREW / HTTP/1.0\r\n\r\n', 501],
    ['GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n', 501],
    ['GET / HTTP/2.0\r\n\r\n', 505],
    ['GET http://a.example/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n', 200],
    ['\r\n\r\nGET / HTTP/1.0\n\n', 200],
  ])('%j is answered with %i', async (request, status) => {
    expect(statusOf(await answered(request))).toBe(status)
  })

  test.each([
    ['bytes=0-9', 206, [0, 10]],
    ['bytes=1000-', 206, [1000, 1024]],
    ['bytes=-24', 206, [1000, 1024]],
    ['bytes=-5000', 206, [0, 1024]],
    ['bytes=500-9999', 206, [500, 1024]],
    ['bytes=1024-', 416, [0, 0]],
    ['bytes=-0', 416, [0, 0]],
    ['bytes=9-5', 200, [0, 1024]],
    ['bytes=0-1,4-5', 200, [0, 1024]],
    ['lines=0-1', 200, [0, 1024]],
  ] as const)('Range: %s gives %i', async (range, status, [from, to]) => {
    const request = `GET /1k.bin HTTP/1.0\r\nRange: ${range}\r\n\r\n`
    const answer = await answered(request)
    expect(statusOf(answer)).toBe(status)
    expect(bodyOf(answer).equals(Buffer.from(webFile(1024).subarray(from, to)))).toBe(true)
  })

  test('HEAD has the length and no body', async () => {
    const answer = await answered('HEAD /1k.bin HTTP/1.0\r\n\r\n')
    expect(answer.toString('latin1')).toMatch(/^HTTP\/1.1 200 OK\r\n.*Content-Length: 1024\r\n/s)
    expect(bodyOf(answer).length).toBe(0)
  })

  test('requests sent at once are answered in order, however they are cut', async () => {
    const one = 'GET /1k.bin HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody'
    const last = 'GET /nothing HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'
    const answer = await answered(one.repeat(5) + last, { step: 7 })
    const heads = answer.toString('latin1').match(/HTTP\/1.1 \d+/g)
    expect(heads).toEqual([...Array(5).fill('HTTP/1.1 200'), 'HTTP/1.1 404'])
  })

  test('a second server with its own port and root redirects to a directory', async () => {
    guest.type('httpd -p 8080 -r / &\n')
    await guest.says(/port 8080, root \/\r?\n/)
    const second = guest.port(8080)
    const answer = await answered('GET /%77ww?x HTTP/1.0\r\n\r\n', { port: second })
    expect(answer.toString('latin1')).toMatch(/^HTTP\/1.1 301 .*\r\nLocation: \/www\/\r\n/s)
    expect(statusOf(await answered('GET /console HTTP/1.0\r\n\r\n', { port: second }))).toBe(403)
    expect(statusOf(await answered('GET / HTTP/1.0\r\n\r\n', { port: second }))).toBe(403)
  })

  test('wrong options of httpd are told', async () => {
    guest.type('httpd -p 99999\nhttpd -x\nhttpd -r www\n')
    await guest.says(/expected a root of less than/)
    expect(guest.console).toContain('httpd: cannot listen on port 99999')
    expect(guest.console).toContain('usage: httpd [-p port] [-r root]')
  })

  test('random bytes and cut requests do no harm', async () => {
    const random = mulberry32(20_261)
    for (let round = 0; round < 100; round++) await answered(garbage(random), { cutAfter: 10 })
    expect((await fetched('/1k.bin')).body.equals(Buffer.from(webFile(1024)))).toBe(true)
  })

  test('clients that say nothing do not keep others out', async () => {
    const silent = await Promise.all(Array.from({ length: 60 }, () => opened(port)))
    const { status } = await fetched('/1k.bin')
    expect(status).toBe(200)
    for (const socket of silent) socket.destroy()
  })

  test('a client that reads nothing does not keep others out', async () => {
    const socket = await opened(port)
    socket.pause()
    socket.write('GET /100k.bin HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(30))
    const { body } = await fetched('/10k.bin')
    expect(body.equals(Buffer.from(webFile(10_240)))).toBe(true)
    socket.destroy()
  })

  test('half a request is answered with 408', async () => {
    expect(statusOf(await answered('GET / HTTP/1.1\r\nHo'))).toBe(408)
  })

  function fetched(path: string, agent = new Agent()): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const options = { host: '127.0.0.1', port, path, agent, timeout: HANGS_AFTER_MS }
      const request = get(options, (response) => {
        const pieces: Buffer[] = []
        response.on('data', (piece: Buffer) => pieces.push(piece))
        response.on('error', reject)
        response.on('end', () => {
          const { statusCode: status, headers } = response
          resolve({ status, headers, body: Buffer.concat(pieces) })
        })
      })
      request.on('error', reject)
      request.on('timeout', () => request.destroy(new Error(`${path}: no answer`)))
    })
  }

  /** All that comes back for `text` until the server, or the client, closes. */
  async function answered(text: string, manner: Manner = {}): Promise<Buffer> {
    const socket = await opened(manner.port ?? port)
    const pieces: Buffer[] = []
    const bytes = Buffer.from(text, 'latin1')
    const step = manner.step ?? bytes.length
    socket.on('data', (piece) => pieces.push(piece))
    for (let at = 0; at < bytes.length; at += step) socket.write(bytes.subarray(at, at + step))
    if (manner.cutAfter !== undefined) setTimeout(() => socket.destroy(), manner.cutAfter)
    await closed(socket)
    return Buffer.concat(pieces)
  }
})

interface Manner {
  readonly port?: number
  /** Bytes in one write. */
  readonly step?: number
  /** Milliseconds until the client goes away. */
  readonly cutAfter?: number
}

interface Answer {
  readonly status: number | undefined
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Buffer
}

function opened(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = tcpConnect({ host: '127.0.0.1', port }, () => resolve(socket))
    socket.on('error', reject)
  })
}

function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.on('close', () => resolve()))
}

const statusOf = (answer: Buffer): number =>
  Number(/^HTTP\/1\.1 (\d+)/.exec(answer.toString('latin1'))?.[1])

const bodyOf = (answer: Buffer): Buffer => answer.subarray(answer.indexOf('\r\n\r\n') + 4)

/** A request with some of its bytes changed, cut or doubled. */
function garbage(random: () => number): string {
  const whole = `GET /1k.bin HTTP/1.1\r\nHost: a\r\nRange: bytes=0-5\r\nContent-Length: 3\r\n\r\nabc`
  const bytes = Buffer.from(whole.repeat(1 + Math.floor(random() * 3)), 'latin1')
  for (let n = Math.floor(random() * 12); n > 0; n--) {
    bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256)
  }
  return bytes.subarray(0, Math.floor(random() * bytes.length)).toString('latin1')
}

/** Chance by a seed (mulberry32), so that a failure comes again. */
function mulberry32(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}
