import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { LockedError, lock } from './lock.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'mirrorbench-lock-'))
})
afterEach(() => rm(directory, { recursive: true }))

const here = (holder: object): Promise<void> =>
  writeFile(join(directory, 'lock'), JSON.stringify({ host: hostname(), ...holder }))

const elsewhere = process.platform !== 'linux'
const without = elsewhere ? ' (skipped: the states of processes are read from /proc)' : ''
describe.skipIf(elsewhere)(`the lock of a run directory${without}`, () => {
  it('is taken over from a process that has ended and that its parent has not reaped', async () => {
    // The shell becomes a program that never waits for the child that the shell started.
    const env = { ...process.env, NODE: process.execPath, WAIT: 'setTimeout(() => {}, 600000)' }
    const script = '"$NODE" -e "$WAIT" & echo $!; exec "$NODE" -e "$WAIT"'
    const parent = spawn('sh', ['-c', script], { stdio: 'pipe', env })
    try {
      const [said] = await once(parent.stdout, 'data')
      const pid = Number(String(said))
      const self = await readlink('/proc/self/exe')
      await until(async () => (await readlink(`/proc/${parent.pid}/exe`)) === self)
      process.kill(pid, 'SIGKILL')
      await until(async () => /\) Z /.test(await readFile(`/proc/${pid}/stat`, 'utf8')))
      expect(process.kill(pid, 0)).toBe(true)
      await here({ pid })
      await (await lock(directory))()
      expect(await readdir(directory)).toEqual([])
    } finally {
      parent.kill()
    }
  })

  it('is taken over if another process has the number of its holder by now', async () => {
    await here({ pid: process.pid, started: '1' })
    await (await lock(directory))()
  })

  it('is kept by a living holder, by the same number and the same start', async () => {
    const free = await lock(directory)
    const held = JSON.parse(await readFile(join(directory, 'lock'), 'utf8'))
    expect(held).toMatchObject({ pid: process.pid, started: expect.stringMatching(/^\d+$/) })
    await expect(lock(directory)).rejects.toThrow(LockedError)
    await free()
    await here({ pid: process.pid })
    await expect(lock(directory)).rejects.toThrow(`process ${process.pid} holds`)
  })

  it('that is a device is not read, and counts as held', async () => {
    await symlink('/dev/zero', join(directory, 'lock'))
    await expect(lock(directory)).rejects.toThrow('another process holds')
  })
})

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((next) => setTimeout(next, 5))
}
