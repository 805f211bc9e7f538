// Ram: guest memory from 0x80000000, inside the machine's one linear memory. Invariants: a page that
// was ever written is marked touched, and every other page is zero; no code writes to a page that
// holds decoded code without telling the code cache; only the host reads without asking `errors`.

import { MiB, PAGE_BYTES } from '../../units.ts'
import type { DmaMemory } from './dma.ts'
import { CODE_OF_PAGE, MOST_RAM_PAGES, memoryPages, RAM, TOUCHED } from './layout.ts'
import { CLEAN, MemoryErrors } from './memory-error.ts'
import { MEMORY_MAP } from './memory-map.ts'

export const RAM_BASE: number = MEMORY_MAP.ram.base

/** Host addresses are signed 32-bit numbers here and there. */
const MOST_PAGES = (MOST_RAM_PAGES * PAGE_BYTES) / 65536

/** The bytes of a page from `from` up to but not including `to`. */
export interface WatchedBytes {
  readonly from: number
  readonly to: number
}

/** Learns of writes to pages in which it has decoded instructions. */
export interface CodeWatcher {
  /** [at, at + length) within page `page` of RAM has been overwritten. */
  overwritten(page: number, at: number, length: number): void
  /** A page has changed behind the hart's back: it has got a memory error. */
  disturbed(page: number): void
  /** Sets the ranges, by page, of which a write stops the engine behind the instruction; no others do. */
  watch(ranges: ReadonlyMap<number, readonly WatchedBytes[]>): void
}

export class Ram implements DmaMemory {
  readonly memory: WebAssembly.Memory
  readonly bytes: number
  readonly end: number
  readonly pages: number
  readonly harts: number
  readonly u8: Uint8Array
  readonly i32: Int32Array
  readonly view: DataView
  /** 1 for each page that may differ from zero. */
  readonly touched: Uint8Array
  /** The decoded page that holds the instructions of each page, counted from 1, or 0. */
  readonly code: Uint16Array
  readonly errors: MemoryErrors
  watcher: CodeWatcher | undefined
  /** Called when a device writes: LR reservations end, caches lose it. */
  onDma: ((at: number, length: number) => void) | undefined

  /** Behind guest memory is room for what each hart but the first needs besides. */
  constructor(bytes: number, harts = 1) {
    if (bytes <= 0 || bytes % 65536 !== 0) {
      throw new RangeError(`RAM: expected a positive multiple of 64 KiB, got ${bytes} bytes`)
    }
    const pages = memoryPages(bytes, harts)
    if (pages > MOST_PAGES) {
      const none = memoryPages(0, harts)
      const perMiB = (memoryPages(64 * MiB, harts) - none) / 64
      const most = Math.floor((MOST_PAGES - none) / perMiB)
      throw new RangeError(`RAM: expected at most ${most} MiB, got ${bytes / 2 ** 20} MiB`)
    }
    this.memory = new WebAssembly.Memory({ initial: pages, maximum: pages })
    this.bytes = bytes
    this.end = RAM_BASE + bytes
    this.pages = bytes / PAGE_BYTES
    this.harts = harts
    this.u8 = new Uint8Array(this.memory.buffer)
    this.i32 = new Int32Array(this.memory.buffer)
    this.view = new DataView(this.memory.buffer)
    this.touched = new Uint8Array(this.memory.buffer, TOUCHED, this.pages)
    this.code = new Uint16Array(this.memory.buffer, CODE_OF_PAGE, this.pages)
    this.errors = new MemoryErrors(this.i32, this.pages, (page) => {
      this.touched[page] = 1
      this.watcher?.disturbed(page)
    })
  }

  holds(at: number, length: number): boolean {
    return at >= RAM_BASE && length >= 0 && at + length <= this.end
  }

  /** Where `at` lies in linear memory; requires holds(at, 1). */
  host(at: number): number {
    return at - RAM_BASE + RAM
  }

  /** The inverse of host. */
  physical(host: number): number {
    return host - RAM + RAM_BASE
  }

  /** The bytes as they are stored, errors and all. */
  read(at: number, length: number): Uint8Array {
    const host = this.#range(at, length)
    return this.u8.slice(host, host + length)
  }

  take(at: number, length: number): Uint8Array | undefined {
    if (this.errors.touch(at, length) === CLEAN) return this.read(at, length)
    this.errors.consumed('dma')
    return undefined
  }

  write(at: number, bytes: Uint8Array): void {
    const host = this.#range(at, bytes.length)
    this.u8.set(bytes, host)
    this.wrote(at, bytes.length)
    this.onDma?.(at, bytes.length)
  }

  /** Keeps the invariants after [at, at + length) has been written. */
  wrote(at: number, length: number): void {
    if (this.errors.count !== 0) this.errors.overwritten(at, length)
    const end = at + length
    while (at < end) {
      const page = (at - RAM_BASE) >>> 12
      const stop = Math.min(end, RAM_BASE + (page + 1) * PAGE_BYTES)
      this.touched[page] = 1
      if (this.code[page] !== 0) this.watcher?.overwritten(page, at & 0xfff, stop - at)
      at = stop
    }
  }

  /** Back to zero everywhere. */
  clear(): void {
    for (let page = 0; page < this.pages; page++) {
      if (this.touched[page] === 0) continue
      const host = RAM + page * PAGE_BYTES
      this.u8.fill(0, host, host + PAGE_BYTES)
      if (this.code[page] !== 0) this.watcher?.overwritten(page, 0, PAGE_BYTES)
      this.touched[page] = 0
    }
    this.errors.clear()
  }

  #range(at: number, length: number): number {
    if (!this.holds(at, length)) {
      throw new RangeError(
        `expected a range in RAM 0x${RAM_BASE.toString(16)}-0x${this.end.toString(16)}, got 0x${at.toString(16)} + ${length}`,
      )
    }
    return this.host(at)
  }
}
