// The web from outside: the guest's httpd through its own TCP/IP, virtio-net and the cable, to a client
// in virtual time and to one on the host.

import { afterEach, describe, expect, it } from 'vitest'
import { image } from '../guest/images.ts'
import { disk } from '../guest/mkfs.ts'
import { openBridge } from '../machine/bridge/bridge.ts'
import { HostPacer } from '../machine/bridge/pacer.ts'
import type { Machine, MachineSpec } from '../machine/machine.ts'
import { openMachine } from '../machine/open.ts'
import { cycles, MiB } from '../machine/units.ts'

const SECOND = 1_000_000_000
const cleanups: (() => PromiseLike<void> | void)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

/** A machine whose httpd listens. */
async function serving(change: Partial<MachineSpec> = {}): Promise<Machine> {
  const machine = await openMachine({
    firmware: (await image('firmware')).bytes,
    kernel: (await image('kernel')).bytes,
    banks: [{ bytes: 128 * MiB, role: 'original' }],
    disk: await disk(),
    network: true,
    harts: 1,
    profile: 'flat',
    ...change,
  })
  cleanups.push(() => machine[Symbol.asyncDispose]())
  expect(await shown(machine, /\$ $/)).toBe('text')
  machine.console.type('httpd &\n')
  expect(await shown(machine, /httpd: port 80/)).toBe('text')
  return machine
}

async function shown(machine: Machine, text: RegExp): Promise<string> {
  const stop = await machine.run({ text, deadline: cycles(machine.now() + 10 * SECOND) })
  return stop.kind
}

/** Fetches `path` over a connection of its own, in virtual time. */
async function get(machine: Machine, path: string): Promise<{ status: string; body: Buffer }> {
  const socket = machine.network?.connect(80)
  if (socket === undefined) throw new Error('expected a network')
  const chunks: Uint8Array[] = []
  socket.onProgress = () => {
    chunks.push(socket.receive())
    if (socket.state === 'closing') socket.end()
  }
  socket.send(Buffer.from(`GET ${path} HTTP/1.1\r\nHost: guest\r\nConnection: close\r\n\r\n`))
  const over = (): boolean => socket.state === 'closed' || socket.state === 'failed'
  await machine.run({ when: over, deadline: cycles(machine.now() + 100 * SECOND) })
  expect([socket.state, socket.failure]).toEqual(['closed', undefined])
  const all = Buffer.concat(chunks)
  const end = all.indexOf('\r\n\r\n')
  return { status: all.subarray(9, 12).toString(), body: all.subarray(end + 4) }
}

describe('the web server of the guest', () => {
  it('gives pages in the same cycles each time', async () => {
    const visit = async (): Promise<unknown> => {
      const machine = await serving()
      const page = await get(machine, '/')
      expect(page.status).toBe('200')
      expect(page.body.toString()).toContain('</html>')
      expect((await get(machine, '/nothing')).status).toBe('404')
      return [machine.now(), await machine.digest()]
    }
    expect(await visit()).toEqual(await visit())
  })

  it('gives every byte over a cable that loses frames', async () => {
    const whole = await get(await serving(), '/100k.bin')
    const machine = await serving({ loss: { probability: 0.05, seed: 3 } })
    const again = await get(machine, '/100k.bin')
    expect(again.body.length).toBe(100 * 1024)
    expect(again.body.equals(whole.body)).toBe(true)
    expect((await machine.counters()).events['link-frames-lost']).toBeGreaterThan(0)
  })

  it('refuses a snapshot while a connection is open', async () => {
    const machine = await serving()
    const socket = machine.network?.connect(80)
    await machine.run({ when: () => socket?.state === 'open', deadline: cycles(10 * SECOND) })
    await expect(machine.snapshot()).rejects.toThrow(/no open network connection/)
  })

  it('answers a client on the host through the bridge', async () => {
    const pacer = new HostPacer()
    const machine = await serving({ pacer })
    const bridge = await openBridge(machine.network, pacer, { hostPort: 0, guestPort: 80 })
    const stop = new AbortController()
    const run = machine.run({ deadline: cycles(1000 * SECOND), signal: stop.signal })
    cleanups.push(async () => {
      await bridge.close()
      stop.abort()
      await run
    })
    const url = `http://127.0.0.1:${bridge.port}`
    const pages = await Promise.all(
      ['/', '/1k.bin', '/10k.bin', '/no'].map((path) => fetch(url + path)),
    )
    expect(pages.map((page) => page.status)).toEqual([200, 200, 200, 404])
    const lengths = await Promise.all(
      pages.slice(1, 3).map(async (page) => (await page.arrayBuffer()).byteLength),
    )
    expect(lengths).toEqual([1024, 10 * 1024])
    stop.abort()
    expect((await run).kind).toBe('aborted')
  })
})
