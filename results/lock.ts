// The lock of a run directory. Invariant: at most one living process writes a run; the lock of a dead one is
// taken over, by renaming it first so that only one of two finders gets it. Dead is also a process whose
// parent has not reaped it, and one whose number another process has by now.

import { randomUUID } from 'node:crypto'
import { link, readFile, rename, unlink, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { readBytes } from './run-file.ts'
import { codeOf } from './store-error.ts'

interface Holder {
  readonly pid: number
  readonly host: string
  /** When it started, in the kernel's ticks since boot; only where the system tells. */
  readonly started?: string
}

/** Larger files than this are no locks. */
const LOCK_BYTES = 4096

export class LockedError extends Error {
  override readonly name = 'LockedError'
}

/** Takes the lock; resolves to the way to give it back. Throws LockedError if another process holds it. */
export async function lock(directory: string): Promise<() => Promise<void>> {
  const path = join(directory, 'lock')
  const mine = join(directory, `lock.${randomUUID()}`)
  await writeFile(mine, JSON.stringify(await self()), { flag: 'wx' })
  try {
    if (!(await tryLink(mine, path))) {
      await removeStale(path)
      if (!(await tryLink(mine, path))) throw lockedBy(path, await holderOf(path))
    }
  } finally {
    await unlink(mine)
  }
  return () => unlink(path).catch(ignoreMissing)
}

/** Two links of one file: creating the second is atomic and fails if the name is taken. */
async function tryLink(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to)
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  }
}

/** Removes a dead holder's lock; throws LockedError if the holder lives or cannot be told. */
async function removeStale(path: string): Promise<void> {
  const holder = await holderOf(path)
  if (!(await isDead(holder))) throw lockedBy(path, holder)
  const aside = `${path}.${randomUUID()}`
  await rename(path, aside).catch(ignoreMissing)
  const taken = await holderOf(aside)
  if (taken !== undefined && !(await isDead(taken))) await tryLink(aside, path)
  await unlink(aside).catch(ignoreMissing)
}

async function self(): Promise<Holder> {
  const started = (await processStat(process.pid))?.started
  return { pid: process.pid, host: hostname(), ...(started === undefined ? {} : { started }) }
}

async function holderOf(path: string): Promise<Holder | undefined> {
  try {
    const bytes = await readBytes(path, LOCK_BYTES)
    const { pid, host, started } = JSON.parse(new TextDecoder().decode(bytes))
    if (!Number.isSafeInteger(pid) || pid <= 0) return undefined
    return { pid, host: String(host), ...(typeof started === 'string' ? { started } : {}) }
  } catch {
    return undefined
  }
}

async function isDead(holder: Holder | undefined): Promise<boolean> {
  if (holder === undefined || holder.host !== hostname()) return false
  try {
    process.kill(holder.pid, 0)
  } catch (error) {
    return codeOf(error) === 'ESRCH'
  }
  const stat = await processStat(holder.pid)
  if (stat === undefined) return false
  return UNREAPED.has(stat.state) || (holder.started ?? stat.started) !== stat.started
}

/** Zombie; dead (proc(5), `stat`). */
const UNREAPED: ReadonlySet<string> = new Set(['Z', 'X'])
/** `state` is field 3 of the file, `starttime` is field 22; the name before them may hold anything. */
const STARTED = 22 - 3

/** What Linux tells of a process; undefined elsewhere, and where it does not tell. */
async function processStat(pid: number): Promise<{ state: string; started: string } | undefined> {
  try {
    const text = await readFile(`/proc/${pid}/stat`, 'utf8')
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    const [state, started] = [fields[0], fields[STARTED]]
    return state === undefined || started === undefined ? undefined : { state, started }
  } catch {
    return undefined
  }
}

function lockedBy(path: string, holder: Holder | undefined): LockedError {
  const who = holder === undefined ? 'another process' : `process ${holder.pid}`
  return new LockedError(
    `expected a run that no process writes, got one that ${who} holds. Wait for it, or remove ${path} if it has ended`,
  )
}

function ignoreMissing(error: unknown): void {
  if (codeOf(error) !== 'ENOENT') throw error
}
