// Reads a disk back and checks it. Invariant: what readDisk returns stands on a consistent disk:
// each block is owned once and marked used, each link counted, each directory reached once.

import {
  BLOCK,
  DIRECT,
  DIRENT_BYTES,
  DiskError,
  type DiskFile,
  INDIRECT,
  INODE_ADDRESSES,
  INODE_BYTES,
  type Layout,
  layout,
  MAGIC,
  MAX_FILE_BYTES,
  ROOT_INODE,
  TYPE,
} from './filesystem.ts'

export interface DiskContent {
  /** In order of the directories; a file with two names is there twice. */
  readonly files: readonly DiskFile[]
  readonly directories: readonly string[]
  readonly devices: readonly string[]
  readonly freeBlocks: number
  /** Everything that is not as it must be, one line each; empty on a consistent disk. */
  readonly problems: readonly string[]
}

/** The layout of what is no disk. */
const NOWHERE: Layout = {
  size: 0,
  dataBlocks: 0,
  inodes: 0,
  logBlocks: 0,
  logStart: 0,
  inodeStart: 0,
  mapStart: 0,
  dataStart: 0,
}

/** Reads and checks a disk. A log that waits to be replayed is reported as a problem. */
export function readDisk(image: Uint8Array): DiskContent {
  const checker = new DiskReader(image)
  return checker.read()
}

interface Inode {
  readonly type: number
  readonly links: number
  readonly size: number
  readonly blocks: readonly number[]
}

class DiskReader {
  readonly #image: Uint8Array
  readonly #view: DataView
  readonly #layout: Layout
  readonly #problems: string[] = []
  readonly #owner = new Map<number, number>()
  readonly #inodes = new Map<number, Inode>()
  readonly #links = new Map<number, number>()
  readonly #files: DiskFile[] = []
  readonly #directories: string[] = []
  readonly #devices: string[] = []

  constructor(image: Uint8Array) {
    this.#image = image
    this.#view = new DataView(image.buffer, image.byteOffset, image.byteLength)
    this.#layout = this.#superblock()
  }

  read(): DiskContent {
    if (this.#layout.size > 0) {
      if (this.#view.getUint32(this.#layout.logStart * BLOCK, true) !== 0) {
        this.#problems.push('log: a committed transaction waits to be replayed')
      }
      this.#walk(ROOT_INODE, ROOT_INODE, '')
      this.#checkInodes()
    }
    return {
      files: this.#files,
      directories: this.#directories,
      devices: this.#devices,
      freeBlocks: this.#checkMap(),
      problems: this.#problems,
    }
  }

  #superblock(): Layout {
    if (this.#image.length < 2 * BLOCK || this.#view.getUint32(BLOCK, true) !== MAGIC) {
      this.#problems.push('superblock: no magic number')
      return NOWHERE
    }
    const field = (n: number) => this.#view.getUint32(BLOCK + n * 4, true)
    const found = [field(2), field(5), field(6), field(7)]
    try {
      const expected = layout({ blocks: field(1), inodes: field(3), logBlocks: field(4) })
      const { size, dataBlocks, logStart, inodeStart, mapStart } = expected
      const wanted = [dataBlocks, logStart, inodeStart, mapStart]
      if (String(found) === String(wanted) && size * BLOCK <= this.#image.length) return expected
      this.#problems.push(`superblock: expected ${wanted}, got ${found}`)
    } catch (error) {
      if (!(error instanceof DiskError)) throw error
      this.#problems.push(`superblock: ${error.message}`)
    }
    return NOWHERE
  }

  #walk(number: number, parent: number, path: string): void {
    const inode = this.#inode(number, path)
    const seen = (this.#links.get(number) ?? 0) > 0
    if (inode.type === TYPE.directory) {
      if (seen) this.#problems.push(`${path}: a directory with two names`)
      else this.#walkDirectory(inode, number, parent, path)
      return
    }
    this.#links.set(number, (this.#links.get(number) ?? 0) + 1)
    if (inode.type === TYPE.device) this.#devices.push(path)
    else if (inode.type === TYPE.file) this.#files.push({ path, bytes: this.#bytes(inode) })
    else this.#problems.push(`${path}: inode ${number} has type ${inode.type}`)
  }

  #walkDirectory(inode: Inode, number: number, parent: number, path: string): void {
    this.#links.set(number, 1)
    if (path !== '') this.#directories.push(path)
    const bytes = this.#bytes(inode)
    const view = new DataView(bytes.buffer)
    const special = new Map([
      ['.', number],
      ['..', parent],
    ])
    for (let at = 0; at + DIRENT_BYTES <= bytes.length; at += DIRENT_BYTES) {
      const to = view.getUint16(at, true)
      const name = nameAt(bytes.subarray(at + 2, at + DIRENT_BYTES))
      if (to === 0) continue
      if (!special.has(name)) {
        this.#walk(to, number, path === '' ? name : `${path}/${name}`)
        continue
      }
      if (special.get(name) !== to) this.#problems.push(`${path}/${name}: leads to inode ${to}`)
      if (name === '..' && number !== parent) {
        this.#links.set(parent, (this.#links.get(parent) ?? 0) + 1)
      }
      special.delete(name)
    }
    for (const name of special.keys()) this.#problems.push(`${path}: has no ${name}`)
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
      blocks: type === TYPE.device ? [] : this.#blocks(number, at + INODE_ADDRESSES),
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

  #bytes(inode: Inode): Uint8Array {
    const bytes = new Uint8Array(inode.size)
    for (let at = 0; at < inode.size; at += BLOCK) {
      const block = inode.blocks[at / BLOCK] ?? 0
      if (block === 0) continue
      const length = Math.min(BLOCK, inode.size - at)
      bytes.set(this.#image.subarray(block * BLOCK, block * BLOCK + length), at)
    }
    return bytes
  }

  /** Every inode in use has as many names as it says: none if it was deleted while open. */
  #checkInodes(): void {
    for (let number = 1; number < this.#layout.inodes; number++) {
      const at = this.#layout.inodeStart * BLOCK + number * INODE_BYTES
      const type = this.#view.getInt16(at, true)
      const links = this.#view.getInt16(at + 6, true)
      const found = this.#links.get(number) ?? 0
      if (type !== TYPE.free && links !== found) {
        this.#problems.push(`inode ${number}: says ${links} links, has ${found}`)
      }
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

function nameAt(bytes: Uint8Array): string {
  const end = bytes.indexOf(0)
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end))
}
