// ROM: bytes that the guest can read and fetch, not write. Invariant: its bytes change only when the
// board programs it.

import type { SavedState } from '../saved/saved-state.ts'
import type { Device } from './device.ts'

export class Rom implements Device {
  readonly name: string
  readonly size: number
  readonly #bytes: Uint8Array

  constructor(name: string, size: number) {
    this.name = name
    this.size = size
    this.#bytes = new Uint8Array(size)
  }

  /** Puts `bytes` at its start and zeros behind. Throws RangeError if they do not fit. */
  program(bytes: Uint8Array): void {
    if (bytes.length > this.size) {
      throw new RangeError(`expected at most ${this.size} bytes of ROM, got ${bytes.length}`)
    }
    this.#bytes.fill(0)
    this.#bytes.set(bytes)
  }

  read(offset: number, bytes: 1 | 2 | 4): number {
    let value = 0
    for (let i = bytes - 1; i >= 0; i--) value = value * 256 + (this.#bytes[offset + i] ?? 0)
    return value
  }

  write(): void {}

  reset(): void {}

  save(): SavedState {
    return { bytes: this.#bytes.slice() }
  }

  load(state: SavedState): void {
    if (state.bytes instanceof Uint8Array) this.program(state.bytes)
  }
}
