// The TLBs of the memory system's model as WebAssembly: a page comes into the data TLB. Invariant: it does
// what timing/memory-timing.ts does, in the same order, or nothing.

import {
  CELL,
  CONTEXT,
  CONTEXT_BYTES,
  ERRORS,
  PMP_OPEN,
  RAM,
  TLB,
  TLB_ENTRY_BYTES,
  WRITE_SET,
} from '../../memory/layout.ts'
import { RAM_BASE } from '../../memory/ram.ts'
import { PTE_LEAF, PTE_V } from '../../mmu/pte.ts'
import type { Layout } from '../../timing/layout.ts'
import { ELSE } from '../paging/walk.ts'
import { Code } from '../wasm/code.ts'
import { type DefinedFunction, I32, I64 } from '../wasm/encoder.ts'
import { frameOf } from '../wasm/frame.ts'
import type { Model } from './line-model.ts'
import { findEntry, setOf, takeVictim, WORD_SHIFT } from './tag-model.ts'

/** Locals: what is accessed; the others are the code's own. */
export interface PageLocals {
  readonly address: number
  /** The context's data sets; where the soft entries of the page begin there. */
  readonly set: number
  readonly base: number
  /** What an entry of a TLB contains that holds the page; 0: addresses are physical. */
  readonly tag: number
  readonly cycles: number
  /** Leaves the entry of the data TLB here. */
  readonly page: number
  readonly number: number
  readonly first: number
  readonly mask: number
  readonly old: number
  /** An i64. */
  readonly bits: number
}

/** Address; cycles, or -1: nothing has happened. */
const WALK_FRAME = frameOf({ address: I64 }, [I32], {
  pte: I64,
  at: I32,
  cycles: I32,
  /** The lines of the entries, from the root's on. */
  step0: I32,
  step1: I32,
  step2: I32,
})
export const WALK = WALK_FRAME.type

const FOUND = 'found'
const KNOWN = 'known'
const FIRST_FRAME = RAM_BASE / 4096

/**
 * Does what MemoryTiming.dataPage does, and the soft entries of the page begin at `base` from now on.
 * Leaves by `otherwise` if it cannot; without the function `walk`, if it would take a walk or other soft
 * entries had to go.
 */
export function bringPage(
  code: Code,
  model: Model,
  walk: number | undefined,
  locals: PageLocals,
  otherwise: string,
): void {
  const { layout } = model
  const { dtlb } = layout
  const { address, base, tag, page, number, first } = locals
  code.get(address).op('i32.wrap_i64').i32(12).op('i32.shr_u').set(number)
  setOf(code, dtlb, number)
  code.set(first)
  code.block(FOUND, () => {
    findEntry(code, dtlb, { ...locals, entry: page }, false)
    code.if(() => {
      code.get(page).i32(WORD_SHIFT).op('i32.shl').memory('i32.load', layout.base)
      code.get(base).op('i32.eq').brIf(FOUND)
      if (walk === undefined) code.br(otherwise)
      dropLines(code, layout, locals)
      code.get(page).i32(WORD_SHIFT).op('i32.shl').get(base).memory('i32.store', layout.base)
      code.br(FOUND)
    })
    secondTlb(code, model, walk, locals, otherwise)
    takeVictim(code, dtlb, first, page)
    dropLines(code, layout, locals)
    for (const [local, at] of [
      [tag, dtlb.entries],
      [base, layout.base],
    ] as const) {
      code.get(page).i32(WORD_SHIFT).op('i32.shl').get(local).memory('i32.store', at)
    }
  })
}

/** The first TLB has not got the page. */
function secondTlb(
  code: Code,
  { core, layout }: Model,
  walk: number | undefined,
  locals: PageLocals,
  otherwise: string,
): void {
  const { l2tlb } = layout
  const { address, set, number, tag, page, cycles, mask: second, old } = locals
  code.block(KNOWN, () => {
    setOf(code, l2tlb, number)
    code.set(second)
    findEntry(code, l2tlb, { first: second, tag, mask: old, entry: page }, false)
    if (walk === undefined) {
      code.brIf(KNOWN).br(otherwise)
      return
    }
    code.brIf(KNOWN)
    code
      .get(set)
      .i32(TLB + CONTEXT.VS * CONTEXT_BYTES)
      .op('i32.ge_u')
      .brIf(otherwise)
    code.get(address).call(walk).tee(page).i32(0).op('i32.lt_s').brIf(otherwise)
    code.get(page).set(cycles)
    takeVictim(code, l2tlb, second, page)
    code.get(page).i32(WORD_SHIFT).op('i32.shl').get(tag).memory('i32.store', l2tlb.entries)
  })
  code.get(cycles).i32(core.cycles.l2tlb).op('i32.add').set(cycles)
}

/** Does what SoftEntries.dropDataPage does. */
function dropLines(code: Code, { base, lines }: Layout, locals: PageLocals): void {
  const { page, bits, mask: first } = locals
  for (const write of [0, 1]) {
    const word = lines + 8 * write
    code.get(page).i32(4).op('i32.shl').memory('i64.load', word).tee(bits).op('i64.eqz', 'i32.eqz')
    code.if(() => {
      code.get(page).i32(4).op('i32.shl').i64(0n).memory('i64.store', word)
      code.get(page).i32(WORD_SHIFT).op('i32.shl').memory('i32.load', base).set(first)
      code.loop('bit', () => {
        code.get(bits).op('i64.ctz', 'i32.wrap_i64').i32(TLB_ENTRY_BYTES).op('i32.mul')
        code
          .get(first)
          .op('i32.add')
          .i64(-1n)
          .memory('i64.store', write * WRITE_SET)
        code.get(bits).get(bits).i64(1n).op('i64.sub', 'i64.and').tee(bits)
        code.op('i64.eqz', 'i32.eqz').brIf('bit')
      })
    })
  }
}

/** Does the part of SoftEntries.enter that concerns the page: `line` is one of it. */
export function enterPage(
  code: Code,
  { lines }: Layout,
  { address, page, first }: PageLocals,
  write: boolean,
): void {
  const word = lines + (write ? 8 : 0)
  code.get(page).i32(4).op('i32.shl').tee(first).get(first).memory('i64.load', word)
  code.i64(1n).get(address).i64(6n).op('i64.shr_u', 'i64.shl', 'i64.or').memory('i64.store', word)
}

/** Address; cycles of the host's walk, or -1 before anything has happened. */
export function walk({ core, ramPages }: Model, dataLine: number): DefinedFunction {
  const { address, pte, at, cycles, step0, step1, step2 } = WALK_FRAME.local
  const steps = [step0, step1, step2]
  const code = new Code()
  code.block(ELSE, () => {
    code.i32(0).memory('i32.load', ERRORS).brIf(ELSE)
    code.i32(0).memory('i64.load', CELL.satp).i64(0xfff_ffff_ffffn).op('i64.and').set(pte)
    steps.forEach((step, i) => {
      walkStep(code, { address, pte, at, step }, 2 - i, ramPages)
    })
    for (const step of steps) {
      code.get(cycles).i32(core.cycles.walkStep).op('i32.add')
      code.get(step).call(dataLine).op('i32.add').set(cycles)
    }
    code.get(cycles).op('return')
  })
  code.i32(-1)
  return { type: WALK, locals: WALK_FRAME.locals, code: code.bytes }
}

/** The table's frame is in `pte`; leaves the one its entry names there, the entry's line in `step`. */
function walkStep(
  code: Code,
  { address, pte, at, step }: { address: number; pte: number; at: number; step: number },
  level: number,
  ramPages: number,
): void {
  code.get(pte).i64(BigInt(FIRST_FRAME)).op('i64.sub').i64(BigInt(ramPages))
  code.op('i64.ge_u').brIf(ELSE)
  code.get(pte).op('i32.wrap_i64').i32(FIRST_FRAME).op('i32.sub').tee(at)
  code.i32(0).memory('i32.load', PMP_OPEN).op('i32.lt_u').brIf(ELSE)
  code.get(at).i32(12).op('i32.shl')
  code
    .get(address)
    .i64(BigInt(12 + 9 * level))
    .op('i64.shr_u', 'i32.wrap_i64')
  code.i32(511).op('i32.and').i32(3).op('i32.shl', 'i32.or').tee(at)
  code.i32(6).op('i32.shr_u').set(step)
  code.get(at).memory('i64.load', RAM).tee(pte).op('i32.wrap_i64')
  code.i32(PTE_LEAF | PTE_V).op('i32.and')
  if (level > 0) code.i32(PTE_V).op('i32.ne').brIf(ELSE)
  else code.i32(PTE_V).op('i32.le_s').brIf(ELSE)
  code.get(pte).i64(10n).op('i64.shl').i64(20n).op('i64.shr_u').set(pte)
}
