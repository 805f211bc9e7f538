// How a driver tells where the rings of a queue lie: in this the versions of virtio-mmio differ. Version 2
// (virtio 1.2, section 4.2.2) has an address for each ring; version 1 (4.2.4, legacy) has one page
// number, and the rings follow each other. Invariant: rings that cannot be used make no queue ready
// unnoticed; the transport looks whenever `write` says that one has become ready.

import type { SavedState } from '../saved/saved-state.ts'
import type { Virtqueue } from './virtqueue.ts'

export type VirtioVersion = 1 | 2

const QUEUE_NUM = 0x038
const VERSION_1 = 1 // feature bit 32: bit 0 of the second word

export interface QueueRegisters {
  readonly version: VirtioVersion
  /** Feature bits 32 to 63 that the transport offers by itself. */
  readonly features: number
  read(queue: Virtqueue | undefined, offset: number): number
  /** Writes a register of the selected queue, if there is one. True: the queue is ready from now on. */
  write(queue: Virtqueue | undefined, offset: number, word: number): boolean
  reset(): void
  save(): SavedState
  load(state: SavedState): void
}

export const queueRegisters = (version: VirtioVersion): QueueRegisters =>
  version === 1 ? new LegacyRegisters() : new RingAddresses()

const QUEUE_READY = 0x044
const QUEUE_DESC = 0x080 // low half; high at + 4
const QUEUE_DRIVER = 0x090
const QUEUE_DEVICE = 0x0a0

class RingAddresses implements QueueRegisters {
  readonly version = 2
  readonly features = VERSION_1

  read(queue: Virtqueue | undefined, offset: number): number {
    return offset === QUEUE_READY && queue?.ready === true ? 1 : 0
  }

  write(queue: Virtqueue | undefined, offset: number, word: number): boolean {
    if (queue === undefined) return false
    if (offset === QUEUE_READY) {
      queue.ready = (word & 1) !== 0
      return queue.ready
    }
    if (queue.ready) return false // the rings of a live queue stay where they are
    if (offset === QUEUE_NUM) queue.size = word
    else if (offset === QUEUE_DESC) queue.descriptors = withLow(queue.descriptors, word)
    else if (offset === QUEUE_DESC + 4) queue.descriptors = withHigh(queue.descriptors, word)
    else if (offset === QUEUE_DRIVER) queue.driver = withLow(queue.driver, word)
    else if (offset === QUEUE_DRIVER + 4) queue.driver = withHigh(queue.driver, word)
    else if (offset === QUEUE_DEVICE) queue.device = withLow(queue.device, word)
    else if (offset === QUEUE_DEVICE + 4) queue.device = withHigh(queue.device, word)
    return false
  }

  reset(): void {}

  save(): SavedState {
    return {}
  }

  load(): void {}
}

const GUEST_PAGE_SIZE = 0x028
const QUEUE_ALIGN = 0x03c
const QUEUE_PFN = 0x040
/** The alignment of the used ring for drivers that do not say: xv6's from before 2022. */
const USUAL_ALIGN = 4096
const DESCRIPTOR_BYTES = 16

/** One alignment serves all queues: drivers give it again for each. */
class LegacyRegisters implements QueueRegisters {
  readonly version = 1
  readonly features = 0
  #pageBytes = 0
  #align = USUAL_ALIGN

  read(queue: Virtqueue | undefined, offset: number): number {
    if (offset !== QUEUE_PFN || queue?.ready !== true) return 0
    return Math.floor(queue.descriptors / this.#pageBytes)
  }

  write(queue: Virtqueue | undefined, offset: number, word: number): boolean {
    if (offset === GUEST_PAGE_SIZE) this.#pageBytes = word
    else if (offset === QUEUE_ALIGN) this.#align = word
    else if (offset === QUEUE_PFN && queue !== undefined) return this.#place(queue, word)
    else if (offset === QUEUE_NUM && queue?.ready === false) queue.size = word
    return false
  }

  reset(): void {
    this.#pageBytes = 0
    this.#align = USUAL_ALIGN
  }

  save(): SavedState {
    return { pageBytes: this.#pageBytes, align: this.#align }
  }

  load(state: SavedState): void {
    this.#pageBytes = Number(state.pageBytes)
    this.#align = Number(state.align)
  }

  /** Descriptors, available ring and, aligned, used ring. Page 0: the queue is used no longer. */
  #place(queue: Virtqueue, page: number): boolean {
    const { size } = queue
    queue.reset()
    if (page === 0) return false
    queue.size = size
    queue.descriptors = page * this.#pageBytes
    queue.driver = queue.descriptors + DESCRIPTOR_BYTES * size
    queue.device = Math.ceil((queue.driver + 6 + 2 * size) / this.#align) * this.#align
    queue.ready = true
    return true
  }
}

// Addresses from 2^53 up lose their lowest bits here; they lie outside RAM all the same.
const withLow = (address: number, low: number): number =>
  Math.floor(address / 2 ** 32) * 2 ** 32 + low
const withHigh = (address: number, high: number): number => high * 2 ** 32 + (address % 2 ** 32)
