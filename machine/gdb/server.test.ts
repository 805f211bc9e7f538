import { connect, type Socket } from 'node:net'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import type { Stop } from '../machine.ts'
import { Rv64Machine } from '../rv64/rv64.ts'
import { cycles, MiB } from '../units.ts'
import { frame, PacketReader } from './packets.ts'
import { type GdbServer, serveGdb } from './server.ts'

const LOOP = 0x8000_0000
/** addi t0, t0, 1; j -4 */
const CODE = Uint8Array.of(0x93, 0x82, 0x12, 0, 0x6f, 0xf0, 0xdf, 0xff)

/** A client that asks and waits for the answer. */
class Client {
  readonly socket: Socket
  readonly #reader = new PacketReader()
  readonly #answers: string[] = []
  #wanted: ((answer: string | undefined) => void) | undefined

  constructor(port: number) {
    this.socket = connect(port, '127.0.0.1')
    this.socket.on('error', () => {})
    this.socket.on('close', () => this.#wanted?.(undefined))
    this.socket.on('data', (bytes: Buffer) => {
      for (const arrival of this.#reader.read(bytes)) {
        if (arrival.kind === 'packet') this.#answers.push(arrival.payload)
      }
      if (this.#answers.length > 0) this.#wanted?.(this.#answers.shift())
    })
  }

  ask(payload: string): Promise<string | undefined> {
    this.socket.write(frame(payload))
    return this.next()
  }

  next(): Promise<string | undefined> {
    const already = this.#answers.shift()
    if (already !== undefined || this.socket.destroyed) return Promise.resolve(already)
    return new Promise((resolve) => {
      this.#wanted = (answer) => {
        this.#wanted = undefined
        resolve(answer)
      }
    })
  }

  closed(): Promise<void> {
    return new Promise((resolve) => {
      if (this.socket.destroyed) resolve()
      else this.socket.once('close', () => resolve())
    })
  }
}

let server: GdbServer
let over: AbortController
let running: Promise<Stop>

function machineThatLoops(): Rv64Machine {
  const kernel = new Uint8Array(64)
  new DataView(kernel.buffer).setUint32(56, 0x0543_5352, true) // the magic of a Linux image
  new DataView(kernel.buffer).setBigUint64(16, 64n, true)
  const banks = [{ bytes: 4 * MiB, role: 'original' }] as const
  const breathe = () => new Promise<void>((resolve) => setImmediate(resolve))
  const spec = { firmware: CODE, kernel, banks, harts: 1, profile: 'flat' } as const
  return new Rv64Machine(spec, { breathe })
}

/** A machine that loops for ever, served and run. */
async function served(): Promise<Rv64Machine> {
  const machine = machineThatLoops()
  server = await serveGdb(machine.debugger(), 0)
  over = new AbortController()
  running = machine.run({ deadline: cycles(1e15), signal: over.signal })
  return machine
}

afterEach(async () => {
  over.abort()
  await running
  await server.close()
})

describe('the gdb server', () => {
  it('holds the guest at reset for the first client, and lets it go', async () => {
    const machine = await served()
    const client = new Client(server.port)
    expect(await client.ask('?')).toBe('T05thread:1;')
    expect(machine.now()).toBe(0)
    expect(await client.ask(`Z0,${LOOP.toString(16)},4`)).toBe('OK')
    expect(await client.ask('vCont;c')).toBe('T05thread:1;')
    expect(await client.ask('p20')).toBe('0000008000000000')
    expect(await client.ask('s')).toBe('T05thread:1;')
    expect(await client.ask('p5')).toBe('0100008000000000') // the ROM had left its target in t0
    client.socket.destroy()
  })

  it('stops a running guest by Ctrl-C', async () => {
    await served()
    const client = new Client(server.port)
    client.socket.write(frame('c'))
    setTimeout(() => client.socket.write('\x03'), 50)
    expect(await client.next()).toBe('T02thread:1;')
    client.socket.destroy()
  })

  it('takes one client at a time, and the next one after it', async () => {
    const machine = await served()
    const first = new Client(server.port)
    expect(await first.ask('qC')).toBe('QC1')
    const second = new Client(server.port)
    await second.closed()
    expect(await first.ask(`Z0,${LOOP.toString(16)},4`)).toBe('OK')
    expect(await first.ask('D')).toBe('OK')
    await first.closed()
    await expect.poll(() => machine.now()).toBeGreaterThan(1000) // its breakpoint went with it
    const third = new Client(server.port)
    expect(await third.ask('?')).toBe('T05thread:1;')
    third.socket.destroy()
  })

  it('sends an answer again that got lost, and asks for a damaged packet again', async () => {
    await served()
    const client = new Client(server.port)
    expect(await client.ask('qC')).toBe('QC1')
    client.socket.write('-')
    expect(await client.next()).toBe('QC1')
    const raw = new Promise<string>((heard) => client.socket.once('data', (b) => heard(String(b))))
    client.socket.write('$qC#00')
    expect(await raw).toBe('-')
    client.socket.destroy()
  })

  it('outlives noise', async () => {
    await served()
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 3000 }), async (noise) => {
        const client = new Client(server.port)
        client.socket.end(noise)
        client.socket.resume()
        await client.closed()
      }),
      { numRuns: 15 },
    )
    const client = new Client(server.port)
    expect(await client.ask('qC')).toBe('QC1')
    client.socket.destroy()
  })

  it('lets go of a client that asks and never listens, and serves the next', async () => {
    await served()
    const deaf = new Client(server.port)
    deaf.socket.pause()
    const flood = Buffer.concat(Array<Uint8Array>(20_000).fill(frame('g')))
    deaf.socket.write(flood)
    deaf.socket.once('error', () => {}) // a reset, for what was on its way
    const gone = new Promise((closed) => deaf.socket.once('close', closed))
    await expect.poll(() => tryOut()).toBe('QC1')
    deaf.socket.resume()
    await gone
  })

  it('does not wait for a client that does not hang up', async () => {
    await served()
    const silent = connect({ host: '127.0.0.1', port: server.port, allowHalfOpen: true })
    silent.on('error', () => {}).resume()
    await new Promise((ready) => silent.once('connect', ready))
    await server.close()
    silent.destroy()
  })

  it('lets virtual time pass as if nobody were there, whatever is asked', async () => {
    const number = fc.nat({ max: 600 }).map((n) => n.toString(16))
    const place = fc
      .constantFrom(LOOP, LOOP + 4, 0x1000, 0, 0x9000_0000)
      .map((at) => at.toString(16))
    const asked = fc.oneof(
      fc.constantFrom('?', 'g', 'c', 's', 'vCont;c', 'vCont;s', 'qC', 'Hg0', 'D', 'k', 'T1'),
      number.map((n) => `p${n}`),
      fc.tuple(place, number).map(([at, n]) => `m${at},${n}`),
      fc.tuple(fc.constantFrom('Z0', 'z0', 'Z2', 'z2'), place).map(([z, at]) => `${z},${at},4`),
      fc.string().map((text) => `q${text}`),
    )
    const sent = fc.oneof(
      { weight: 8, arbitrary: asked.map((payload) => frame(payload)) },
      { weight: 1, arbitrary: asked.map((payload) => frame(payload).slice(0, -2)) },
      { weight: 1, arbitrary: asked.map((payload) => Buffer.from(`$${payload}#zz`)) },
      {
        weight: 2,
        arbitrary: fc.constantFrom('\x03', '+', '-', '$').map((one) => Buffer.from(one)),
      },
    )
    const machine = await served()
    await fc.assert(
      fc.asyncProperty(fc.array(sent, { maxLength: 40 }), async (pieces) => {
        const client = new Client(server.port)
        for (const piece of pieces) client.socket.write(piece)
        client.socket.end()
        client.socket.resume()
        await client.closed()
      }),
      { numRuns: 25 },
    )
    over.abort()
    await running
    const alone = machineThatLoops()
    await alone.run({ deadline: machine.now() })
    expect([machine.now(), await machine.digest()]).toEqual([alone.now(), await alone.digest()])
    expect(machine.now()).toBeGreaterThan(1000)
  })
})

/** What a new client hears, if it is served at all. */
async function tryOut(): Promise<string | undefined> {
  const client = new Client(server.port)
  const answer = await client.ask('qC')
  client.socket.destroy()
  return answer
}
