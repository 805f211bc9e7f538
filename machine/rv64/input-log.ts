// Everything that entered from outside, stamped with its moment, so that a session can be replayed.
// Invariant: entries are in order of time, and together hold at most MOST_BYTES bytes.

import type { Cycles } from '../units.ts'
import type { DeviceState, DeviceValue } from './device/device.ts'

/** Typed text, an injected error, and what a connection did. */
export const INPUT_KINDS = [
  'console',
  'memory-error',
  'connect',
  'send',
  'receive',
  'end',
  'destroy',
] as const
export type InputKind = (typeof INPUT_KINDS)[number]

/** A state between two instructions, of all that a machine comes to. */
export interface Moment {
  /** The machine's time. */
  readonly cycle: Cycles
  /**
   * Cycles of all its harts together, if it has several: they come to many states at one time of the
   * machine, and these grow from each to the next.
   */
  readonly together?: number
}

export interface Input extends Moment {
  readonly kind: InputKind
  /** Typed text in UTF-8; a memory error; of a connection its number, then the port or what was sent. */
  readonly bytes: Uint8Array
}

const MOST_BYTES = 64 * 1024 * 1024
/** What an entry costs besides its bytes. */
const ENTRY_BYTES = 64

export class InputLog {
  #entries: Input[] = []
  #bytes = 0
  #lost = 0
  #connections = 0
  #unrecorded = 0

  get entries(): readonly Input[] {
    return this.#entries
  }

  /** Entries dropped because the log was full; a session with any cannot be replayed. */
  get lost(): number {
    return this.#lost
  }

  /** Connections on record. */
  get connections(): number {
    return this.#connections
  }

  /** Workloads that have worked the network meanwhile: what they did is not on record. */
  get unrecorded(): number {
    return this.#unrecorded
  }

  add(moment: Moment, kind: InputKind, bytes: Uint8Array): void {
    if (this.#bytes + bytes.length + ENTRY_BYTES > MOST_BYTES) {
      this.#lost++
      return
    }
    this.#bytes += bytes.length + ENTRY_BYTES
    if (kind === 'connect') this.#connections++
    this.#entries.push({ ...moment, kind, bytes: bytes.slice() })
  }

  /** Somebody has worked the network whose doings are not written down. */
  leftOut(): void {
    this.#unrecorded++
  }

  reset(): void {
    this.#entries = []
    this.#bytes = 0
    this.#lost = 0
    this.#connections = 0
    this.#unrecorded = 0
  }

  save(): DeviceState {
    const entries = this.#entries.map((entry) => ({ ...entry }))
    return { entries, lost: this.#lost, unrecorded: this.#unrecorded }
  }

  load(state: DeviceState): void {
    this.reset()
    const entries: readonly DeviceValue[] = Array.isArray(state.entries) ? state.entries : []
    for (const entry of entries) {
      const { kind, bytes, ...moment } = entry as unknown as Input
      this.add(moment, kind, bytes)
    }
    this.#lost = Number(state.lost)
    this.#unrecorded = Number(state.unrecorded ?? 0)
  }
}
