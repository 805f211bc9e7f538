// The caches of the memory system's model as WebAssembly: a line comes into the data cache. Where the second
// level has a line, the directory says (timing/line-array.ts). Invariant: it does what
// timing/memory-timing.ts does, in the same order, and keeps the directory true.

import { directoryOf } from '../../memory/layout.ts'
import type { Core } from '../../timing/core.ts'
import { type Layout, layoutOf } from '../../timing/layout.ts'
import { CHANGED, FIRST_LINE } from '../../timing/line-array.ts'
import { Code } from '../wasm/code.ts'
import { type DefinedFunction, I32 } from '../wasm/encoder.ts'
import { frameOf } from '../wasm/frame.ts'
import { findEntry, setOf, takeVictim, WORD_SHIFT } from './tag-model.ts'

/** What the code of the model is made from. */
export interface Model {
  readonly core: Core
  readonly layout: Layout
  readonly ramPages: number
  /** Where the second level's directory begins. */
  readonly directory: number
}

export function modelOf(core: Core, ramPages: number): Model {
  const directory = directoryOf(4096 * ramPages)
  return { core, layout: layoutOf(core), ramPages, directory }
}

/** Why a line is looked at: a load, a store, or a page walk, which leaves no soft entry. */
export type Purpose = 'read' | 'write' | 'walk'

/** Locals: `line` counts from the first of RAM, to `cycles` is added; the others are the code's own. */
export interface LineLocals {
  readonly line: number
  readonly cycles: number
  /** Leaves the entry's number here. */
  readonly entry: number
  readonly tag: number
  readonly first: number
  readonly mask: number
  readonly old: number
}

/** The distance from the holder of a line for reads to that for writes: see Layout.holders. */
export const WRITE_HOLDER = 4
export const HOLDER_SHIFT = 3

const DATA_LINE_FRAME = frameOf({ line: I32 }, [I32], {
  cycles: I32,
  entry: I32,
  tag: I32,
  first: I32,
  mask: I32,
  old: I32,
})
/** The line that a walk reads; cycles. */
export const DATA_LINE = DATA_LINE_FRAME.type

export function dataLine(model: Model): DefinedFunction {
  const code = new Code()
  bringLine(code, model, DATA_LINE_FRAME.local, 'walk')
  code.get(DATA_LINE_FRAME.local.cycles)
  return { type: DATA_LINE, locals: DATA_LINE_FRAME.locals, code: code.bytes }
}

/** Does what MemoryTiming.#dataLine does; what held the line for this purpose holds it no longer. */
export function bringLine(code: Code, model: Model, locals: LineLocals, purpose: Purpose): void {
  const { l1d, holders } = model.layout
  const { line, entry, tag, first } = locals
  code.get(line).i32(FIRST_LINE).op('i32.add').set(tag)
  setOf(code, l1d, line)
  code.set(first)
  findEntry(code, l1d, locals, true)
  code.if(
    () => {
      if (purpose === 'walk') return
      dropHolder(code, entry, holders + (purpose === 'write' ? WRITE_HOLDER : 0))
      if (purpose === 'read') return
      code.get(entry).i32(WORD_SHIFT).op('i32.shl')
      contentOf(code, tag, true)
      code.memory('i32.store', l1d.entries)
    },
    () => missFirst(code, model, locals, purpose),
  )
}

function missFirst(code: Code, model: Model, locals: LineLocals, purpose: Purpose): void {
  const { l1d, holders, nowhere } = model.layout
  const { line, cycles, entry, tag, first, old } = locals
  code.get(cycles).i32(model.core.cycles.l2).op('i32.add').set(cycles)
  code.get(line).memory('i32.load8_u', model.directory).op('i32.eqz')
  code.if(() => missSecond(code, model, locals))
  takeVictim(code, l1d, first, entry)
  for (const holder of [0, WRITE_HOLDER]) {
    dropHolder(code, entry, holders + holder)
    if (purpose === (holder === 0 ? 'read' : 'write')) continue // it gets a new one at once
    code.get(entry).i32(HOLDER_SHIFT).op('i32.shl').i32(nowhere)
    code.memory('i32.store', holders + holder)
  }
  code.get(entry).i32(WORD_SHIFT).op('i32.shl').memory('i32.load', l1d.entries).set(old)
  code.get(entry).i32(WORD_SHIFT).op('i32.shl')
  contentOf(code, tag, purpose === 'write')
  code.memory('i32.store', l1d.entries)
  code.get(old).i32(1).op('i32.and')
  code.if(() => writeBack(code, model, locals))
}

/** Empties the soft entry that stands for a line of the data cache, if one does. */
function dropHolder(code: Code, entry: number, holder: number): void {
  code.get(entry).i32(HOLDER_SHIFT).op('i32.shl').memory('i32.load', holder)
  code.i64(-1n).memory('i64.store')
}

/** `old`, which is marked, has left the first level: the second takes it back if it has it. */
function writeBack(code: Code, model: Model, { cycles, old, first, mask }: LineLocals): void {
  lineOf(code, old, first)
  code.get(first).memory('i32.load8_u', model.directory).tee(mask)
  code.if(
    () => {
      code.get(first).get(mask).i32(CHANGED).op('i32.or').memory('i32.store8', model.directory)
    },
    () => code.get(cycles).i32(model.core.cycles.writeBack).op('i32.add').set(cycles),
  )
}

/** The line comes from behind the second level. */
function missSecond(code: Code, model: Model, locals: LineLocals): void {
  const { core, directory, layout } = model
  const { l2 } = layout
  const { line, cycles, entry, tag, mask, old } = locals
  const { l2: known, dram, writeBack } = core.cycles
  setOf(code, l2, line)
  code.set(mask)
  takeVictim(code, l2, mask, entry)
  code.get(line).get(entry).get(mask).op('i32.sub').i32(1).op('i32.add')
  code.memory('i32.store8', directory)
  code.get(entry).i32(WORD_SHIFT).op('i32.shl').memory('i32.load', l2.entries).set(old)
  code.get(entry).i32(WORD_SHIFT).op('i32.shl')
  contentOf(code, tag, false)
  code.memory('i32.store', l2.entries)
  code
    .get(cycles)
    .i32(dram - known)
    .op('i32.add')
    .set(cycles) // instead of what that takes
  code.get(old).if(() => {
    lineOf(code, old, mask)
    code.get(cycles).i32(writeBack).i32(0)
    code.get(mask).memory('i32.load8_u', directory).i32(CHANGED).op('i32.and', 'select')
    code.op('i32.add').set(cycles)
    code.get(mask).i32(0).memory('i32.store8', directory)
  })
}

/** Leaves what an entry with the tag contains. */
function contentOf(code: Code, tag: number, marked: boolean): void {
  code.get(tag).i32(1).op('i32.shl')
  if (marked) code.i32(1).op('i32.or')
}

/** Into `line`: the line, counted from the first of RAM, of which an entry contains `content`. */
function lineOf(code: Code, content: number, line: number): void {
  code.get(content).i32(1).op('i32.shr_u').i32(FIRST_LINE).op('i32.sub').set(line)
}
