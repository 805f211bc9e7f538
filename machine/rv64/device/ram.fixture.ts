// A stand-in for RAM in tests of devices and board: plain bytes behind DmaMemory.

import type { DmaMemory } from '../memory/dma.ts'

export class RamDouble implements DmaMemory {
  readonly base: number
  readonly bytes: Uint8Array
  /** Addresses of words that no device can read. */
  readonly poison: number[] = []

  constructor(base: number, length: number) {
    this.base = base
    this.bytes = new Uint8Array(length)
  }

  holds(at: number, length: number): boolean {
    return at >= this.base && length >= 0 && at + length <= this.base + this.bytes.length
  }

  read(at: number, length: number): Uint8Array {
    if (!this.holds(at, length)) throw new RangeError(`expected RAM, got ${at} + ${length}`)
    return this.bytes.slice(at - this.base, at - this.base + length)
  }

  take(at: number, length: number): Uint8Array | undefined {
    const isPoison = this.poison.some((word) => word < at + length && word + 8 > at)
    return isPoison ? undefined : this.read(at, length)
  }

  write(at: number, bytes: Uint8Array): void {
    if (!this.holds(at, bytes.length)) throw new RangeError(`expected RAM, got ${at}`)
    this.bytes.set(bytes, at - this.base)
  }
}
