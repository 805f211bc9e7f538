// A file that the user names. Invariant: whatever is wrong with it, the error names it; none is read that is
// larger than a machine could take.

import { open } from 'node:fs/promises'
import { UsageError } from './exit.ts'

/** The largest machine has less RAM than that, and no image is larger than the RAM it goes to. */
const MOST_BYTES = 2 * 1024 ** 3

export async function bytesOf(path: string): Promise<Uint8Array> {
  try {
    await using file = await open(path)
    const { size } = await file.stat()
    if (size >= MOST_BYTES) {
      throw new UsageError(`${path}: expected less than ${MOST_BYTES} bytes, got ${size}`)
    }
    return await file.readFile()
  } catch (error) {
    // The system's error does not always say where.
    if (error instanceof Error && 'code' in error) Object.assign(error, { path })
    throw error
  }
}
