// ResultStore: the directory of one run. Invariant: a cell that `append` has promised is on disk
// whole, whatever happens next; nothing stored is ever overwritten because it could not be read.

import { constants } from 'node:fs'
import { access, type FileHandle, mkdir, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { ZodError } from 'zod'
import { type CellRecord, cellName, coordinatesKey } from './cell.ts'
import { type Journal, JournalDamage, problem, readJournal, writeGroup } from './journal.ts'
import { LockedError, lock } from './lock.ts'
import type { Manifest } from './manifest.ts'
import {
  checkManifest,
  readManifest,
  syncDirectory,
  unite,
  writeManifest,
} from './manifest-file.ts'
import { inOrder } from './order.ts'
import { openForAppending, readBytes } from './run-file.ts'
import {
  alreadyThere,
  asStoreError,
  codeOf,
  damaged,
  missingManifest,
  moved,
  noRun,
  PACKED_ROWS,
  packedRun,
  StoreError,
  unwritable,
} from './store-error.ts'
import { strangeness } from './stranger.ts'

export type { CellRecord } from './cell.ts'
export type { Manifest, ManifestConfig } from './manifest.ts'
export { StoreError } from './store-error.ts'

/** Larger files than this are not results. */
const JOURNAL_BYTES = 1 << 29
const ROWS = 'rows.jsonl'

/** A run as it lies on disk. */
export interface StoredRun {
  readonly directory: string
  readonly manifest: Manifest
  /** The latest record of each place, in the order of `order.ts`, whichever ended first. */
  readonly cells: readonly CellRecord[]
  /** The file ended in an unfinished cell, which was left out. */
  readonly torn: boolean
}

export class ResultStore implements AsyncDisposable {
  readonly directory: string
  readonly manifest: Manifest
  /** The file ended in an unfinished cell when it was opened; that tail was cut off. */
  readonly torn: boolean
  readonly #rows: FileHandle
  readonly #unlock: () => Promise<void>
  readonly #cells: Map<string, CellRecord>
  #last: Promise<void> = Promise.resolve()
  #closed = false
  /** The length of the file up to the last whole group. */
  #bytes: number

  private constructor(
    directory: string,
    manifest: Manifest,
    rows: FileHandle,
    unlock: () => Promise<void>,
    journal: Journal,
  ) {
    this.directory = directory
    this.manifest = manifest
    this.torn = journal.torn
    this.#rows = rows
    this.#unlock = unlock
    this.#bytes = journal.wholeBytes
    this.#cells = new Map(journal.cells.map((record) => [record.cell, record]))
  }

  /** Starts a run in a new or empty directory. */
  static create(directory: string, manifest: Manifest): Promise<ResultStore> {
    return ResultStore.#open(directory, manifest, 'create')
  }

  /** Goes on with a run, or starts it if there is none. Cuts off a torn tail. */
  static resume(directory: string, manifest: Manifest): Promise<ResultStore> {
    return ResultStore.#open(directory, manifest, 'resume')
  }

  static async #open(
    directory: string,
    manifest: Manifest,
    intent: 'create' | 'resume',
  ): Promise<ResultStore> {
    const valid = checkManifest(manifest)
    await prepare(directory)
    const unlock = await takeLock(directory)
    try {
      const stored = await readManifest(directory)
      if (stored !== undefined && intent === 'create') throw alreadyThere(directory, stored)
      if (await sizeOf(join(directory, PACKED_ROWS))) throw packedRun(directory)
      if (stored === undefined && (await sizeOf(join(directory, ROWS)))) {
        throw missingManifest(directory)
      }
      const united = stored === undefined ? valid : checkManifest(unite(directory, stored, valid))
      const journal = await loadJournal(directory)
      refuseStrangers(directory, united, journal)
      await writeManifest(directory, united)
      const rows = await openRows(directory, journal)
      return new ResultStore(directory, united, rows, unlock, journal)
    } catch (error) {
      await unlock()
      throw asStoreError(directory, error)
    }
  }

  /** The record with this key, if the cell has ended before. */
  finished(key: string): CellRecord | undefined {
    return this.#cells.get(key)
  }

  /** Writes a cell with its rows and waits until the disk has it. Calls are queued. */
  async append(record: CellRecord): Promise<void> {
    if (this.#closed) throw new Error('append after close')
    const text = groupText(this.manifest, record)
    const written = this.#last.then(() => this.#write(record, text))
    this.#last = written.catch(() => {})
    return written
  }

  /** A group that could not be written whole is cut off, at the latest before the next one. */
  async #write(record: CellRecord, text: string): Promise<void> {
    try {
      await this.#rows.truncate(this.#bytes)
      await this.#rows.appendFile(text)
      await this.#rows.datasync()
      const { size, dev, ino } = await this.#rows.stat()
      // A file goes on taking rows when no path leads to it any more.
      const named = await stat(join(this.directory, ROWS)).catch(ifMissing)
      if (named?.dev !== dev || named.ino !== ino) throw moved(this.directory)
      this.#bytes = size
    } catch (error) {
      await this.#rows.truncate(this.#bytes).catch(() => {})
      throw asStoreError(this.directory, error)
    }
    this.#cells.set(record.cell, record)
  }

  /** Waits for what is being written and gives the lock back. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    await this.#last
    await this.#rows.close()
    await this.#unlock()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

/** Reads a run without touching it. */
export async function readRun(directory: string): Promise<StoredRun> {
  try {
    const manifest = await readManifest(directory)
    if (manifest === undefined) throw noRun(directory)
    const journal = await loadJournal(directory)
    refuseStrangers(directory, manifest, journal)
    const latest = new Map(journal.cells.map((record) => [coordinatesKey(record), record]))
    const cells = inOrder(manifest, [...latest.values()])
    return { directory, manifest, cells, torn: journal.torn }
  } catch (error) {
    throw asStoreError(directory, error)
  }
}

async function prepare(directory: string): Promise<void> {
  try {
    await makeDirectory(resolve(directory))
    await access(directory, constants.W_OK | constants.X_OK)
  } catch (error) {
    throw unwritable(directory, error)
  }
}

/** One step at a time: Node's own recursive mkdir never returns where a file system says ENOENT below a
 * parent that exists, as /proc does. */
async function makeDirectory(directory: string): Promise<void> {
  if (await isThere(directory)) return
  await makeDirectory(dirname(directory))
  try {
    await mkdir(directory)
  } catch (error) {
    if (codeOf(error) !== 'EEXIST' || !(await isThere(directory))) throw error
  }
}

/** 0 of a file that is not there. */
async function sizeOf(path: string): Promise<number> {
  return (await readBytes(path, JOURNAL_BYTES))?.length ?? 0
}

function ifMissing(error: unknown): undefined {
  if (codeOf(error) !== 'ENOENT' && codeOf(error) !== 'ENOTDIR') throw error
}

async function isThere(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory()
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false
    throw error
  }
}

async function takeLock(directory: string): Promise<() => Promise<void>> {
  try {
    return await lock(directory)
  } catch (error) {
    if (error instanceof LockedError) throw new StoreError('locked', error.message)
    throw unwritable(directory, error)
  }
}

async function loadJournal(directory: string): Promise<Journal> {
  const path = join(directory, ROWS)
  const bytes = (await readBytes(path, JOURNAL_BYTES)) ?? (await unpackRows(directory))
  if (bytes === undefined) return { cells: [], wholeBytes: 0, torn: false }
  try {
    return readJournal(bytes)
  } catch (error) {
    if (error instanceof JournalDamage) throw damaged(`${path}:${error.line}`, error.message)
    throw error
  }
}

/** Rows edited, or brought here from another run, would be compared with those that are not. */
function refuseStrangers(directory: string, manifest: Manifest, { cells }: Journal): void {
  for (const record of cells) {
    const strange = strangeness(manifest, record)
    if (strange !== undefined) throw damaged(join(directory, ROWS), strange)
  }
}

/** The rows of a promoted run, which are stored packed. */
async function unpackRows(directory: string): Promise<Uint8Array | undefined> {
  const path = join(directory, PACKED_ROWS)
  const packed = await readBytes(path, JOURNAL_BYTES)
  if (packed === undefined) return undefined
  try {
    return gunzipSync(packed, { maxOutputLength: JOURNAL_BYTES })
  } catch (cause) {
    throw damaged(path, `expected packed rows, got ${(cause as Error).message}`)
  }
}

async function openRows(directory: string, journal: Journal): Promise<FileHandle> {
  const rows = await openForAppending(directory, ROWS)
  if (journal.torn) await rows.truncate(journal.wholeBytes)
  await rows.sync()
  await syncDirectory(directory)
  return rows
}

function groupText(manifest: Manifest, record: CellRecord): string {
  try {
    const strange = strangeness(manifest, record)
    if (strange !== undefined) throw new StoreError('invalid', strange)
    return writeGroup(record)
  } catch (error) {
    if (error instanceof StoreError) throw error
    const why = error instanceof ZodError ? problem(error) : (error as Error).message
    throw new StoreError('invalid', `${cellName(record)}: ${why}`, { cause: error })
  }
}
