// A split virtqueue (virtio 1.2, section 2.7) as the device sees it. The rings are hostile input.
// Invariant: nothing outside RAM is touched, a chain has at most `size` descriptors and
// MOST_CHAIN_BYTES bytes, and whatever breaks a rule comes back as 'broken', never as a throw. Rings that
// cannot be read for a memory error are broken too.

import type { DmaMemory } from '../memory/dma.ts'
import type { SavedState } from '../saved/saved-state.ts'

export const QUEUE_SIZE_MAX = 256
/** More than any driver puts in one request; it bounds the work for one notification. */
const MOST_CHAIN_BYTES = 4 * 1024 * 1024

const DESCRIPTOR_BYTES = 16
const DESC_NEXT = 1
const DESC_WRITE = 2
const DESC_INDIRECT = 4
const AVAIL_NO_INTERRUPT = 1
const USED_ELEMENT_BYTES = 8

export interface Part {
  readonly at: number
  readonly length: number
}

export interface Chain {
  readonly head: number
  /** What the device may read, then what it may write, in order. */
  readonly readable: readonly Part[]
  readonly writable: readonly Part[]
  readonly readableBytes: number
  readonly writableBytes: number
}

export class Virtqueue {
  /** Registers of the transport. */
  size = 0
  ready = false
  descriptors = 0
  driver = 0
  device = 0
  readonly #dma: DmaMemory
  /** Free-running 16-bit indices of the next available and the next used entry. */
  #available = 0
  #used = 0

  constructor(dma: DmaMemory) {
    this.#dma = dma
  }

  /** True if the rings that the driver set up can be used at all. */
  get isSound(): boolean {
    const { size } = this
    return (
      size > 0 &&
      size <= QUEUE_SIZE_MAX &&
      (size & (size - 1)) === 0 &&
      this.descriptors % 16 === 0 &&
      this.driver % 2 === 0 &&
      this.device % 4 === 0 &&
      this.#dma.holds(this.descriptors, DESCRIPTOR_BYTES * size) &&
      this.#dma.holds(this.driver, 6 + 2 * size) &&
      this.#dma.holds(this.device, 6 + USED_ELEMENT_BYTES * size)
    )
  }

  /** Takes the next chain that the driver made available. */
  pop(): Chain | 'empty' | 'broken' {
    const next = this.peek()
    if (next !== 'empty' && next !== 'broken') this.#available = (this.#available + 1) & 0xffff
    return next
  }

  /** The next chain, left where it is. */
  peek(): Chain | 'empty' | 'broken' {
    if (!this.isSound) return 'broken'
    const index = u16(this.#dma, this.driver + 2)
    if (index === undefined) return 'broken'
    const waiting = (index - this.#available) & 0xffff
    if (waiting === 0) return 'empty'
    if (waiting > this.size) return 'broken'
    const slot = this.#available & (this.size - 1)
    const head = u16(this.#dma, this.driver + 4 + 2 * slot)
    return (head === undefined ? undefined : this.chain(head)) ?? 'broken'
  }

  /** Walks the chain that begins at descriptor `head`; undefined if it is broken. */
  chain(head: number): Chain | undefined {
    if (!this.isSound) return undefined
    const readable: Part[] = []
    const writable: Part[] = []
    let readableBytes = 0
    let writableBytes = 0
    let index = head
    for (let count = 0; count < this.size; count++) {
      if (index >= this.size) return undefined
      const descriptor = this.#descriptor(index)
      if (descriptor === undefined) return undefined
      const { at, length, flags, next } = descriptor
      if ((flags & DESC_INDIRECT) !== 0 || !this.#dma.holds(at, length)) return undefined
      if ((flags & DESC_WRITE) !== 0) {
        writable.push({ at, length })
        writableBytes += length
      } else {
        if (writable.length > 0) return undefined
        readable.push({ at, length })
        readableBytes += length
      }
      if (readableBytes + writableBytes > MOST_CHAIN_BYTES) return undefined
      if ((flags & DESC_NEXT) === 0) {
        return { head, readable, writable, readableBytes, writableBytes }
      }
      index = next
    }
    return undefined // a loop
  }

  /** Hands a chain back with `written` bytes in its writable part. */
  push(head: number, written: number): void {
    if (!this.isSound) return
    const element = new Uint8Array(USED_ELEMENT_BYTES)
    const view = new DataView(element.buffer)
    view.setUint32(0, head, true)
    view.setUint32(4, written, true)
    const slot = this.#used & (this.size - 1)
    this.#dma.write(this.device + 4 + USED_ELEMENT_BYTES * slot, element)
    this.#used = (this.#used + 1) & 0xffff
    this.#dma.write(this.device + 2, Uint8Array.of(this.#used & 0xff, this.#used >>> 8))
  }

  /** False while the driver asks not to be interrupted for used chains. */
  get wantsInterrupt(): boolean {
    return this.isSound && ((u16(this.#dma, this.driver) ?? 0) & AVAIL_NO_INTERRUPT) === 0
  }

  /** All that the device may read of a chain, joined; undefined: a part of it is poison. */
  gather(chain: Chain): Uint8Array | undefined {
    const bytes = new Uint8Array(chain.readableBytes)
    let at = 0
    for (const part of chain.readable) {
      const taken = this.#dma.take(part.at, part.length)
      if (taken === undefined) return undefined
      bytes.set(taken, at)
      at += part.length
    }
    return bytes
  }

  /** Spreads `bytes` over what the device may write of a chain, beginning `skip` bytes into it. */
  scatter(chain: Chain, bytes: Uint8Array, skip = 0): void {
    let done = 0
    let passed = 0
    for (const part of chain.writable) {
      const from = Math.min(part.length, Math.max(0, skip - passed))
      const piece = bytes.subarray(done, done + part.length - from)
      if (piece.length > 0) this.#dma.write(part.at + from, piece)
      done += piece.length
      passed += part.length
    }
  }

  reset(): void {
    this.size = this.descriptors = this.driver = this.device = 0
    this.ready = false
    this.#available = this.#used = 0
  }

  save(): SavedState {
    return {
      descriptors: this.descriptors,
      driver: this.driver,
      device: this.device,
      size: this.size,
      ready: this.ready,
      available: this.#available,
      used: this.#used,
    }
  }

  load(state: SavedState): void {
    this.descriptors = Number(state.descriptors)
    this.driver = Number(state.driver)
    this.device = Number(state.device)
    this.size = Number(state.size)
    this.ready = state.ready === true
    this.#available = Number(state.available)
    this.#used = Number(state.used)
  }

  #descriptor(index: number): (Part & { flags: number; next: number }) | undefined {
    const bytes = this.#dma.take(this.descriptors + DESCRIPTOR_BYTES * index, DESCRIPTOR_BYTES)
    if (bytes === undefined) return undefined
    const view = new DataView(bytes.buffer, bytes.byteOffset, DESCRIPTOR_BYTES)
    return {
      at: view.getUint32(4, true) * 2 ** 32 + view.getUint32(0, true),
      length: view.getUint32(8, true),
      flags: view.getUint16(12, true),
      next: view.getUint16(14, true),
    }
  }
}

/** Undefined: it is poison. */
function u16(dma: DmaMemory, at: number): number | undefined {
  const bytes = dma.take(at, 2)
  return bytes && (bytes[0] ?? 0) | ((bytes[1] ?? 0) << 8)
}
