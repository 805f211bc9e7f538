// Everything that entered from outside, stamped with its moment, so that a session can be replayed.
// Invariant: entries are in order of time; they lie packed, and the log takes at most MOST_BYTES of the
// host's memory, all that it needs to keep them included.

import { type Cycles, cycles } from '../../units.ts'
import type { SavedState, SavedValue } from '../saved/saved-state.ts'

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
/** Room is taken in pieces of so many bytes, or larger ones for a larger entry. */
const PIECE_BYTES = 256 * 1024
/** Before an entry's bytes: kind, length, cycle and cycles together; the last is NaN where there are none. */
const HEAD_BYTES = 1 + 4 + 8 + 8

/** Room for entries, filled from its start. */
interface Piece {
  readonly bytes: Uint8Array
  filled: number
}

export class InputLog {
  #pieces: Piece[] = []
  #count = 0
  #bytes = 0
  #lost = 0
  #connections = 0
  #unrecorded = 0
  #isOff = false

  /** Unpacked anew at each call. */
  get entries(): readonly Input[] {
    const entries: Input[] = []
    for (const piece of this.#pieces) {
      for (let at = 0; at < piece.filled; ) {
        const entry = unpack(piece.bytes, at)
        entries.push(entry)
        at += HEAD_BYTES + entry.bytes.length
      }
    }
    return entries
  }

  /** How many entries there are. */
  get count(): number {
    return this.#count
  }

  /** Bytes of the host's memory that the entries take. */
  get bytes(): number {
    return this.#bytes
  }

  /** Entries dropped because the log was full; a session with any cannot be replayed. */
  get lost(): number {
    return this.#lost
  }

  /** Connections on record, or that would be. */
  get connections(): number {
    return this.#connections
  }

  /** Workloads that have worked the network meanwhile: what they did is not on record. */
  get unrecorded(): number {
    return this.#unrecorded
  }

  /** True once no recording is wanted. */
  get isOff(): boolean {
    return this.#isOff
  }

  /** No recording is wanted: forgets all and keeps nothing from now on, whatever is loaded. */
  turnOff(): void {
    this.#isOff = true
    this.#forget()
  }

  add(moment: Moment, kind: InputKind, bytes: Uint8Array): void {
    if (kind === 'connect') this.#connections++
    if (this.#isOff) return
    const piece = this.#room(HEAD_BYTES + bytes.length)
    if (piece === undefined) {
      this.#lost++
      return
    }
    pack(piece, moment, kind, bytes)
    this.#count++
  }

  /** A user whose doings are not written down has worked the network. */
  leftOut(): void {
    this.#unrecorded++
  }

  reset(): void {
    this.#forget()
    this.#lost = 0
    this.#connections = 0
    this.#unrecorded = 0
  }

  save(): SavedState {
    const entries = this.entries.map((entry) => ({ ...entry }))
    return { entries, lost: this.#lost, unrecorded: this.#unrecorded }
  }

  load(state: SavedState): void {
    this.reset()
    const entries: readonly SavedValue[] = Array.isArray(state.entries) ? state.entries : []
    for (const entry of entries) {
      const { kind, bytes, ...moment } = entry as unknown as Input
      this.add(moment, kind, bytes)
    }
    this.#lost = Number(state.lost)
    this.#unrecorded = Number(state.unrecorded ?? 0)
  }

  #forget(): void {
    this.#pieces = []
    this.#count = 0
    this.#bytes = 0
  }

  /** A piece with room for so many bytes; undefined if that would be more than the log may take. */
  #room(bytes: number): Piece | undefined {
    const last = this.#pieces.at(-1)
    if (last !== undefined && last.filled + bytes <= last.bytes.length) return last
    const length = Math.max(PIECE_BYTES, bytes)
    if (this.#bytes + length > MOST_BYTES) return undefined
    const piece = { bytes: new Uint8Array(length), filled: 0 }
    this.#pieces.push(piece)
    this.#bytes += length
    return piece
  }
}

function pack(piece: Piece, moment: Moment, kind: InputKind, bytes: Uint8Array): void {
  const view = new DataView(piece.bytes.buffer, piece.filled, HEAD_BYTES)
  view.setUint8(0, INPUT_KINDS.indexOf(kind))
  view.setUint32(1, bytes.length)
  view.setFloat64(5, moment.cycle)
  view.setFloat64(13, moment.together ?? Number.NaN)
  piece.bytes.set(bytes, piece.filled + HEAD_BYTES)
  piece.filled += HEAD_BYTES + bytes.length
}

function unpack(from: Uint8Array, at: number): Input {
  const view = new DataView(from.buffer, at, HEAD_BYTES)
  const start = at + HEAD_BYTES
  const together = view.getFloat64(13)
  return {
    cycle: cycles(view.getFloat64(5)),
    ...(Number.isNaN(together) ? {} : { together }),
    kind: INPUT_KINDS[view.getUint8(0)]!,
    bytes: from.slice(start, start + view.getUint32(1)),
  }
}
