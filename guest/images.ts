// The committed guest images: ELF files in guest/images, each with its hash in guest/images.lock.
// Invariant: an image handed out has exactly the bytes that the lock names.

import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

export interface Image {
  readonly name: string
  readonly bytes: Uint8Array
  readonly sha256: string
}

/** An image is missing or is not what the lock says; the command line maps it to exit code 2. */
export class ImageError extends Error {
  override readonly name = 'ImageError'
}

interface Lock {
  readonly compiler: string
  readonly images: Readonly<Record<string, string>>
}

const REMEDY = 'Restore it with: git checkout guest/images, or rebuild: npm run guest'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
let lock: Promise<Lock> | undefined

/** The image called `name` (`kernel`, `firmware`, …), checked against the lock. */
export async function image(name: string): Promise<Image> {
  lock ??= readLock()
  const expected = (await lock).images[name]
  if (expected === undefined) {
    throw new ImageError(`expected an image that guest/images.lock names, got "${name}"`)
  }
  const bytes = await bytesOf(name)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  if (sha256 !== expected) {
    throw new ImageError(
      `guest/images/${name}.elf: expected sha256 ${expected}, got ${sha256}. ${REMEDY}`,
    )
  }
  return { name, bytes, sha256 }
}

/** The names of all images that begin with `prefix`, sorted. */
export async function imageNames(prefix = ''): Promise<readonly string[]> {
  lock ??= readLock()
  const names = Object.keys((await lock).images).filter((name) => name.startsWith(prefix))
  return names.sort((a, b) => (a < b ? -1 : 1))
}

async function readLock(): Promise<Lock> {
  const path = here('images.lock')
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Lock
  } catch (cause) {
    throw new ImageError(`guest/images.lock: expected JSON with hashes, got none. Restore it`, {
      cause,
    })
  }
}

async function bytesOf(name: string): Promise<Uint8Array> {
  try {
    return await readFile(here(`images/${name}.elf`))
  } catch (cause) {
    throw new ImageError(`guest/images/${name}.elf: expected the image, got none. ${REMEDY}`, {
      cause,
    })
  }
}
