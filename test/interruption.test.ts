// Signals to the process that a user knows, the launcher's, at any moment: exit code 130, and one line that
// says so or what is kept.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const project = dirname(dirname(fileURLToPath(import.meta.url)))
const elsewhere = process.platform !== 'linux'
const without = elsewhere ? ' (skipped: child processes are found in /proc)' : ''

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mirrorbench-signals-'))
})
afterAll(() => rm(folder, { recursive: true }))

interface Started {
  readonly process: ChildProcess
  /** Resolves when stderr has said it. */
  said(text: RegExp): Promise<void>
  ended(): Promise<{ readonly code: number | null; readonly stderr: string }>
}

function started(program: string, ...args: string[]): Started {
  const child = spawn(process.execPath, ['cli/launch.js', program, ...args], {
    cwd: project,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const over = once(child, 'close')
  return {
    process: child,
    async said(text) {
      while (!text.test(stderr)) await once(child.stderr, 'data')
    },
    async ended() {
      const [code] = (await over) as [number | null]
      return { code, stderr }
    },
  }
}

describe.concurrent('a signal', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    '%s to the launcher ends a server',
    async (signal) => {
      const serve = started('cli/main.ts', 'serve', '--port', '0')
      await serve.said(/^http:/m)
      serve.process.kill(signal)
      const { code, stderr } = await serve.ended()
      expect([code, stderr]).toEqual([130, expect.stringMatching(/^http:[^\n]*\n$/)])
    },
  )

  it('twice ends a server that records, and what it recorded is kept', async () => {
    const file = join(folder, 'recording')
    const serve = started('cli/main.ts', 'serve', '--port', '0', '--record', file)
    await serve.said(/^http:/m)
    serve.process.kill('SIGINT')
    serve.process.kill('SIGTERM')
    const { code, stderr } = await serve.ended()
    expect([code, stderr]).toEqual([
      130,
      expect.stringMatching(/^recording: .*recording, 1 inputs/m),
    ])
    expect(await readFile(file, 'utf8')).toMatch(/\{"check":"\w+"\}\n$/)
  })

  it('to the launcher reaches a program that heeds none, and is told by the launcher', async () => {
    const lockstep = started('cli/dev/lockstep.ts', 'none', '--cycles', '100000000000')
    await lockstep.said(/cycle \d+/)
    lockstep.process.kill('SIGTERM')
    const { code, stderr } = await lockstep.ended()
    expect(stderr).toMatch(/mirrorbench: interrupted\n$/)
    expect(code).toBe(130)
  })

  it.skipIf(elsewhere)(`before anything stands is told too${without}`, async () => {
    const out = join(folder, 'early')
    const run = started(
      'cli/main.ts',
      'run',
      '--config',
      'none',
      '--workload',
      'noop',
      '--out',
      out,
    )
    const { pid } = run.process
    const children = () => readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')
    while ((await children()) === '') await new Promise((next) => setTimeout(next, 1))
    run.process.kill('SIGTERM')
    const { code, stderr } = await run.ended()
    expect([code, stderr]).toEqual([130, 'mirrorbench: interrupted\n'])
    expect(await readdir(folder)).not.toContain('early')
  })

  it('to the launcher ends a run, which says what it kept', async () => {
    const out = join(folder, 'run')
    const cells = ['--config', 'none', '--workload', 'commands/ls', '--seeds', '200']
    const run = started('cli/main.ts', 'run', ...cells, '--jobs', '1', '--out', out)
    while (!(await readFile(join(out, 'rows.jsonl'), 'utf8').catch(() => '')).includes('\n')) {
      await new Promise((next) => setTimeout(next, 20))
    }
    run.process.kill('SIGINT')
    const { code, stderr } = await run.ended()
    expect(stderr).toMatch(/^interrupted: \d+ of 200 cells are kept in .*run --resume$/m)
    expect(code).toBe(130)
  })

  it.skipIf(elsewhere)(`to the child alone that kills it is named${without}`, async () => {
    const lockstep = started('cli/dev/lockstep.ts', 'none', '--cycles', '100000000000')
    await lockstep.said(/cycle \d+/)
    const { pid } = lockstep.process
    const child = Number(await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8'))
    process.kill(child, 'SIGKILL')
    const { code, stderr } = await lockstep.ended()
    expect(stderr).toMatch(/mirrorbench: ended by SIGKILL. The system may have run out of memory/)
    expect(code).toBe(137)
  })
})
