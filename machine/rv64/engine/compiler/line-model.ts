// The memory system's model as WebAssembly functions: a line through the caches, and the moves from which
// look-ups are made. Invariant: they do what timing/memory-timing.ts does, in the same order.

import { TLB_MASK, WRITE_SET } from '../../mmu/tlb.ts'
import type { Core } from '../../timing/core.ts'
import type { Layout, Place } from '../../timing/layout.ts'
import { Code } from '../wasm/code.ts'

/** Of the functions, by what they do. */
export interface Calls {
  readonly dataLine: number
  readonly writeBack: number
  readonly dropPage: number
}

const FOUND = 'found'
export const WORD_SHIFT = 2
/** Entries that are compared at once; sets have a multiple of that many ways. */
const VECTOR = 4

/** Locals that a look at the data cache uses: the line, whether it is written; the others are its own. */
export interface LineLocals {
  readonly line: number
  readonly write: number
  readonly tag: number
  readonly at: number
  readonly way: number
  readonly cycles: number
  readonly entry: number
  readonly old: number
  readonly at2: number
  readonly way2: number
}

/** Line, and whether it is written; cycles. */
export function dataLine(core: Core, layout: Layout, calls: Calls): Uint8Array {
  const code = new Code()
  const [line, write, tag, at, way, cycles, entry, old, at2, way2] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
  const locals = { line, write, tag, at, way, cycles, entry, old, at2, way2 }
  lookAtLine(code, core, layout, calls, locals)
  code.get(cycles)
  return code.bytes
}

/** The same in place: adds to `cycles`, leaves the entry's number in `entry`. */
export function lookAtLine(
  code: Code,
  core: Core,
  { l1d, l2, reads, writes }: Layout,
  calls: Calls,
  locals: LineLocals,
): void {
  const { line, write, tag, at, way, cycles, entry, old } = locals
  code.get(line).i32(1).op('i32.shl').set(tag)
  setAddress(code, l1d, line, at)
  code.block(FOUND, () => {
    findWay(code, l1d, at, tag, way)
    second(code, core, l2, locals)
    takeTurn(code, l1d, line, way)
    entryNumber(code, l1d, line, way)
    code.i32(WORD_SHIFT).op('i32.shl').set(entry)
    for (const holders of [reads, writes]) {
      drop(code, () => code.get(entry).memory('i32.load', holders))
      code.get(entry).i32(0).memory('i32.store', holders)
    }
    wayAddress(code, at, way)
    code
      .memory('i32.load')
      .tee(old)
      .i32(1)
      .op('i32.and')
      .if(() => {
        code.get(old).i32(1).op('i32.shr_u').call(calls.writeBack)
        code.get(cycles).op('i32.add').set(cycles)
      })
    wayAddress(code, at, way)
    code.get(tag).memory('i32.store')
  })
  code.get(write).if(() => {
    wayAddress(code, at, way)
    code.get(tag).i32(1).op('i32.or').memory('i32.store')
  })
  entryNumber(code, l1d, line, way)
  code.set(entry)
}

/** A line from behind the first level. */
function second(code: Code, core: Core, l2: Place, locals: LineLocals): void {
  const { line, tag, cycles, old, at2, way2 } = locals
  const { dram, writeBack } = core.cycles
  const known = 'second'
  const add = () => code.get(cycles).op('i32.add').set(cycles)
  setAddress(code, l2, line, at2)
  code.i32(core.cycles.l2)
  add()
  code.block(known, () => {
    findWay(code, l2, at2, tag, way2, known)
    takeTurn(code, l2, line, way2)
    wayAddress(code, at2, way2)
    code.memory('i32.load').set(old)
    wayAddress(code, at2, way2)
    code.get(tag).memory('i32.store')
    // Instead of what the second level takes.
    code.i32(dram + writeBack - core.cycles.l2).i32(dram - core.cycles.l2)
    code.get(old).i32(1).op('i32.and', 'select')
    add()
  })
}

/** A changed line leaves the first level; cycles. */
export function writeBack({ cycles }: Core, l2: Place): Uint8Array {
  const [line, tag, at, way] = [0, 1, 2, 3]
  const code = new Code()
  const miss = 'miss'
  code.get(line).i32(1).op('i32.shl').set(tag)
  setAddress(code, l2, line, at)
  code.block(miss, () => {
    code.block(FOUND, () => {
      findWay(code, l2, at, tag, way)
      code.br(miss)
    })
    wayAddress(code, at, way)
    code.get(tag).i32(1).op('i32.or').memory('i32.store')
    code.i32(0).op('return')
  })
  code.i32(cycles.writeBack)
  return code.bytes
}

/** As SoftEntries.dropDataPage. */
export function dropPage({ set: setOf, lines }: Layout): Uint8Array {
  const [page, number, bits, set, lo, entry] = [0, 1, 2, 3, 4, 5]
  const code = new Code()
  code.get(page).i32(WORD_SHIFT).op('i32.shl').memory('i32.load', setOf).set(set)
  for (let word = 0; word < 4; word++) {
    const at = lines + 4 * word
    code
      .get(page)
      .i32(4)
      .op('i32.shl')
      .memory('i32.load', at)
      .tee(bits)
      .if(() => {
        code.get(page).i32(4).op('i32.shl').i32(0).memory('i32.store', at)
        code.loop('bit', () => {
          code.get(number).i32(12).op('i32.shl')
          code
            .get(bits)
            .op('i32.ctz')
            .i32(32 * (word & 1))
            .op('i32.add')
            .i32(6)
            .op('i32.shl')
          code.op('i32.or').tee(lo).i32(2).op('i32.shr_u').i32(TLB_MASK).op('i32.and')
          code
            .get(set)
            .op('i32.add')
            .i32(word > 1 ? WRITE_SET : 0)
            .op('i32.add')
            .tee(entry)
          code.memory('i32.load').get(lo).op('i32.eq')
          code.if(() => code.get(entry).i64(-1n).memory('i64.store'))
          code.get(bits).get(bits).i32(1).op('i32.sub', 'i32.and').tee(bits).brIf('bit')
        })
      })
  }
  return code.bytes
}

/** Into `at`: where the entries of the set lie that `index` chooses. */
export function setAddress(
  code: Code,
  { entries, sets, ways }: Place,
  index: number,
  at: number,
): void {
  code
    .get(index)
    .i32(sets - 1)
    .op('i32.and')
    .i32(4 * ways)
    .op('i32.mul')
  code.i32(entries).op('i32.add').set(at)
}

/** Leaves `found` with the way in `way` if one of the set has that tag, marked or not: all at once. */
export function findWay(
  code: Code,
  { ways }: Place,
  at: number,
  tag: number,
  way: number,
  found = FOUND,
): void {
  for (let first = 0; first < ways; first += VECTOR) {
    code
      .get(at)
      .loadVector(4 * first)
      .i32(1)
      .vector('i32x4.shr_u')
    code.get(tag).i32(1).op('i32.shr_u').vector('i32x4.splat', 'i32x4.eq', 'i32x4.bitmask')
    if (first > 0) code.i32(first).op('i32.shl', 'i32.or')
  }
  // Of no way it becomes 32, which nobody reads.
  code.tee(way).get(way).op('i32.ctz').set(way)
  code.brIf(found)
}

/** Into `way`: whose turn it is; the turn moves on. */
export function takeTurn(
  code: Code,
  { turns, sets, ways }: Place,
  index: number,
  way: number,
): void {
  const turn = () =>
    code
      .get(index)
      .i32(sets - 1)
      .op('i32.and')
      .i32(WORD_SHIFT)
      .op('i32.shl')
  turn().memory('i32.load', turns).set(way)
  turn()
    .get(way)
    .i32(1)
    .op('i32.add')
    .i32(ways - 1)
    .op('i32.and')
    .memory('i32.store', turns)
}

export function entryNumber(code: Code, { sets, ways }: Place, index: number, way: number): void {
  code
    .get(index)
    .i32(sets - 1)
    .op('i32.and')
    .i32(ways)
    .op('i32.mul')
    .get(way)
    .op('i32.add')
}

export function wayAddress(code: Code, at: number, way: number): void {
  code.get(at).get(way).i32(WORD_SHIFT).op('i32.shl', 'i32.add')
}

/** Empties the soft entry whose address is loaded, if there is one. */
export function drop(code: Code, load: () => void): void {
  load()
  code.if(() => {
    load()
    code.i64(-1n).memory('i64.store')
  })
}
