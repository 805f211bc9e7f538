// The tag arrays of the memory system's model as WebAssembly: which entry of a set has a tag, and which
// is the set's victim. Invariant: it does what timing/tag-array.ts does.

import type { ArrayLayout } from '../../timing/layout.ts'
import type { Code } from '../wasm/code.ts'

export const WORD_SHIFT = 2
/** Entries that are compared at once; sets have a multiple of that many ways. */
const VECTOR = 4

/** Leaves the number of the first entry of the set that `index` chooses by its low bits. */
export function setOf(code: Code, { sets, ways }: ArrayLayout, index: number): void {
  code
    .get(index)
    .i32(sets - 1)
    .op('i32.and')
    .i32(ways)
    .op('i32.mul')
}

/**
 * Leaves whether one of the entries from number `first` on has the tag, and its number in `entry`.
 * `marked`: entries may have a mark, and `tag` is a tag; otherwise it is what an entry contains.
 */
export function findEntry(
  code: Code,
  { entries, ways }: ArrayLayout,
  locals: { first: number; tag: number; mask: number; entry: number },
  marked: boolean,
): void {
  const { first, tag, mask, entry } = locals
  for (let way = 0; way < ways; way += VECTOR) {
    code.get(first).i32(WORD_SHIFT).op('i32.shl')
    code.loadVector(entries + 4 * way)
    if (marked) code.i32(1).vector('i32x4.shr_u')
    code.get(tag).vector('i32x4.splat', 'i32x4.eq', 'i32x4.bitmask')
    if (way > 0) code.i32(way).op('i32.shl', 'i32.or')
  }
  // Of no way it becomes 32 and more, which no code reads.
  code.tee(mask).op('i32.ctz').get(first).op('i32.add').set(entry).get(mask)
}

/** Into `entry`: the victim of the set that begins with entry `first`; the next way becomes the victim. */
export function takeVictim(
  code: Code,
  { victims, ways }: ArrayLayout,
  first: number,
  entry: number,
): void {
  // Of each set one word: as many bytes as a set of four ways has entries.
  const victim = () => {
    code.get(first)
    return ways > 4 ? code.i32(Math.log2(ways / 4)).op('i32.shr_u') : code
  }
  victim()
  victim().memory('i32.load', victims).tee(entry)
  code
    .i32(1)
    .op('i32.add')
    .i32(ways - 1)
    .op('i32.and')
    .memory('i32.store', victims)
  code.get(first).get(entry).op('i32.add').set(entry)
}
