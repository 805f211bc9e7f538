// RunFile: one file of a run directory. A directory may come from a stranger, so only regular files of
// bounded size are read, and a file is written beside its place and renamed into it. Invariant: nothing
// outside the directory is ever written through a link in it, and each file is whole, the old one or the new
// one.

import { randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import {
  type FileHandle,
  lstat,
  mkdir,
  open,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises'
import { join } from 'node:path'
import { codeOf, damaged, gotInstead, StoreError } from './store-error.ts'

/**
 * Only a missing file means "nothing yet", be it in a folder that is none. Larger files than `most` bytes
 * are not results.
 */
export async function readBytes(path: string, most: number): Promise<Uint8Array | undefined> {
  try {
    const found = await stat(path)
    if (!found.isFile()) throw unreadable(path, 'a folder, a pipe or a device')
    if (found.size > most) throw damaged(path, `expected at most ${most} bytes, got ${found.size}`)
    return await readFile(path)
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined
    if (error instanceof StoreError) throw error
    throw unreadable(path, gotInstead(error), error)
  }
}

/** Replaces the file `name` of `directory` whole, and a link of that name by a file; resolves to its path. */
export async function putFile(
  directory: string,
  name: string,
  content: string | Uint8Array,
  { flush = false } = {},
): Promise<string> {
  const path = join(directory, name)
  const beside = join(directory, `${name}.${randomUUID()}.tmp`)
  try {
    await writeFile(beside, content, { flush, flag: 'wx' })
    await rename(beside, path)
    return path
  } catch (error) {
    await rm(beside, { force: true }).catch(() => {})
    throw unwritten(path, error)
  }
}

/** The folder `name` of `directory`, made if it is not there. A link in its place is refused. */
export async function ownFolder(directory: string, name: string): Promise<string> {
  const path = join(directory, name)
  try {
    await mkdir(path)
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw unwritten(path, error)
    if (!(await lstat(path)).isDirectory()) throw unwritten(path, 'a link or a file')
  }
  return path
}

/** Opens the file `name` of `directory` for appending. A link in its place is refused. */
export async function openForAppending(directory: string, name: string): Promise<FileHandle> {
  const path = join(directory, name)
  // Windows has no such flag, and no links that every user may make.
  const noFollow = constants.O_NOFOLLOW ?? 0
  const { O_APPEND, O_CREAT, O_WRONLY } = constants
  try {
    return await open(path, O_APPEND | O_CREAT | O_WRONLY | noFollow)
  } catch (error) {
    throw unwritten(path, error)
  }
}

function unreadable(path: string, got: string, cause?: unknown): StoreError {
  return new StoreError('unreadable', `${path}: expected a readable file, got ${got}`, { cause })
}

function unwritten(path: string, cause: unknown): StoreError {
  const got = typeof cause === 'string' ? cause : gotInstead(cause)
  const what = `${path}: expected a place of its own in the run directory that can be written`
  return new StoreError('unwritable', `${what}, got ${got}`, { cause })
}
