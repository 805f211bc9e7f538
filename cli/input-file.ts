// A file that the user names. Invariant: whatever is wrong with it, the error names it; none is read that is
// larger than a machine could take.

import { type FileHandle, open, stat } from 'node:fs/promises'
import { UsageError } from './exit.ts'

/** The largest machine has less RAM than that, and no image is larger than the RAM it goes to. */
const MOST_BYTES = 2 * 1024 ** 3
/** The most that is read from a pipe or a device, which may never end. */
const MOST_STREAMED = 256 * 1024 ** 2

export async function bytesOf(path: string): Promise<Uint8Array> {
  try {
    await using file = await open(path)
    const stat = await file.stat()
    if (!stat.isFile() && !stat.isDirectory()) return await streamed(file, path)
    if (stat.size >= MOST_BYTES) throw tooLarge(path, MOST_BYTES, stat.size)
    return await file.readFile()
  } catch (error) {
    // The system's error does not always say where.
    if (error instanceof Error && 'code' in error) Object.assign(error, { path })
    throw error
  }
}

/** The bytes of a file that another file names, not the user: a device or a pipe is not even opened. */
export async function regularBytesOf(path: string): Promise<Uint8Array> {
  if (!(await stat(path)).isFile()) {
    throw new UsageError(
      `${path}: expected a regular file, as a recording may name, got another kind`,
    )
  }
  return await bytesOf(path)
}

async function streamed(file: FileHandle, path: string): Promise<Uint8Array> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of file.createReadStream({ autoClose: false })) {
    chunks.push(chunk as Buffer)
    length += (chunk as Buffer).length
    if (length > MOST_STREAMED) throw tooLarge(path, MOST_STREAMED, 'more')
  }
  return Buffer.concat(chunks)
}

const tooLarge = (path: string, most: number, got: number | string): UsageError =>
  new UsageError(`${path}: expected less than ${most} bytes, got ${got}`)
