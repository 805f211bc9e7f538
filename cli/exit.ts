// Exit: what the command's exit codes mean, and how an error becomes one line. Invariant: no raw stack
// trace reaches the user unless MIRRORBENCH_DEBUG is set.

import { CommanderError } from 'commander'
import { UserError } from '../errors/user-error.ts'
import { complain, sayLines } from './voice.ts'

export const FINE = 0
/** A regression or a failed check. */
export const FAILED_CHECK = 1
/** Wrong use, or something missing in the environment. */
export const USAGE = 2
/** Some cells have no result. */
export const PARTIAL = 3
export const INTERRUPTED = 130

/** Wrong use of the command line: the message says what was expected, what came, what to do. */
export class UsageError extends UserError {
  override readonly name = 'UsageError'
}

/** System errors whose cause is the user's environment, in the user's words. */
const ENVIRONMENT: Readonly<Record<string, string>> = {
  ENOENT: 'expected a file there, got none',
  EACCES: 'expected permission for it, got none',
  EIO: 'expected bytes, got an error of the device',
  EISDIR: 'expected a file, got a folder',
  ENOTDIR: 'expected a folder on the way there, got a file',
  EROFS: 'expected a writable place, got a read-only one',
  ENOSPC: 'expected free space on the disk, got none',
  EADDRINUSE: 'expected a free port, got one that is in use. Try another number',
}

/** Tells the user what went wrong and returns the exit code. */
export function report(error: unknown): number {
  // commander has already said it (see main.ts); help and version are no errors.
  if (error instanceof CommanderError) return error.exitCode === 0 ? FINE : USAGE
  complain(sentence(error))
  if (process.env.MIRRORBENCH_DEBUG && error instanceof Error) {
    sayLines(String(error.stack))
  }
  return error instanceof UserError ? error.exitCode : USAGE
}

function sentence(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error instanceof UserError) return error.message
  const { code, path, port } = error as NodeJS.ErrnoException & { port?: number }
  const environment = code === undefined ? undefined : ENVIRONMENT[code]
  if (environment !== undefined) return `${path ?? (port ? `port ${port}` : code)}: ${environment}`
  return `unexpected ${error.name}: ${error.message}. This is a defect; MIRRORBENCH_DEBUG=1 shows where`
}
