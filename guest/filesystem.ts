// The on-disk file system of classical xv6-riscv: its numbers, and a maker of disks. Invariant:
// equal files and options give equal bytes, and a kernel of that family mounts them.
//
// Blocks of 1 KiB: boot, superblock, log, inodes, free map, data. All numbers little-endian.

import { UserError } from '../errors/user-error.ts'

export const BLOCK = 1024
export const MAGIC = 0x10203040
export const ROOT_INODE = 1
export const NAME_BYTES = 14
export const DIRENT_BYTES = 16
export const INODE_BYTES = 64
export const INODES_PER_BLOCK = BLOCK / INODE_BYTES
export const DIRECT = 12
export const INDIRECT = BLOCK / 4
export const MAX_FILE_BYTES = (DIRECT + INDIRECT) * BLOCK
/** Where the block numbers begin in an inode, after type, major, minor, nlink and size. */
export const INODE_ADDRESSES = 12
const BITS_PER_BLOCK = BLOCK * 8
/** A directory names an inode in 16 bits. */
const MOST_INODES = 2 ** 16
/** Blocks of a transaction at most, however large the log. */
export const MOST_LOGGED = 30
/** What the log must have room for, since one call may write it; or, of all the bitmap, and these more. */
const CALL_BLOCKS = 10
const CALL_BUT_BITMAP = 3

export const TYPE = { free: 0, directory: 1, file: 2, device: 3 } as const

export interface DiskFile {
  /** Names with `/` between; directories on the way are made. */
  readonly path: string
  readonly bytes: Uint8Array
}

export interface DiskOptions {
  /** Size of the whole disk. 2 MiB unless told. */
  readonly blocks?: number
  readonly inodes?: number
  /** Blocks of the log, its header included: three times what one system call may write. */
  readonly logBlocks?: number
}

/** The caller asked for a disk that cannot be. */
export class DiskError extends UserError {
  override readonly name = 'DiskError'
}

/** Where everything lies, in blocks: what the superblock says. */
export interface Layout {
  readonly size: number
  readonly dataBlocks: number
  readonly inodes: number
  readonly logBlocks: number
  readonly logStart: number
  readonly inodeStart: number
  readonly mapStart: number
  readonly dataStart: number
}

/** A disk with these files, in this order. */
export function makeDisk(files: readonly DiskFile[], options: DiskOptions = {}): Uint8Array {
  const maker = new DiskMaker(layout(options))
  for (const { path, bytes } of files) maker.add(path, bytes)
  return maker.finish()
}

export function layout(options: DiskOptions): Layout {
  const { blocks = 2048, inodes = 256, logBlocks = 30 } = options
  const mapBlocks = Math.ceil(blocks / BITS_PER_BLOCK)
  within('blocks', blocks, 1, 2 ** 32 - 1)
  within('inodes', inodes, ROOT_INODE + 1, MOST_INODES)
  within('blocks of log', logBlocks, 1 + Math.max(CALL_BLOCKS, mapBlocks + CALL_BUT_BITMAP), blocks)
  if (mapBlocks + CALL_BUT_BITMAP > MOST_LOGGED) {
    const most = (MOST_LOGGED - CALL_BUT_BITMAP) * BITS_PER_BLOCK
    throw new DiskError(`disk: expected at most ${most} blocks, got ${blocks}`)
  }
  const logStart = 2
  const inodeStart = logStart + logBlocks
  const mapStart = inodeStart + Math.ceil(inodes / INODES_PER_BLOCK)
  const dataStart = mapStart + mapBlocks
  if (dataStart >= blocks) {
    throw new DiskError(`disk: expected more than ${dataStart} blocks, got ${blocks}`)
  }
  const dataBlocks = blocks - dataStart
  return { size: blocks, dataBlocks, inodes, logBlocks, logStart, inodeStart, mapStart, dataStart }
}

function within(what: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return
  throw new DiskError(`disk: expected ${least} to ${most} ${what}, got ${value}`)
}

/** An inode while the disk is made: what its bytes will hold. */
interface Node {
  readonly inode: number
  readonly type: number
  links: number
  readonly entries: Map<string, Node>
  bytes: Uint8Array
}

class DiskMaker {
  readonly #layout: Layout
  readonly #image: Uint8Array
  readonly #view: DataView
  readonly #nodes: Node[] = []
  readonly #root: Node
  #nextBlock: number

  constructor(of: Layout) {
    this.#layout = of
    this.#image = new Uint8Array(of.size * BLOCK)
    this.#view = new DataView(this.#image.buffer)
    this.#nextBlock = of.dataStart
    this.#root = this.#node(TYPE.directory)
  }

  add(path: string, bytes: Uint8Array): void {
    const names = path.split('/')
    const last = names.pop() ?? ''
    let directory = this.#root
    for (const name of names) directory = this.#directory(directory, checked(name, path))
    if (directory.entries.has(checked(last, path))) throw new DiskError(`${path}: is there twice`)
    if (bytes.length > MAX_FILE_BYTES) {
      throw new DiskError(`${path}: expected at most ${MAX_FILE_BYTES} bytes, got ${bytes.length}`)
    }
    const file = this.#node(TYPE.file)
    file.bytes = bytes
    file.links = 1
    directory.entries.set(last, file)
  }

  finish(): Uint8Array {
    this.#writeDirectory(this.#root, this.#root)
    for (const node of this.#nodes) this.#writeInode(node)
    this.#writeSuperblock()
    this.#writeMap()
    return this.#image
  }

  #directory(within: Node, name: string): Node {
    const known = within.entries.get(name)
    if (known?.type === TYPE.file) throw new DiskError(`${name}: is a file and a directory`)
    if (known !== undefined) return known
    const made = this.#node(TYPE.directory)
    within.entries.set(name, made)
    within.links++ // its `..`
    return made
  }

  #node(type: number): Node {
    const inode = ROOT_INODE + this.#nodes.length
    if (inode >= this.#layout.inodes) {
      throw new DiskError(`disk: expected at most ${this.#layout.inodes - 1} files, got more`)
    }
    const node = { inode, type, links: 1, entries: new Map(), bytes: new Uint8Array() }
    this.#nodes.push(node)
    return node
  }

  #writeDirectory(node: Node, parent: Node): void {
    const entries = [['.', node], ['..', parent], ...node.entries] as const
    node.bytes = new Uint8Array(entries.length * DIRENT_BYTES)
    const view = new DataView(node.bytes.buffer)
    for (const [at, [name, to]] of entries.entries()) {
      view.setUint16(at * DIRENT_BYTES, to.inode, true)
      node.bytes.set(new TextEncoder().encode(name), at * DIRENT_BYTES + 2)
    }
    for (const child of node.entries.values()) {
      if (child.type === TYPE.directory) this.#writeDirectory(child, node)
    }
  }

  #writeInode(node: Node): void {
    const at = this.#layout.inodeStart * BLOCK + node.inode * INODE_BYTES
    const blocks = Math.ceil(node.bytes.length / BLOCK)
    if (blocks > DIRECT + INDIRECT) throw new DiskError(`disk: a directory has too many entries`)
    this.#view.setInt16(at, node.type, true)
    this.#view.setInt16(at + 6, node.links, true)
    this.#view.setUint32(at + 8, node.bytes.length, true)
    const addresses = at + INODE_ADDRESSES
    let indirect = 0
    for (let n = 0; n < blocks; n++) {
      if (n === DIRECT) {
        indirect = this.#block() * BLOCK
        this.#view.setUint32(addresses + DIRECT * 4, indirect / BLOCK, true)
      }
      const block = this.#block()
      const slot = n < DIRECT ? addresses + n * 4 : indirect + (n - DIRECT) * 4
      this.#view.setUint32(slot, block, true)
      this.#image.set(node.bytes.subarray(n * BLOCK, (n + 1) * BLOCK), block * BLOCK)
    }
  }

  #block(): number {
    if (this.#nextBlock === this.#layout.size) {
      throw new DiskError(`disk full: expected at most ${this.#layout.dataBlocks} data blocks`)
    }
    return this.#nextBlock++
  }

  #writeSuperblock(): void {
    const { size, dataBlocks, inodes, logBlocks, logStart, inodeStart, mapStart } = this.#layout
    const fields = [MAGIC, size, dataBlocks, inodes, logBlocks, logStart, inodeStart, mapStart]
    for (const [n, field] of fields.entries()) this.#view.setUint32(BLOCK + n * 4, field, true)
  }

  #writeMap(): void {
    const map = this.#image.subarray(this.#layout.mapStart * BLOCK)
    for (let block = 0; block < this.#nextBlock; block++) {
      map[block >> 3] = (map[block >> 3] ?? 0) | (1 << (block & 7))
    }
  }
}

function checked(name: string, path: string): string {
  const bytes = new TextEncoder().encode(name).length
  if (bytes === 0 || name === '.' || name === '..' || name.includes('\0')) {
    throw new DiskError(`${JSON.stringify(path)}: expected names between slashes, got "${name}"`)
  }
  if (bytes > NAME_BYTES) {
    throw new DiskError(`${path}: expected names of at most ${NAME_BYTES} bytes, got "${name}"`)
  }
  return name
}
