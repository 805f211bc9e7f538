// What a disk says about itself before any inode is read: its superblock and the head of its log.
// Invariant: a layout that comes out of here lies within the image.

import { BLOCK, DiskError, type Layout, layout, MAGIC, MOST_LOGGED } from './filesystem.ts'

/** The layout of a disk, or undefined where there is none to go by; tells what is wrong. */
export function readSuperblock(
  image: Uint8Array,
  tell: (problem: string) => void,
): Layout | undefined {
  const view = new DataView(image.buffer, image.byteOffset, image.byteLength)
  if (image.length < 2 * BLOCK || view.getUint32(BLOCK, true) !== MAGIC) {
    tell('superblock: no magic number')
    return undefined
  }
  const field = (n: number) => view.getUint32(BLOCK + n * 4, true)
  const found = [field(2), field(5), field(6), field(7)]
  try {
    const expected = layout({ blocks: field(1), inodes: field(3), logBlocks: field(4) })
    const { size, dataBlocks, logStart, inodeStart, mapStart } = expected
    const wanted = [dataBlocks, logStart, inodeStart, mapStart]
    if (String(found) !== String(wanted)) tell(`superblock: expected ${wanted}, got ${found}`)
    else if (size * BLOCK <= image.length) return expected
    else tell(`superblock: says ${size} blocks, the image has ${Math.floor(image.length / BLOCK)}`)
  } catch (error) {
    if (!(error instanceof DiskError)) throw error
    tell(`superblock: ${error.message}`)
  }
  return undefined
}

/** Tells whether a transaction waits in the log, and whether it can be one. */
export function checkLog(image: Uint8Array, of: Layout, tell: (problem: string) => void): void {
  const view = new DataView(image.buffer, image.byteOffset + of.logStart * BLOCK, BLOCK)
  const count = view.getUint32(0, true)
  if (count === 0) return
  if (count > MOST_LOGGED || count >= of.logBlocks) {
    tell(`log: expected at most ${Math.min(MOST_LOGGED, of.logBlocks - 1)} blocks, got ${count}`)
    return
  }
  tell('log: a committed transaction waits to be replayed')
  for (let n = 0; n < count; n++) {
    const block = view.getUint32(4 + n * 4, true)
    if (block < of.inodeStart || block >= of.size)
      tell(`log: block ${block} is none of a file system`)
  }
}
