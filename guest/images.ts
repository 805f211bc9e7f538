// The committed guest images: ELF files in guest/images, each with its hash in guest/images.lock.
// Invariant: an image handed out has exactly the bytes that the lock names.

import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { UserError } from '../errors/user-error.ts'

export interface Image {
  readonly name: string
  readonly bytes: Uint8Array
  readonly sha256: string
}

/** An image is missing or is not what the lock says. */
export class ImageError extends UserError {
  override readonly name = 'ImageError'
}

const REMEDY = 'Restore it with: git checkout guest/images, or rebuild: npm run guest'

interface Lock {
  readonly compiler: string
  readonly images: Readonly<Record<string, string>>
}

/** A folder with `images.lock`, and `images/` beside it. */
export class ImageFolder {
  readonly #root: URL
  #lock: Promise<Lock> | undefined

  constructor(root: URL) {
    this.#root = root
  }

  /** The image called `name` (`kernel`, `firmware`, …), checked against the lock. */
  async image(name: string): Promise<Image> {
    const expected = (await this.#read()).images[name]
    if (expected === undefined) {
      throw new ImageError(`expected an image that guest/images.lock names, got "${name}"`)
    }
    const bytes = await this.#bytesOf(name)
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    if (sha256 !== expected) {
      throw new ImageError(
        `guest/images/${name}.elf: expected sha256 ${expected}, got ${sha256}. ${REMEDY}`,
      )
    }
    return { name, bytes, sha256 }
  }

  /** The image with its symbols, as the linker made it, if it has been built in this clone. */
  async linked(name: string): Promise<Uint8Array | undefined> {
    try {
      return await readFile(new URL(`build/${name}.linked`, this.#root))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw error
    }
  }

  /** The names of all images that begin with `prefix`, sorted. */
  async names(prefix = ''): Promise<readonly string[]> {
    const names = Object.keys((await this.#read()).images).filter((name) => name.startsWith(prefix))
    return names.sort((a, b) => (a < b ? -1 : 1))
  }

  #read(): Promise<Lock> {
    this.#lock ??= readLock(new URL('images.lock', this.#root))
    return this.#lock
  }

  async #bytesOf(name: string): Promise<Uint8Array> {
    try {
      return await readFile(new URL(`images/${name}.elf`, this.#root))
    } catch (cause) {
      throw new ImageError(`guest/images/${name}.elf: expected the image, got none. ${REMEDY}`, {
        cause,
      })
    }
  }
}

async function readLock(path: URL): Promise<Lock> {
  try {
    const lock = JSON.parse(await readFile(path, 'utf8')) as Lock
    if (typeof lock.images === 'object' && lock.images !== null) return lock
  } catch (cause) {
    throw new ImageError(`guest/images.lock: expected JSON with hashes, got none. ${REMEDY}`, {
      cause,
    })
  }
  throw new ImageError(`guest/images.lock: expected "images" with hashes, got none. ${REMEDY}`)
}

const committed = new ImageFolder(new URL('.', import.meta.url))

export const image = (name: string): Promise<Image> => committed.image(name)
export const linkedImage = (name: string): Promise<Uint8Array | undefined> => committed.linked(name)
export const imageNames = (prefix = ''): Promise<readonly string[]> => committed.names(prefix)
