// Everything that entered from outside, stamped with its cycle, so that a session can be replayed.
// Invariant: entries are in order of time, and together hold at most MOST_BYTES bytes.

import type { Cycles } from '../units.ts'
import { cycles } from '../units.ts'
import type { DeviceState, DeviceValue } from './device/device.ts'

export interface Input {
  readonly cycle: Cycles
  /** `console`, `memory-error`, or what a connection did: `connect`, `send`, `end`, `destroy`. */
  readonly kind: string
  readonly bytes: Uint8Array
}

const MOST_BYTES = 64 * 1024 * 1024
/** What an entry costs besides its bytes. */
const ENTRY_BYTES = 64

export class InputLog {
  #entries: Input[] = []
  #bytes = 0
  #lost = 0

  get entries(): readonly Input[] {
    return this.#entries
  }

  /** Entries dropped because the log was full; a session with any cannot be replayed. */
  get lost(): number {
    return this.#lost
  }

  add(cycle: Cycles, kind: string, bytes: Uint8Array): void {
    if (this.#bytes + bytes.length + ENTRY_BYTES > MOST_BYTES) {
      this.#lost++
      return
    }
    this.#bytes += bytes.length + ENTRY_BYTES
    this.#entries.push({ cycle, kind, bytes: bytes.slice() })
  }

  reset(): void {
    this.#entries = []
    this.#bytes = 0
    this.#lost = 0
  }

  save(): DeviceState {
    const entries = this.#entries.map(({ cycle, kind, bytes }) => ({ cycle, kind, bytes }))
    return { entries, lost: this.#lost }
  }

  load(state: DeviceState): void {
    this.reset()
    const entries: readonly DeviceValue[] = Array.isArray(state.entries) ? state.entries : []
    for (const entry of entries) {
      const { cycle, kind, bytes } = entry as unknown as Input
      this.add(cycles(cycle), kind, bytes)
    }
    this.#lost = Number(state.lost)
  }
}
