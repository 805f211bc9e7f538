// Memory errors as saved bytes. Invariant: what parseErrors lets through can be loaded into a RAM of that
// size, and saved again gives the same bytes.

import type { SavedState, SavedValue } from '../saved/saved-state.ts'
import { PAGE_GRANULES } from './ecc.ts'
import { ERROR_COUNTS } from './error-counts.ts'

export interface SavedErrors {
  readonly counts: Readonly<Record<string, number>>
  /** First granule and length of each range of poison; in order, and apart. */
  readonly poison: Uint32Array
  /** Granule, low and high half of its flipped bits; in order, and not poison. */
  readonly flips: Uint32Array
}

/** Throws RangeError unless `state` is what MemoryErrors saves for a RAM of so many pages. */
export function parseErrors(state: SavedState, pages: number): SavedErrors {
  const granules = pages * PAGE_GRANULES
  const counts = countsOf(state.counts)
  const poison = wordsOf(state.poison, 2)
  const flips = wordsOf(state.flips, 3)
  let end = -1
  for (let i = 0; i < poison.length; i += 2) {
    const [first, length] = [poison[i]!, poison[i + 1]!]
    if (first <= end || length === 0 || first + length > granules) throw notOurs('poison')
    end = first + length
  }
  let before = -1
  let range = 0
  for (let i = 0; i < flips.length; i += 3) {
    const [granule, lo, hi] = [flips[i]!, flips[i + 1]!, flips[i + 2]!]
    while (range < poison.length && poison[range]! + poison[range + 1]! <= granule) {
      range += 2
    }
    const poisoned = range < poison.length && poison[range]! <= granule
    if (granule <= before || granule >= granules || (lo | hi) === 0 || poisoned) {
      throw notOurs('flips')
    }
    before = granule
  }
  return { counts, poison, flips }
}

export const bytesOf = (words: readonly number[]): Uint8Array =>
  new Uint8Array(Uint32Array.from(words, (word) => word >>> 0).buffer)

function countsOf(value: SavedValue | undefined): Readonly<Record<string, number>> {
  const counts = value as Readonly<Record<string, number>> | null | undefined
  for (const name of ERROR_COUNTS) {
    const count = counts?.[name]
    if (!Number.isSafeInteger(count) || count! < 0) throw notOurs(`the count ${name}`)
  }
  return counts!
}

function wordsOf(value: SavedValue | undefined, record: number): Uint32Array {
  if (!(value instanceof Uint8Array) || value.length % (4 * record) !== 0) {
    throw notOurs('a list of words')
  }
  return new Uint32Array(value.slice().buffer)
}

const notOurs = (what: string): RangeError =>
  new RangeError(`expected ${what} of memory errors as they are saved, got something else`)
