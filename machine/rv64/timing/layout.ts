// Where the memory system's model lies in linear memory: tags first, which are state, then what is derived
// from them. TypeScript and generated code read the same layout. Invariant: it ends before CODE.

import { CODE, TIMING } from '../memory/layout.ts'
import type { Core, Geometry } from './core.ts'

/** Byte addresses of a tag array: its entries, set by set, and the victim of each set. */
export interface ArrayLayout extends Geometry {
  readonly entries: number
  readonly victims: number
}

export const ARRAYS = ['l1d', 'l2', 'dtlb', 'l2tlb', 'l1i', 'itlb'] as const
export type ArrayName = (typeof ARRAYS)[number]

export interface Layout extends Readonly<Record<ArrayName, ArrayLayout>> {
  /** Counters of branches, a byte for each word of a page. */
  readonly counters: number
  /** What is state ends here. */
  readonly end: number
  /** Two i32 by entry of the data cache: address of its soft entry for reads, for writes; or `nowhere`. */
  readonly holders: number
  /** What is emptied instead of a soft entry where there is none. */
  readonly nowhere: number
  /** i32 by entry of the data TLB: where the soft entries of its page begin, those for reads. */
  readonly base: number
  /** Besides, two i64: lines that have soft entries for reads, for writes. */
  readonly lines: number
  /** i32 by entry of the instruction cache: address of its flag. */
  readonly flag: number
  /** i32 by entry of the instruction TLB: slots of its page. */
  readonly slots: number
  /** i32: 1 if there are soft entries or flags below M-mode without a page of a TLB. */
  readonly untranslated: number
}

const WORD = 4
/** Generated code compares so many at once. */
const LEAST_WAYS = 4
/** So that a page decides which counter. */
const MOST_COUNTERS = 4096 / WORD
/** The directory tells so many apart: see line-array.ts. */
const MOST_WAYS = 15

/** Throws RangeError for a core that does not fit. */
export function layoutOf(core: Core): Layout {
  let at = TIMING
  const take = (words: number): number => {
    at += words * WORD
    return at - words * WORD
  }
  const place = (name: ArrayName): ArrayLayout => {
    const { sets, ways } = core[name]
    for (const count of [sets, ways / LEAST_WAYS]) {
      if (count > 0 && (count & (count - 1)) === 0 && ways <= MOST_WAYS) continue
      throw new RangeError(
        `${name}: expected powers of two, and 4 or 8 ways, got ${sets} x ${ways}`,
      )
    }
    return { sets, ways, entries: take(sets * ways), victims: take(sets) }
  }
  const arrays = Object.fromEntries(ARRAYS.map((name) => [name, place(name)]))
  const counters = takeCounters(core, take)
  const count = ({ sets, ways }: Geometry): number => sets * ways
  const layout = {
    ...(arrays as Record<ArrayName, ArrayLayout>),
    counters,
    end: at,
    holders: take(2 * count(core.l1d)),
    nowhere: take(4),
    base: take(count(core.dtlb)),
    lines: take(4 * count(core.dtlb)),
    flag: take(count(core.l1i)),
    slots: take(count(core.itlb)),
    untranslated: take(1),
  }
  if (at <= CODE) return layout
  throw new RangeError(
    `expected caches of up to ${CODE - TIMING} bytes of tags, got ${at - TIMING}`,
  )
}

function takeCounters({ branchCounters }: Core, take: (words: number) => number): number {
  const power = (branchCounters & (branchCounters - 1)) === 0
  if (power && branchCounters % WORD === 0 && branchCounters <= MOST_COUNTERS) {
    return take(branchCounters / WORD)
  }
  throw new RangeError(
    `branch counters: expected 0, or a power of two from ${WORD} to ${MOST_COUNTERS}, ` +
      `got ${branchCounters}`,
  )
}
