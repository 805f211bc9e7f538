// Transcript: what the guest has written to its console, and the text for which a run waits.
// Invariant: bytes become text as UTF-8, whatever pieces they come in; at most the last MiB is kept.

import type { SavedState } from './saved-state.ts'

const KEPT = 1 << 20
/** A waiting run looks at no more than this of what it heard, so that output costs bounded time. */
const SEARCHED_CHARACTERS = 1 << 16

export class Transcript {
  readonly #listeners = new Set<(text: string) => void>()
  #decoder = new TextDecoder()
  #pieces: string[] = []
  #length = 0
  #wanted: RegExp | undefined
  #heard = ''
  #match: RegExpExecArray | undefined

  get text(): string {
    const all = this.#pieces.join('').slice(-KEPT)
    this.#pieces = [all]
    this.#length = all.length
    return all
  }

  /** The match that the run waits for, once it is there. */
  get match(): RegExpExecArray | undefined {
    return this.#match
  }

  listen(heard: (text: string) => void): () => void {
    this.#listeners.add(heard)
    return () => this.#listeners.delete(heard)
  }

  /** Waits from now on for `text` in what is written, with `heard` in front of it. */
  expect(text: RegExp | undefined, heard = ''): void {
    // A global or sticky expression would go on where it stopped the last time.
    this.#wanted = text && new RegExp(text.source, text.flags.replace(/[gy]/g, ''))
    this.#heard = heard
    this.#match = undefined
  }

  /** The guest writes a byte. True: the awaited text is complete. */
  write(byte: number): boolean {
    const plain = byte < 0x80
    const text = plain
      ? this.#decoder.decode() + String.fromCharCode(byte)
      : this.#decoder.decode(Uint8Array.of(byte), { stream: true })
    if (text === '') return false
    this.#pieces.push(text)
    this.#length += text.length
    if (this.#length > 2 * KEPT) void this.text
    for (const heard of this.#listeners) heard(text)
    if (this.#wanted === undefined || this.#match !== undefined) return false
    this.#heard = (this.#heard + text).slice(-SEARCHED_CHARACTERS)
    this.#match = this.#wanted.exec(this.#heard) ?? undefined
    return this.#match !== undefined
  }

  reset(): void {
    this.#decoder = new TextDecoder()
    this.#pieces = []
    this.#length = 0
  }

  save(): SavedState {
    return { text: this.text }
  }

  load(state: SavedState): void {
    this.reset()
    this.#pieces = [String(state.text)]
    this.#length = String(state.text).length
  }
}
