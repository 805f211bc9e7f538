// Reads a disk back and checks it. Invariant: what readDisk returns stands on a consistent disk if it names
// no problem: each block is owned once and marked used, each link counted, each directory reached once.
//
// `node cli/launch.js guest/fsck.ts FILE` prints the problems of the disk in a file; exit status 1 if it
// has any.

import { readFile } from 'node:fs/promises'
import {
  BLOCK,
  DIRECT,
  DIRENT_BYTES,
  type DiskFile,
  INDIRECT,
  INODE_ADDRESSES,
  INODE_BYTES,
  type Layout,
  MAX_FILE_BYTES,
  ROOT_INODE,
  TYPE,
} from './filesystem.ts'
import { checkLog, readSuperblock } from './superblock.ts'

export interface DiskContent {
  /** The files in order of the directories; a file with two names is there twice. */
  readonly files: readonly DiskFile[]
  readonly directories: readonly string[]
  readonly devices: readonly string[]
  readonly freeBlocks: number
  /** Everything that is not as it must be, one line each; empty on a consistent disk. */
  readonly problems: readonly string[]
}

/** Reads and checks a disk. A log that waits to be replayed is reported as a problem. */
export function readDisk(image: Uint8Array): DiskContent {
  const problems: string[] = []
  const found = readSuperblock(image, (problem) => problems.push(problem))
  if (found === undefined) {
    return { files: [], directories: [], devices: [], freeBlocks: 0, problems }
  }
  checkLog(image, found, (problem) => problems.push(problem))
  return new DiskReader(image, found, problems).read()
}

interface Inode {
  readonly type: number
  readonly links: number
  readonly size: number
  readonly blocks: readonly number[]
}

/** A name to follow: the inode it leads to, from the directory `parent`. */
interface Name {
  readonly number: number
  readonly parent: number
  readonly path: string
}

class DiskReader {
  readonly #image: Uint8Array
  readonly #view: DataView
  readonly #layout: Layout
  readonly #problems: string[]
  readonly #owner = new Map<number, number>()
  readonly #inodes = new Map<number, Inode>()
  readonly #contents = new Map<number, Uint8Array>()
  readonly #links = new Map<number, number>()
  readonly #files: DiskFile[] = []
  readonly #directories: string[] = []
  readonly #devices: string[] = []

  constructor(image: Uint8Array, of: Layout, problems: string[]) {
    this.#image = image
    this.#view = new DataView(image.buffer, image.byteOffset, image.byteLength)
    this.#layout = of
    this.#problems = problems
  }

  read(): DiskContent {
    const names: Name[] = [{ number: ROOT_INODE, parent: ROOT_INODE, path: '' }]
    for (let name = names.pop(); name !== undefined; name = names.pop()) {
      names.push(...this.#follow(name).reverse())
    }
    this.#checkInodes()
    return {
      files: this.#files,
      directories: this.#directories,
      devices: this.#devices,
      freeBlocks: this.#checkMap(),
      problems: this.#problems,
    }
  }

  /** What a name leads to; if a directory, the names in it. */
  #follow({ number, parent, path }: Name): Name[] {
    const inode = this.#inode(number, path)
    const seen = (this.#links.get(number) ?? 0) > 0
    if (inode.type === TYPE.directory) {
      if (!seen) return this.#readDirectory(inode, number, parent, path)
      this.#problems.push(`${path}: a directory with two names`)
      return []
    }
    this.#count(number)
    if (inode.type === TYPE.device) this.#devices.push(path)
    else if (inode.type === TYPE.file) this.#files.push({ path, bytes: this.#bytes(number, inode) })
    else this.#problems.push(`${path}: inode ${number} has type ${inode.type}`)
    return []
  }

  #readDirectory(inode: Inode, number: number, parent: number, path: string): Name[] {
    this.#count(number)
    if (path !== '') this.#directories.push(path)
    if (inode.size % DIRENT_BYTES !== 0) this.#problems.push(`${path}: ends within an entry`)
    const names: Name[] = []
    const taken = new Set<string>()
    for (const [at, { name, raw, to }] of entriesOf(this.#bytes(number, inode)).entries()) {
      const expected = at === 0 ? '.' : at === 1 ? '..' : undefined
      if (expected !== undefined && (name !== expected || to === 0)) {
        this.#problems.push(`${path}: has no ${expected}`)
      }
      if (to === 0) continue
      if (taken.has(raw)) this.#problems.push(`${path}/${name}: is there twice`)
      taken.add(raw)
      if (name === '' || name.includes('/')) {
        this.#problems.push(`${path}: has an entry "${name}" that no path leads to`)
      }
      if (name === '.' || name === '..') this.#checkDots(name, to, number, parent, path)
      else names.push({ number: to, parent: number, path: path === '' ? name : `${path}/${name}` })
    }
    for (const name of ['.', '..']) {
      if (!taken.has(name)) this.#problems.push(`${path}: has no ${name}`)
    }
    return names
  }

  #checkDots(name: string, to: number, number: number, parent: number, path: string): void {
    const expected = name === '.' ? number : parent
    if (to !== expected) this.#problems.push(`${path}/${name}: leads to inode ${to}`)
    if (name === '..' && number !== parent) this.#count(parent)
  }

  #count(inode: number): void {
    this.#links.set(inode, (this.#links.get(inode) ?? 0) + 1)
  }

  #inode(number: number, path: string): Inode {
    const known = this.#inodes.get(number)
    if (known !== undefined) return known
    if (number >= this.#layout.inodes) {
      this.#problems.push(`${path}: inode ${number} of ${this.#layout.inodes}`)
      return { type: TYPE.free, links: 0, size: 0, blocks: [] }
    }
    const at = this.#layout.inodeStart * BLOCK + number * INODE_BYTES
    const size = this.#view.getUint32(at + 8, true)
    if (size > MAX_FILE_BYTES) this.#problems.push(`${path}: is ${size} bytes long`)
    const type = this.#view.getInt16(at, true)
    const inode = {
      type,
      links: this.#view.getInt16(at + 6, true),
      size: Math.min(size, MAX_FILE_BYTES),
      blocks: this.#blocks(number, at + INODE_ADDRESSES),
    }
    this.#inodes.set(number, inode)
    return inode
  }

  /** The data blocks of an inode in file order, 0 for none; claims each of them. */
  #blocks(inode: number, addresses: number): number[] {
    const blocks = []
    for (let n = 0; n < DIRECT; n++) blocks.push(this.#claim(inode, addresses + n * 4))
    const indirect = this.#claim(inode, addresses + DIRECT * 4)
    if (indirect === 0) return blocks
    for (let n = 0; n < INDIRECT; n++) blocks.push(this.#claim(inode, indirect * BLOCK + n * 4))
    return blocks
  }

  #claim(inode: number, slot: number): number {
    const block = this.#view.getUint32(slot, true)
    if (block === 0) return 0
    if (block < this.#layout.dataStart || block >= this.#layout.size) {
      this.#problems.push(`inode ${inode}: block ${block} is no data block`)
      return 0
    }
    const owner = this.#owner.get(block)
    if (owner !== undefined) {
      this.#problems.push(`block ${block}: belongs to inodes ${owner} and ${inode}`)
    }
    this.#owner.set(block, inode)
    return block
  }

  /** The contents, zeros where a block is missing; the same for every name of the inode. */
  #bytes(number: number, inode: Inode): Uint8Array {
    const known = this.#contents.get(number)
    if (known !== undefined) return known
    const bytes = new Uint8Array(inode.size)
    for (let at = 0; at < inode.size; at += BLOCK) {
      const block = inode.blocks[at / BLOCK] ?? 0
      if (block === 0) {
        this.#problems.push(`inode ${number}: lacks block ${at / BLOCK} of its ${inode.size} bytes`)
        continue
      }
      const length = Math.min(BLOCK, inode.size - at)
      bytes.set(this.#image.subarray(block * BLOCK, block * BLOCK + length), at)
    }
    this.#contents.set(number, bytes)
    return bytes
  }

  /** Every inode in use has as many names as it says: none if it was deleted while open. */
  #checkInodes(): void {
    for (let number = 1; number < this.#layout.inodes; number++) {
      const at = this.#layout.inodeStart * BLOCK + number * INODE_BYTES
      const type = this.#view.getInt16(at, true)
      const links = this.#view.getInt16(at + 6, true)
      const found = this.#links.get(number) ?? 0
      if (type === TYPE.free) continue
      if (links !== found) {
        this.#problems.push(`inode ${number}: says ${links} links, has ${found}`)
      }
      if (found > 0) continue
      if (type < TYPE.free || type > TYPE.device) {
        this.#problems.push(`inode ${number}: has type ${type}`)
      }
      this.#inode(number, `inode ${number}`) // its blocks are still its own
    }
  }

  /** Every block owned is marked, and none else. Returns the number of free blocks. */
  #checkMap(): number {
    let free = 0
    for (let block = 0; block < this.#layout.size; block++) {
      const byte = this.#image[this.#layout.mapStart * BLOCK + (block >> 3)] ?? 0
      const used = ((byte >> (block & 7)) & 1) === 1
      if (!used) free++
      const owned = block < this.#layout.dataStart || this.#owner.has(block)
      if (used && !owned) this.#problems.push(`block ${block}: marked used, owned by nobody`)
      if (!used && owned) this.#problems.push(`block ${block}: owned, marked free`)
    }
    return free
  }
}

interface Entry {
  /** The name as text; `raw` has one character a byte, since not all bytes are text. */
  readonly name: string
  readonly raw: string
  /** An inode's number; 0: the entry is free. */
  readonly to: number
}

function entriesOf(bytes: Uint8Array): Entry[] {
  const view = new DataView(bytes.buffer)
  const entries = []
  for (let at = 0; at + DIRENT_BYTES <= bytes.length; at += DIRENT_BYTES) {
    const field = bytes.subarray(at + 2, at + DIRENT_BYTES)
    const end = field.indexOf(0)
    const letters = end < 0 ? field : field.subarray(0, end)
    const name = new TextDecoder().decode(letters)
    entries.push({ name, raw: String.fromCharCode(...letters), to: view.getUint16(at, true) })
  }
  return entries
}

if (import.meta.main) {
  const [path] = process.argv.slice(2)
  try {
    if (path === undefined) throw new Error('expected a file that holds a disk, got none')
    const { problems } = readDisk(await readFile(path))
    for (const problem of problems) console.log(problem)
    process.exitCode = problems.length > 0 ? 1 : 0
  } catch (error) {
    console.error(`${(error as Error).message}. Try: node cli/launch.js guest/fsck.ts disk.img`)
    process.exitCode = 2
  }
}
