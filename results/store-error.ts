// StoreError: why a run directory could not be read or written. Invariant: its message is one line
// that says what was expected, what came and what to do.

import { join } from 'node:path'
import { UserError } from '../errors/user-error.ts'
import type { Manifest } from './manifest.ts'

/** The rows of a promoted run. */
export const PACKED_ROWS = 'rows.jsonl.gz'

export type StoreErrorKind =
  | 'missing'
  | 'exists'
  | 'unwritable'
  | 'unreadable'
  | 'locked'
  | 'damaged'
  | 'different'
  | 'invalid'
  | 'empty'

export class StoreError extends UserError {
  override readonly name = 'StoreError'
  readonly kind: StoreErrorKind
  constructor(kind: StoreErrorKind, message: string, options?: ErrorOptions) {
    super(message, options)
    this.kind = kind
  }
}

export function noRun(directory: string): StoreError {
  return new StoreError(
    'missing',
    `${directory}: expected a run directory with manifest.json, got none. Give the directory that "run" named at its end`,
  )
}

export function nothingToReport(directory: string, planned: number | undefined): StoreError {
  const cells = planned === undefined ? 'none' : `none of ${planned}`
  return new StoreError(
    'empty',
    `${directory}: expected cells to report, got ${cells}. Go on with the run by --resume, or restore rows.jsonl`,
  )
}

export function alreadyThere(directory: string, stored: Manifest): StoreError {
  return new StoreError(
    'exists',
    `${directory}: expected a new directory, got one that holds the run ${stored.run}. Go on with it by --resume, or name another with --out`,
  )
}

export function packedRun(directory: string): StoreError {
  return new StoreError(
    'exists',
    `${directory}: expected a run that can go on, got a promoted one. Name another directory with --out`,
  )
}

export function missingManifest(directory: string): StoreError {
  return new StoreError(
    'damaged',
    `${join(directory, 'manifest.json')}: expected the manifest of the rows beside it, got none. Restore it, or name another directory with --out`,
  )
}

export function moved(directory: string): StoreError {
  return new StoreError(
    'unwritable',
    `${directory}: expected the rows.jsonl that this run writes, got none or another: it was moved or removed meanwhile. Start again with --out, and leave the directory in place`,
  )
}

export function damaged(where: string, what: string): StoreError {
  return new StoreError(
    'damaged',
    `${where}: ${what}. Restore the file from a backup, or start another run; nothing was changed`,
  )
}

/** The system's words for what stands in the way, in the user's. */
const GOT: Readonly<Record<string, string>> = {
  EEXIST: 'a file',
  ENOTDIR: 'a file on the way there',
  EISDIR: 'a folder',
  ELOOP: 'a link',
  EACCES: 'no permission',
  EPERM: 'no permission',
  EROFS: 'a read-only disk',
  ENOSPC: 'a full disk',
  EDQUOT: 'a full quota',
  EFBIG: 'the limit for the size of a file',
  EMFILE: 'no free file descriptor',
  ENOENT: 'none',
}

/** What came instead, for the end of a sentence. */
export function gotInstead(cause: unknown): string {
  const code = codeOf(cause)
  return (code && GOT[code]) ?? code ?? (cause as Error).message
}

export function unwritable(directory: string, cause: unknown): StoreError {
  return new StoreError(
    'unwritable',
    `${directory}: expected a directory that can be written, got ${gotInstead(cause)}. Name another with --out`,
    { cause },
  )
}

export function asStoreError(directory: string, error: unknown): unknown {
  if (error instanceof StoreError || codeOf(error) === undefined) return error
  return unwritable(directory, error)
}

/** The system's word for what went wrong: `ENOENT`. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined
}
