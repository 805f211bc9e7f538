// The caches of the memory system's model as WebAssembly: a line comes into the data cache. Where a line is,
// the directory says (timing/line-array.ts). Invariant: it does what timing/memory-timing.ts does, in the
// same order, and keeps the directory true.

import { directoryOf } from '../../hart/state.ts'
import type { Core } from '../../timing/core.ts'
import { type Layout, layoutOf, type Place } from '../../timing/layout.ts'
import { FIRST_LEVEL, FIRST_LINE } from '../../timing/line-array.ts'
import { Code } from '../wasm/code.ts'

/** What the code of the model is made from. */
export interface Model {
  readonly core: Core
  readonly layout: Layout
  /** Lines of RAM, and where the directory begins. */
  readonly lines: number
  readonly directory: number
}

export function modelOf(core: Core, ramPages: number): Model {
  const directory = directoryOf(4096 * ramPages)
  return { core, layout: layoutOf(core), lines: 64 * ramPages, directory }
}

/** Locals: `line` counts from the first of RAM, to `cycles` is added; the others are the code's own. */
export interface LineLocals {
  readonly line: number
  readonly cycles: number
  /** Leaves the entry's number here. */
  readonly entry: number
  readonly where: number
  readonly old: number
  readonly at: number
}

export const WORD_SHIFT = 2
/** From the first holder of a line to the second: see Layout.holders. */
const HOLDER = 4
const WAY_MASK = (1 << FIRST_LEVEL) - 1

/** Line; cycles. What a walk reads. */
export function dataLine(model: Model): Uint8Array {
  const code = new Code()
  const [line, cycles, entry, where, old, at] = [0, 1, 2, 3, 4, 5]
  bringLine(code, model, { line, cycles, entry, where, old, at }, false)
  code.get(cycles)
  return code.bytes
}

/** As MemoryTiming.#dataLine. */
export function bringLine(code: Code, model: Model, locals: LineLocals, write: boolean): void {
  const { l1d } = model.layout
  const { line, entry, where } = locals
  code.get(line).memory('i32.load8_u', model.directory).tee(where)
  code.i32(WAY_MASK).op('i32.le_u')
  code.if(
    () => missFirst(code, model, locals, write),
    () => {
      setBase(code, l1d, line)
      code.get(where).i32(FIRST_LEVEL).op('i32.shr_u').i32(1).op('i32.sub', 'i32.add').tee(entry)
      if (!write) {
        code.op('drop')
        return
      }
      code.i32(WORD_SHIFT).op('i32.shl')
      tagOf(code, line, true)
      code.memory('i32.store', l1d.entries)
    },
  )
}

function missFirst(code: Code, model: Model, locals: LineLocals, write: boolean): void {
  const { l1d, holders, nowhere } = model.layout
  const { line, cycles, entry, where, old, at } = locals
  code.get(cycles).i32(model.core.cycles.l2).op('i32.add').set(cycles)
  code.get(where).op('i32.eqz')
  code.if(() => missSecond(code, model, locals))
  takeTurn(code, l1d, line, at, entry)
  code
    .get(line)
    .get(entry)
    .i32(l1d.ways - 1)
    .op('i32.and')
    .i32(FIRST_LEVEL)
    .op('i32.shl')
  code.i32(1 << FIRST_LEVEL).op('i32.add')
  code.get(where).op('i32.or').memory('i32.store8', model.directory)
  for (const holder of [0, HOLDER]) {
    code
      .get(entry)
      .i32(3)
      .op('i32.shl')
      .memory('i32.load', holders + holder)
    code.i64(-1n).memory('i64.store')
    code
      .get(entry)
      .i32(3)
      .op('i32.shl')
      .i32(nowhere)
      .memory('i32.store', holders + holder)
  }
  code.get(entry).i32(WORD_SHIFT).op('i32.shl').tee(at).memory('i32.load', l1d.entries).set(old)
  code.get(at)
  tagOf(code, line, write)
  code.memory('i32.store', l1d.entries)
  leaveFirst(code, model, locals)
}

/** A line has left the first level, if the entry was not empty: `old`. */
function leaveFirst(code: Code, model: Model, locals: LineLocals): void {
  const { core, directory, layout } = model
  const { l2 } = layout
  const { cycles, where, old, at } = locals
  lineOfTag(code, model, old, at)
  code.if(() => {
    code.get(at).get(at).memory('i32.load8_u', directory).i32(WAY_MASK).op('i32.and').tee(where)
    code.memory('i32.store8', directory)
    code.get(old).i32(1).op('i32.and')
    code.if(() => {
      code.get(where).if(
        () => {
          setBase(code, l2, at)
          code.get(where).op('i32.add').i32(WORD_SHIFT).op('i32.shl').tee(at)
          const marks = l2.entries - 4
          code.get(at).memory('i32.load8_u', marks).i32(1).op('i32.or').memory('i32.store8', marks)
        },
        () => code.get(cycles).i32(core.cycles.writeBack).op('i32.add').set(cycles),
      )
    })
  })
}

/** The line comes from behind the second level; `where` is as the directory must have it. */
function missSecond(code: Code, model: Model, locals: LineLocals): void {
  const { core, directory, layout } = model
  const { l2 } = layout
  const { line, cycles, entry, where, old, at } = locals
  const { dram, writeBack } = core.cycles
  takeTurn(code, l2, line, at, entry)
  code
    .get(entry)
    .i32(l2.ways - 1)
    .op('i32.and')
    .i32(1)
    .op('i32.add')
    .set(where)
  code.get(entry).i32(WORD_SHIFT).op('i32.shl').tee(at).memory('i32.load', l2.entries).set(old)
  code.get(at)
  tagOf(code, line, false)
  code.memory('i32.store', l2.entries)
  // Instead of what the second level takes.
  code.i32(dram + writeBack - core.cycles.l2).i32(dram - core.cycles.l2)
  code.get(old).i32(1).op('i32.and', 'select').get(cycles).op('i32.add').set(cycles)
  lineOfTag(code, model, old, at)
  code.if(() => {
    code
      .get(at)
      .get(at)
      .memory('i32.load8_u', directory)
      .i32(WAY_MASK << FIRST_LEVEL)
    code.op('i32.and').memory('i32.store8', directory)
  })
}

/** Leaves the number of the first entry of the line's set. */
function setBase(code: Code, { sets, ways }: Place, line: number): void {
  code
    .get(line)
    .i32(sets - 1)
    .op('i32.and')
    .i32(ways)
    .op('i32.mul')
}

/** Into `entry`: whose turn it is in the set that `index` chooses by its low bits; the turn moves on. */
export function takeTurn(
  code: Code,
  { turns, sets, ways }: Place,
  index: number,
  at: number,
  entry: number,
): void {
  code
    .get(index)
    .i32(sets - 1)
    .op('i32.and')
    .i32(WORD_SHIFT)
    .op('i32.shl')
    .tee(at)
  code.get(at).memory('i32.load', turns).tee(entry)
  code
    .i32(1)
    .op('i32.add')
    .i32(ways - 1)
    .op('i32.and')
    .memory('i32.store', turns)
  code
    .get(at)
    .i32(ways / 4)
    .op('i32.mul')
    .get(entry)
    .op('i32.add')
    .set(entry)
}

/** Leaves what an entry that holds the line contains. */
function tagOf(code: Code, line: number, marked: boolean): void {
  code.get(line).i32(FIRST_LINE).op('i32.add').i32(1).op('i32.shl')
  if (marked) code.i32(1).op('i32.or')
}

/** The inverse, into `line`; leaves whether there is such a line in RAM. */
function lineOfTag(code: Code, { lines }: Model, tag: number, line: number): void {
  code.get(tag).i32(1).op('i32.shr_u').i32(FIRST_LINE).op('i32.sub').tee(line)
  code.i32(lines).op('i32.lt_u')
}
