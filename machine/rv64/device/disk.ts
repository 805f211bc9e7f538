// A disk image that is never written: changed blocks are kept beside it. Invariant: the image's bytes
// stay as they came, so that machines and snapshots can share them.

import type { SavedState, SavedValue } from '../saved/saved-state.ts'

export const SECTOR_BYTES = 512
const BLOCK_BYTES = 4096

export class Disk {
  readonly sectors: number
  readonly #image: Uint8Array
  readonly #changed = new Map<number, Uint8Array>()

  /** A last partial sector is filled up with zeros, as QEMU has it. */
  constructor(image: Uint8Array) {
    this.#image = image
    this.sectors = Math.ceil(image.length / SECTOR_BYTES)
  }

  /** True if `bytes` bytes from `sector` are whole sectors on the disk. */
  holds(sector: number, bytes: number): boolean {
    return bytes % SECTOR_BYTES === 0 && sector + bytes / SECTOR_BYTES <= this.sectors
  }

  /** Requires holds(sector, length). */
  read(sector: number, length: number): Uint8Array {
    const out = new Uint8Array(length)
    this.#each(sector, length, (block, from, at, count) => {
      out.set(this.#block(block).subarray(from, from + count), at)
    })
    return out
  }

  /** Requires holds(sector, bytes.length). */
  write(sector: number, bytes: Uint8Array): void {
    this.#each(sector, bytes.length, (block, from, at, count) => {
      let own = this.#changed.get(block)
      if (own === undefined) {
        own = new Uint8Array(BLOCK_BYTES)
        own.set(this.#block(block))
        this.#changed.set(block, own)
      }
      own.set(bytes.subarray(at, at + count), from)
    })
  }

  /** Only what differs from the image, in order of place. */
  save(): SavedState {
    const blocks = [...this.#changed].sort(([a], [b]) => a - b)
    return { blocks: blocks.map(([block, bytes]) => ({ block, bytes: bytes.slice() })) }
  }

  load(state: SavedState): void {
    this.#changed.clear()
    const blocks: readonly SavedValue[] = Array.isArray(state.blocks) ? state.blocks : []
    for (const entry of blocks) {
      const { block, bytes } = entry as { block: number; bytes: Uint8Array }
      this.#changed.set(block, bytes.slice())
    }
  }

  #block(block: number): Uint8Array {
    const at = block * BLOCK_BYTES
    return this.#changed.get(block) ?? this.#image.subarray(at, at + BLOCK_BYTES)
  }

  /** Cuts a range at block borders: (block, offset in it, offset in the range, bytes). */
  #each(
    sector: number,
    length: number,
    visit: (block: number, from: number, at: number, count: number) => void,
  ): void {
    let at = 0
    while (at < length) {
      const place = sector * SECTOR_BYTES + at
      const from = place % BLOCK_BYTES
      const count = Math.min(BLOCK_BYTES - from, length - at)
      visit((place - from) / BLOCK_BYTES, from, at, count)
      at += count
    }
  }
}
