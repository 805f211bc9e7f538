// Exit: what the command's exit codes mean, and how an error becomes one line. Invariant: no raw stack
// trace reaches the user unless MIRRORBENCH_DEBUG is set.

import { existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { CommanderError } from 'commander'
import { UserError } from '../errors/user-error.ts'
import { UnknownName } from '../registry/registry.ts'
import { calledAs } from './called-as.ts'
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
  EDQUOT: 'expected free space in your quota, got none',
  EFBIG: 'expected room in a file, got its limit. Try: ulimit -f unlimited',
  EMFILE: 'expected a free file descriptor, got none. Try: ulimit -n 4096, or fewer --jobs',
  ENFILE: 'expected a free file descriptor, got none in the whole system. Try: later',
  EPERM: 'expected permission for it, got none',
  ELOOP: 'expected a file, got links in a circle',
  ENAMETOOLONG: 'expected a name that the disk takes, got a longer one',
  ENXIO: 'expected a device there, got only its name',
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
  // The rooms do not know how they are called.
  if (error instanceof UnknownName) return `${error.message}. Try: ${calledAs(['list'])}`
  if (error instanceof UserError) return error.message
  const { path, port, ...rest } = error as NodeJS.ErrnoException & { port?: number }
  // Node's loader reports this one by a code of its own.
  const code = error.message.includes('too many open files') ? 'EMFILE' : rest.code
  const environment = code === undefined ? undefined : ENVIRONMENT[code]
  if (environment !== undefined) {
    const missing = code === 'ENOENT' && path !== undefined ? missingFolder(path) : undefined
    if (missing !== undefined) return `${path}: expected a folder ${missing}, got none`
    return `${path ?? (port ? `port ${port}` : code)}: ${environment}`
  }
  const [, lacks] = /^Cannot find package '([^']+)'/.exec(error.message) ?? []
  if (code === 'ERR_MODULE_NOT_FOUND' && lacks !== undefined) {
    return `${lacks}: expected a package that is installed, got none: the sources are newer than node_modules. Try: npm ci`
  }
  return `unexpected ${error.name}: ${error.message}. This is a defect; MIRRORBENCH_DEBUG=1 shows where`
}

/** The first folder on the way to the path that is not there; undefined if only the file is missing. */
function missingFolder(path: string): string | undefined {
  const folder = dirname(resolve(path))
  if (existsSync(folder)) return undefined
  return missingFolder(folder) ?? folder
}
