// serve from outside: what it says, where, and what it passes on of the guest's console.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const project = dirname(dirname(fileURLToPath(import.meta.url)))

/** Serves until a file has been fetched, and then ends it by a signal. */
async function served(...args: string[]) {
  const child = spawn(process.execPath, ['cli/launch.js', 'cli/main.ts', 'serve', ...args], {
    cwd: project,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const heard = { stdout: '', stderr: '' }
  for (const from of ['stdout', 'stderr'] as const) {
    child[from].setEncoding('utf8').on('data', (text: string) => {
      heard[from] += text
    })
  }
  const over = once(child, 'close')
  let url: string | undefined
  while (url === undefined) {
    await Promise.race([once(child.stderr, 'data'), over])
    if (child.exitCode !== null) throw new Error(`expected a server, got ${heard.stderr}`)
    url = /^(http:\S+) /m.exec(heard.stderr)?.[1]
  }
  const { status } = await fetch(new URL('/1k.bin', url))
  child.kill('SIGTERM')
  await over
  return { status, ...heard }
}

test.each([
  ['none', 'in-order'],
  ['none', 'flat'],
  ['memvisor', 'in-order'],
])(
  'serve of %s under %s says where it serves, and passes on nothing that the guest said at the start',
  async (config, profile) => {
    const { status, stdout, stderr } = await served(
      ...['--port', '0', '--config', config, '--profile', profile],
    )
    expect(status).toBe(200)
    expect(stdout).toBe('')
    expect(stderr).toMatch(new RegExp(`^http://127\\.0\\.0\\.1:\\d+/ \\(config ${config}\\)\\n$`))
  },
)
