// Which fragments exist, and from which slots each was made. Invariants: the entry's slot of an existing
// fragment says FRAGMENT and its number in the table; of one that is gone, neither. Their number and size
// are bounded: when there is no room, all go.

import type { Hart } from '../../hart/hart.ts'
import type { SlotWatcher } from '../code/code-cache.ts'
import { DECODE, FRAGMENT, SLOT_HANDLER, SLOT_HEAT } from '../code/slot.ts'
import { MOST_FRAGMENTS, MOST_INSTRUCTIONS } from './limits.ts'

/** Slots of one block, first to last, on the page whose slots begin at `page`. */
export interface Span {
  readonly page: number
  readonly first: number
  readonly last: number
  readonly instructions: number
}

interface Fragment {
  readonly number: number
  readonly entry: number
  readonly spans: readonly Span[]
  readonly instructions: number
}

export class FragmentTable implements SlotWatcher {
  readonly #hart: Hart
  readonly #table: WebAssembly.Table
  /** The fragments made from a page, by where the page's slots begin. */
  readonly #onPage = new Map<number, Set<Fragment>>()
  readonly #free: number[] = []
  #instructions = 0
  readonly #counts = { added: 0, instructions: 0, removed: 0, cleared: 0 }

  constructor(hart: Hart, table: WebAssembly.Table) {
    this.#hart = hart
    this.#table = table
    for (let number = MOST_FRAGMENTS - 1; number >= 0; number--) this.#free.push(number)
  }

  add(entry: number, spans: readonly Span[], compiled: unknown): void {
    const instructions = spans.reduce((sum, span) => sum + span.instructions, 0)
    if (this.#free.length === 0 || this.#instructions + instructions > MOST_INSTRUCTIONS) {
      this.#removeAll()
    }
    const number = this.#free.pop()!
    const fragment: Fragment = { number, entry, spans, instructions }
    for (const { page } of spans) {
      const fragments = this.#onPage.get(page)
      if (fragments === undefined) this.#onPage.set(page, new Set([fragment]))
      else fragments.add(fragment)
    }
    this.#instructions += instructions
    this.#counts.added++
    this.#counts.instructions += instructions
    this.#table.set(number, compiled)
    this.#mark(entry, FRAGMENT, number)
  }

  why(): Record<string, number> {
    const { added, instructions, removed, cleared } = this.#counts
    return {
      'compiled-fragments': added,
      'compiled-instructions': instructions,
      'fragments-removed': removed,
      'fragments-cleared': cleared,
    }
  }

  changed(slots: number, first: number, last: number): void {
    // One of them may be the one that executes.
    if (this.#removeFrom(slots, first, last)) this.#hart.stopAfterThis()
  }

  emptied(slots: number, slot: number): void {
    this.#removeFrom(slots, slot, slot)
  }

  /** Removes the fragments that were made from slots between these. */
  #removeFrom(slots: number, first: number, last: number): boolean {
    let some = false
    for (const fragment of this.#onPage.get(slots) ?? []) {
      const overlaps = fragment.spans.some((span) => span.first <= last && span.last >= first)
      if (overlaps) this.#remove(fragment)
      some ||= overlaps
    }
    return some
  }

  /** The code cache makes the engine stop when it drops a page. */
  dropped(slots: number): void {
    for (const fragment of this.#onPage.get(slots) ?? []) this.#remove(fragment)
  }

  /** No fragment executes while another is added. */
  #removeAll(): void {
    this.#counts.cleared++
    for (const fragments of this.#onPage.values()) for (const one of fragments) this.#remove(one)
    for (let number = 0; number < MOST_FRAGMENTS; number++) this.#table.set(number, null)
  }

  #remove(fragment: Fragment): void {
    for (const { page } of fragment.spans) {
      const fragments = this.#onPage.get(page)
      fragments?.delete(fragment)
      if (fragments?.size === 0) this.#onPage.delete(page)
    }
    this.#instructions -= fragment.instructions
    this.#counts.removed++
    this.#free.push(fragment.number)
    this.#mark(fragment.entry, DECODE, 0)
  }

  #mark(slot: number, handler: number, heat: number): void {
    const { view } = this.#hart.ram
    view.setUint16(slot + SLOT_HANDLER, handler, true)
    view.setUint16(slot + SLOT_HEAT, heat, true)
  }
}
