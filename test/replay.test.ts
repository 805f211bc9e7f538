// Sessions with our kernel, recorded and replayed: a person who types at any time, and HTTP clients of the
// host at the bridge. The replay runs on another engine, in other slices, without a pacer, and alone.

import { Agent, get } from 'node:http'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { image } from '../guest/images.ts'
import { disk, webFile } from '../guest/mkfs.ts'
import { openAttachment } from '../harness/attachment.ts'
import type { MachineSpec, Pacer, Stop } from '../machine/machine.ts'
import { Replay } from '../machine/rv64/replay.ts'
import { Rv64Machine } from '../machine/rv64/rv64.ts'
import type { Recording } from '../machine/rv64/session/recording.ts'
import { readRecording, writeRecording } from '../machine/rv64/session/recording-file.ts'
import { cycles, MiB } from '../machine/units.ts'

const ABOUT = { version: 'test', origin: {} }
const PROMPT = /\$ $/
const PATIENCE = 2_000_000_000

let spec: MachineSpec
beforeAll(async () => {
  spec = {
    firmware: (await image('firmware')).bytes,
    kernel: (await image('kernel')).bytes,
    banks: [{ bytes: 32 * MiB, role: 'original' }],
    disk: await disk(),
    network: true,
    harts: 1,
    profile: 'flat',
  }
})

async function shown(machine: Rv64Machine, text: RegExp): Promise<Stop> {
  return machine.run({ text, deadline: cycles(machine.now() + PATIENCE) })
}

async function replayed(recording: Recording, engine: 'fast' | 'compiler', harts = 1) {
  const again = readRecording(writeRecording(recording))
  const replay = new Replay(again, { ...spec, harts, engine })
  return { end: await replay.run(), said: replay.machine.console.transcript }
}

const LINES = ['ls\n', 'echo hello | wc\n', '\b\b', 'e', '\u0015', 'cat README > x; rm x\n', 'é~']
const typing = fc.record({
  text: fc.constantFrom(...LINES),
  cycles: fc.nat(3_000_000),
  waiting: fc.boolean(),
})

describe('a session with the kernel', () => {
  it('is replayed to the same state, whatever was typed when', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(typing, { minLength: 1, maxLength: 8 }),
        fc.boolean(),
        async (all, compiled) => {
          const waiting: string[] = []
          const idle = async (): Promise<void> => {
            const text = waiting.shift()
            if (text !== undefined) machine.console.type(text)
          }
          const pacer: Pacer = { idle, breathe: async () => {} }
          const [engine, other] = compiled
            ? (['compiler', 'fast'] as const)
            : (['fast', 'compiler'] as const)
          const machine = new Rv64Machine({ ...spec, engine, pacer })
          await shown(machine, PROMPT)
          for (const { text, cycles: length, waiting: later } of all) {
            if (later) waiting.push(text)
            else machine.console.type(text)
            await machine.run({ deadline: cycles(machine.now() + length) })
          }
          const { end, said } = await replayed(machine.recording(ABOUT), other)
          expect(end).toEqual({ kind: 'same' })
          expect(said).toBe(machine.console.transcript)
        },
      ),
      { numRuns: 6 },
    )
  })
})

describe('a session with HTTP clients at the bridge', () => {
  it.each([1, 3])('is replayed to the same state, with %d harts', async (harts) => {
    const outside = openAttachment()
    const machine = new Rv64Machine(
      { ...spec, harts, engine: 'compiler', pacer: outside.pacer },
      { breathe: () => new Promise(setImmediate) },
    )
    await shown(machine, PROMPT)
    machine.console.type('httpd &\n')
    await shown(machine, /httpd: port 80/)
    const port = await outside.expose(machine, 80)
    const over = new AbortController()
    const run = machine.run({
      deadline: cycles(machine.now() + 60_000_000_000),
      signal: over.signal,
    })
    const file = Buffer.from(webFile(102_400))
    const agent = new Agent({ keepAlive: true })
    const answers = await Promise.all([
      fetched(port, '/100k.bin', agent),
      fetched(port, '/100k.bin'),
      fetched(port, '/none'),
      abandoned(port, '/100k.bin'),
    ])
    answers.push(await fetched(port, '/1k.bin', agent))
    machine.console.type('ls\n')
    over.abort()
    expect(await run).toEqual({ kind: 'aborted' })
    const recording = machine.recording(ABOUT)
    agent.destroy()
    await outside.close()

    expect(answers.map(({ length }) => length)).toEqual([
      102_400,
      102_400,
      expect.any(Number),
      0,
      1024,
    ])
    expect(answers[0]?.equals(file)).toBe(true)
    const kinds = new Set(recording.inputs.map(({ kind }) => kind))
    expect([...kinds].sort()).toEqual(['connect', 'console', 'destroy', 'end', 'receive', 'send'])
    for (const engine of ['fast', 'compiler'] as const) {
      expect((await replayed(recording, engine, harts)).end).toEqual({ kind: 'same' })
    }
  })
})

function fetched(port: number, path: string, agent?: Agent): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path, ...(agent ? { agent } : {}) }
    get(options, async (response) => {
      const chunks: Buffer[] = []
      for await (const chunk of response) chunks.push(chunk as Buffer)
      resolve(Buffer.concat(chunks))
    }).on('error', reject)
  })
}

/** Hangs up in the midst of the answer. */
function abandoned(port: number, path: string): Promise<Buffer> {
  return new Promise((resolve) => {
    const request = get({ host: '127.0.0.1', port, path }, (response) => {
      response.once('data', () => request.destroy())
      response.on('error', () => {})
      response.once('close', () => resolve(Buffer.alloc(0)))
    })
    request.on('error', () => resolve(Buffer.alloc(0)))
  })
}
