// A worker whose parent is gone, as after `kill -9` of a run, at the moments at which it may notice.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { HANGS_AFTER_MS } from '../test/patience.ts'
import { cellPlan } from './cell-plan.fixture.ts'
import type { WorkerSettings } from './worker.ts'

const WORKER = fileURLToPath(new URL('./worker.ts', import.meta.url))
const SETTINGS: WorkerSettings = { run: 'r', hostLimit: HANGS_AFTER_MS }
const PLAN = cellPlan()

/** Gives its worker cells and, if it is to, dies at once, without closing the channel in an orderly way. */
const PARENT = `
  const [worker, settings, plans, first, dies] = process.argv.slice(1)
  const child = require('node:child_process').fork(worker, [settings], {
    execArgv: ['--disable-warning=ExperimentalWarning', '--import', first],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const given = JSON.parse(plans).map((plan) => new Promise((sent) => child.send(plan, sent)))
  Promise.all(given).then(() => {
    if (dies === 'at once') process.kill(process.pid, 'SIGKILL')
  })
`
/** What the worker runs first: its parent dies when an answer is ready, and no event tells before it is sent. */
const KILLS_WHEN_IT_ANSWERS = `
  const send = process.send.bind(process)
  process.send = (...words) => {
    const parent = process.ppid
    process.kill(parent, 'SIGKILL')
    const never = new Int32Array(new SharedArrayBuffer(4))
    while (process.ppid === parent) Atomics.wait(never, 0, 0, 5)
    return send(...words)
  }
`
const NOTHING = ''

it.each([
  ['before it has work', 0, 'at once', NOTHING],
  ['while it has work', 2, 'at once', NOTHING],
  ['while it answers', 2, 'later', KILLS_WHEN_IT_ANSWERS],
])('a worker whose parent is killed %s ends without a word', async (_, cells, dies, first) => {
  const plans = JSON.stringify(Array.from({ length: cells }, () => PLAN))
  const module = `data:text/javascript,${encodeURIComponent(first)}`
  const parent = spawn(
    process.execPath,
    ['-e', PARENT, WORKER, JSON.stringify(SETTINGS), plans, module, dies],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  let stderr = ''
  parent.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  // The worker writes to the same pipe, which closes when both are gone.
  const [, signal] = await once(parent, 'close')
  expect([signal, stderr]).toEqual(['SIGKILL', ''])
})
