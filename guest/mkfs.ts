// The standard disk: the committed user programs, README, the web site and the files of the web
// workloads. Invariant: its bytes follow from the images and the files in this folder alone.
//
// `node cli/launch.js guest/mkfs.ts FILE` writes it to a file, for QEMU.

import { readdir, readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { DiskError, type DiskFile, type DiskOptions, makeDisk } from './filesystem.ts'
import { image, imageNames } from './images.ts'

export { DiskError, type DiskFile, type DiskOptions, makeDisk } from './filesystem.ts'
export { type DiskContent, readDisk } from './fsck.ts'

/** What the web workloads fetch, by name below /www: exactly so many bytes. */
export const WEB_FILES: Readonly<Record<string, number>> = {
  '1k.bin': 1024,
  '10k.bin': 10 * 1024,
  '100k.bin': 100 * 1024,
}

/** The standard disk, with `more` files after its own. */
export async function disk(
  more: readonly DiskFile[] = [],
  options: DiskOptions = {},
): Promise<Uint8Array> {
  return makeDisk([...(await standardFiles()), ...more], options)
}

export async function standardFiles(): Promise<DiskFile[]> {
  const files: DiskFile[] = [{ path: 'README', bytes: await readFile(here('user/README')) }]
  for (const name of await imageNames('user/')) {
    files.push({ path: name.slice('user/'.length), bytes: (await image(name)).bytes })
  }
  for (const name of await siteFiles()) {
    files.push({ path: `www/${name}`, bytes: await readFile(here(`site/${name}`)) })
  }
  for (const [name, length] of Object.entries(WEB_FILES)) {
    files.push({ path: `www/${name}`, bytes: webFile(length) })
  }
  return files
}

/** `length` bytes that compress badly and never change (xorshift32). */
export function webFile(length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  let state = 0x6d62_0001 ^ length
  for (let n = 0; n < length; n++) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    bytes[n] = state >>> 24
  }
  return bytes
}

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** Files of the site with `/` between, sorted by code unit, so that the order is no host's. */
async function siteFiles(): Promise<string[]> {
  const entries = await readdir(here('site'), { recursive: true, withFileTypes: true })
  const root = here('site')
  const files = entries.filter((entry) => entry.isFile())
  return files
    .map((file) => `${file.parentPath}/${file.name}`.slice(root.length + 1).replaceAll('\\', '/'))
    .sort((a, b) => (a < b ? -1 : 1))
}

if (import.meta.main) {
  const [path] = process.argv.slice(2)
  try {
    if (path === undefined) throw new DiskError('expected a file to write the disk to, got none')
    await writeFile(path, await disk())
  } catch (error) {
    console.error(`${(error as Error).message}. Try: node cli/launch.js guest/mkfs.ts disk.img`)
    process.exitCode = 2
  }
}
