// The TLBs of the memory system's model as WebAssembly: a page comes into the data TLB. Invariant: it does
// what timing/memory-timing.ts does, in the same order, or nothing.

import { CELL, ERRORS, PMP_OPEN, RAM, TLB } from '../../hart/state.ts'
import { PTE_LEAF, PTE_V } from '../../mmu/pte.ts'
import { CONTEXT_BYTES, CONTEXT_OF_VS, TLB_MASK, WRITE_SET } from '../../mmu/tlb.ts'
import { RAM_BASE } from '../../ram.ts'
import type { Layout, Place } from '../../timing/layout.ts'
import { Code } from '../wasm/code.ts'
import { type FunctionType, I32, I64 } from '../wasm/encoder.ts'
import { type Model, takeTurn, WORD_SHIFT } from './line-model.ts'

/** Locals: address and the context's data sets; the others are the code's own. */
export interface PageLocals {
  readonly address: number
  readonly set: number
  readonly cycles: number
  /** Leaves the entry of the data TLB here, -1 where addresses are physical. */
  readonly page: number
  readonly guest: number
  readonly number: number
  readonly tag: number
  readonly at: number
  readonly old: number
  readonly lo: number
  readonly soft: number
  /** An i64. */
  readonly bits: number
}

/** Functions that the code calls. */
export interface PageCalls {
  readonly walk: number
  readonly dropPage: number
  readonly dataLine: number
}

/** Address; cycles, or -1: nothing has happened. */
export const WALK: FunctionType = { parameters: [I64], results: [I32] }
/** Entry of the data TLB, and the low bits of the page's number. */
export const DROP_PAGE: FunctionType = { parameters: [I32, I32], results: [] }

const FOUND = 'found'
const KNOWN = 'known'
const ELSE = 'else'
const FIRST_FRAME = RAM_BASE / 4096
const NUMBER_MASK = 0x1fff_ffff

/** As MemoryTiming.dataPage; leaves by `otherwise` if it cannot. */
export function bringPage(
  code: Code,
  model: Model,
  calls: PageCalls,
  locals: PageLocals,
  otherwise: string,
): void {
  const { set, guest, page } = locals
  code.i32(-1).set(page)
  code.get(set).i32(TLB).op('i32.ne')
  code.if(() => {
    code
      .get(set)
      .i32(TLB + CONTEXT_OF_VS * CONTEXT_BYTES)
      .op('i32.ge_u')
      .tee(guest)
    code.if(
      () => {
        mode(code, CELL.vsatp)
        mode(code, CELL.hgatp)
        code.op('i32.or')
      },
      () => mode(code, CELL.satp),
      I32,
    )
    code.if(
      () => findPage(code, model, calls, locals, otherwise),
      () => code.i32(0).i32(1).memory('i32.store', model.layout.untranslated),
    )
  })
}

function mode(code: Code, cell: number): void {
  code
    .i32(0)
    .memory('i32.load', cell + 4)
    .i32(28)
    .op('i32.shr_u')
}

function findPage(
  code: Code,
  model: Model,
  calls: PageCalls,
  locals: PageLocals,
  otherwise: string,
): void {
  const { layout } = model
  const { dtlb } = layout
  const { address, set, page, guest, number, tag, at, old } = locals
  code.get(address).i64(12n).op('i64.shr_u', 'i32.wrap_i64').i32(NUMBER_MASK).op('i32.and')
  code.tee(number).i32(1).op('i32.shl').get(guest).op('i32.or').i32(1).op('i32.add')
  code.i32(1).op('i32.shl').set(tag)
  code.block(FOUND, () => {
    findEntry(code, dtlb, locals, page, FOUND)
    secondTlb(code, model, calls, locals, otherwise)
    takeTurn(code, dtlb, number, at, page)
    code.get(page).i32(WORD_SHIFT).op('i32.shl').tee(at).memory('i32.load', dtlb.entries)
    code.i32(1).op('i32.shr_u').i32(1).op('i32.sub').i32(1).op('i32.shr_u').set(old)
    dropLines(code, layout, locals)
    code.get(at).get(tag).memory('i32.store', dtlb.entries)
    code.get(at).get(set).memory('i32.store', layout.set)
  })
}

/** The first TLB has not got the page. */
function secondTlb(
  code: Code,
  { core, layout }: Model,
  calls: PageCalls,
  locals: PageLocals,
  otherwise: string,
): void {
  const { l2tlb } = layout
  const { address, number, tag, at, page, cycles, guest, old } = locals
  code.i32(core.cycles.l2tlb).set(cycles)
  code.block(KNOWN, () => {
    findEntry(code, l2tlb, locals, page, KNOWN)
    code.get(guest).brIf(otherwise)
    code.get(address).call(calls.walk).tee(old).i32(0).op('i32.lt_s').brIf(otherwise)
    code.get(cycles).get(old).op('i32.add').set(cycles)
    takeTurn(code, l2tlb, number, at, page)
    code.get(page).i32(WORD_SHIFT).op('i32.shl').get(tag).memory('i32.store', l2tlb.entries)
  })
}

/** Leaves by `found` with the number of the entry in `entry`, if one of the set has the tag. */
function findEntry(
  code: Code,
  { entries, sets, ways }: Place,
  { number, tag, at, old }: PageLocals,
  entry: number,
  found: string,
): void {
  code
    .get(number)
    .i32(sets - 1)
    .op('i32.and')
    .i32(ways)
    .op('i32.mul')
    .tee(at)
  code.i32(WORD_SHIFT).op('i32.shl').set(old)
  for (let first = 0; first < ways; first += 4) {
    code.get(old).loadVector(entries + 4 * first)
    code.get(tag).vector('i32x4.splat', 'i32x4.eq', 'i32x4.bitmask')
    if (first > 0) code.i32(first).op('i32.shl', 'i32.or')
  }
  // Of no way it becomes 32 and more, which nobody reads.
  code.tee(old).op('i32.ctz').get(at).op('i32.add').set(entry)
  code.get(old).brIf(found)
}

/** Address; cycles of the host's walk, or -1 before anything has happened. */
export function walk({ core, lines }: Model, calls: PageCalls): Uint8Array {
  const [address, pte, at, cycles, ...steps] = [0, 1, 2, 3, 4, 5, 6] as const
  const code = new Code()
  code.block(ELSE, () => {
    code.i32(0).memory('i32.load', PMP_OPEN).op('i32.eqz').brIf(ELSE)
    code.i32(0).memory('i32.load', ERRORS).brIf(ELSE)
    code.i32(0).memory('i64.load', CELL.satp).i64(0xfff_ffff_ffffn).op('i64.and').set(pte)
    steps.forEach((step, i) => {
      walkStep(code, { address, pte, at, step }, 2 - i, lines / 64)
    })
    for (const step of steps) {
      code.get(cycles).i32(core.cycles.walkStep).op('i32.add')
      code.get(step).call(calls.dataLine).op('i32.add').set(cycles)
    }
    code.get(cycles).op('return')
  })
  code.i32(-1)
  return code.bytes
}

/** The table's frame is in `pte`; leaves there the one that its entry names, and in `step` the entry's line. */
function walkStep(
  code: Code,
  { address, pte, at, step }: { address: number; pte: number; at: number; step: number },
  level: number,
  ramPages: number,
): void {
  code.get(pte).i64(BigInt(FIRST_FRAME)).op('i64.sub').i64(BigInt(ramPages))
  code.op('i64.ge_u').brIf(ELSE)
  code.get(pte).op('i32.wrap_i64').i32(FIRST_FRAME).op('i32.sub').i32(12).op('i32.shl')
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

/** As SoftEntries.dropDataPage. */
export function dropPage({ layout }: Model): Uint8Array {
  const [page, old, lo, soft, bits] = [0, 1, 2, 3, 4]
  const code = new Code()
  dropLines(code, layout, { page, old, lo, soft, bits })
  return code.bytes
}

/** Of the entry `page` of the data TLB, which has held the page of number `old`. */
function dropLines(
  code: Code,
  { set, lines }: Layout,
  locals: Pick<PageLocals, 'page' | 'old' | 'lo' | 'soft' | 'bits'>,
): void {
  const { page, old, bits, lo, soft } = locals
  for (const write of [0, 1]) {
    const [word, entries] = [lines + 8 * write, write * WRITE_SET]
    code.get(page).i32(4).op('i32.shl').memory('i64.load', word).tee(bits).op('i64.eqz', 'i32.eqz')
    code.if(() => {
      code.get(page).i32(4).op('i32.shl').i64(0n).memory('i64.store', word)
      code.loop('bit', () => {
        code.get(old).i32(12).op('i32.shl')
        code.get(bits).op('i64.ctz', 'i32.wrap_i64').i32(6).op('i32.shl', 'i32.or').tee(lo)
        code.i32(2).op('i32.shr_u').i32(TLB_MASK).op('i32.and')
        code.get(page).i32(WORD_SHIFT).op('i32.shl').memory('i32.load', set).op('i32.add').tee(soft)
        code.memory('i32.load', entries).get(lo).op('i32.eq')
        code.if(() => code.get(soft).i64(-1n).memory('i64.store', entries))
        code.get(bits).get(bits).i64(1n).op('i64.sub', 'i64.and').tee(bits)
        code.op('i64.eqz', 'i32.eqz').brIf('bit')
      })
    })
  }
}
