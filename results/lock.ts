// The lock of a run directory. Invariant: at most one living process writes a run; the lock of a
// dead one is taken over, by renaming it first so that only one of two finders gets it.

import { randomUUID } from 'node:crypto'
import { link, readFile, rename, unlink, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'

interface Holder {
  readonly pid: number
  readonly host: string
}

export class LockedError extends Error {
  override readonly name = 'LockedError'
}

/** Takes the lock; resolves to the way to give it back. Throws LockedError if somebody holds it. */
export async function lock(directory: string): Promise<() => Promise<void>> {
  const path = join(directory, 'lock')
  const mine = join(directory, `lock.${randomUUID()}`)
  await writeFile(mine, JSON.stringify({ pid: process.pid, host: hostname() }), { flag: 'wx' })
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
  if (!isDead(holder)) throw lockedBy(path, holder)
  const aside = `${path}.${randomUUID()}`
  await rename(path, aside).catch(ignoreMissing)
  const taken = await holderOf(aside)
  if (taken !== undefined && !isDead(taken)) await tryLink(aside, path)
  await unlink(aside).catch(ignoreMissing)
}

async function holderOf(path: string): Promise<Holder | undefined> {
  try {
    const { pid, host } = JSON.parse(await readFile(path, 'utf8'))
    return Number.isSafeInteger(pid) && pid > 0 ? { pid, host: String(host) } : undefined
  } catch {
    return undefined
  }
}

function isDead(holder: Holder | undefined): boolean {
  if (holder === undefined || holder.host !== hostname()) return false
  try {
    process.kill(holder.pid, 0)
    return false
  } catch (error) {
    return codeOf(error) === 'ESRCH'
  }
}

function lockedBy(path: string, holder: Holder | undefined): LockedError {
  const who = holder === undefined ? 'somebody' : `process ${holder.pid}`
  return new LockedError(
    `expected a run that nobody writes, got one that ${who} holds. Wait for it, or remove ${path} if it has ended`,
  )
}

function ignoreMissing(error: unknown): void {
  if (codeOf(error) !== 'ENOENT') throw error
}

export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined
}
