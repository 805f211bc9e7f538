// A load or store that misses the soft TLB where the memory system is modelled, within WebAssembly:
// the page is known to the page-grain sets (mmu/line-tlb.ts), and a walk, if there is one, has three levels
// in RAM, with PMP open. Invariant: it does what timing/memory-timing.ts and mmu/data.ts would, or nothing.

import {
  CELL,
  DATA_TLB,
  ERRORS,
  PAGES_BESIDE,
  PMP_OPEN,
  RAM,
  TLB,
  VALUE,
} from '../../hart/state.ts'
import { PTE_LEAF, PTE_V } from '../../mmu/pte.ts'
import { CONTEXT_BYTES, CONTEXT_OF_VS, TLB_MASK, TLB_SHIFT, WRITE_SET } from '../../mmu/tlb.ts'
import { RAM_BASE } from '../../ram.ts'
import type { Core } from '../../timing/core.ts'
import { type Layout, layoutOf } from '../../timing/layout.ts'
import { Code } from '../wasm/code.ts'
import {
  type DefinedFunction,
  type FunctionType,
  I32,
  I64,
  type ValueType,
} from '../wasm/encoder.ts'
import {
  type Calls,
  dataLine,
  drop,
  dropPage,
  entryNumber,
  findWay,
  lookAtLine,
  setAddress,
  takeTurn,
  WORD_SHIFT,
  wayAddress,
  writeBack,
} from './line-model.ts'

/** Address, bytes, 1 for a store of VALUE; cycles that it takes, or -1: nothing has happened. */
export const LINE_ACCESS: FunctionType = { parameters: [I64, I32, I32], results: [I32] }

const ELSE = 'else'
const FOUND = 'found'
const FIRST_FRAME = RAM_BASE / 4096

/** How many functions lineRefill makes. */
export const LINE_FUNCTIONS = 4

/** The functions, the access first; `first` is its number. */
export function lineRefill(
  core: Core,
  ramPages: number,
  first: number,
): readonly DefinedFunction[] {
  const layout = layoutOf(core)
  const calls = { dataLine: first + 1, writeBack: first + 2, dropPage: first + 3 }
  const i32s = (count: number): ValueType[] => new Array<ValueType>(count).fill(I32)
  const unary: FunctionType = { parameters: [I32], results: [I32] }
  const access = new Access(core, layout, ramPages, calls)
  return [
    { type: LINE_ACCESS, locals: [I64, ...i32s(20)], code: access.code.bytes },
    {
      type: { parameters: [I32, I32], results: [I32] },
      locals: i32s(8),
      code: dataLine(core, layout, calls),
    },
    { type: unary, locals: i32s(3), code: writeBack(core, layout.l2) },
    { type: { parameters: [I32, I32], results: [] }, locals: i32s(4), code: dropPage(layout) },
  ]
}

class Access {
  readonly code = new Code()
  readonly #core: Core
  readonly #layout: Layout
  readonly #ramPages: number
  readonly #calls: Calls
  static readonly local = {
    address: 0,
    bytes: 1,
    write: 2,
    pte: 3,
    set: 4,
    entry: 5,
    host: 6,
    page: 7,
    number: 8,
    tag: 9,
    at: 10,
    way: 11,
    cycles: 12,
    guest: 13,
    line: 14,
    value: 15,
    /** Lines of the entries that a walk reads, from the root. */
    step0: 16,
    step1: 17,
    step2: 18,
    slot: 19,
    old: 20,
    lineAt: 21,
    at2: 22,
    way2: 23,
  } as const

  constructor(core: Core, layout: Layout, ramPages: number, calls: Calls) {
    this.#core = core
    this.#layout = layout
    this.#ramPages = ramPages
    this.#calls = calls
    const { code } = this
    code.block(ELSE, () => {
      this.#findPage()
      this.#translate()
      const { line, write, tag, way, cycles, slot, old, lineAt, at2, way2 } = Access.local
      const locals = { line, write, tag, at: lineAt, way, cycles, entry: slot, old, at2, way2 }
      lookAtLine(code, core, layout, calls, locals)
      this.#enter()
      this.#move()
      code.get(cycles).op('return')
    })
    code.i32(-1)
  }

  /** The page-grain entry of the address says where in RAM it is. */
  #findPage(): void {
    const { code } = this
    const { address, bytes, write, set, entry, value, host, line } = Access.local
    code.get(address).op('i32.wrap_i64').i32(63).op('i32.and').get(bytes).op('i32.add')
    code.i32(64).op('i32.gt_u').brIf(ELSE)
    code.i32(0).memory('i32.load', DATA_TLB).set(set)
    code.get(address).i64(BigInt(TLB_SHIFT)).op('i64.shr_u', 'i32.wrap_i64')
    code.i32(TLB_MASK).op('i32.and').get(set).op('i32.add')
    code.get(write).i32(WRITE_SET).op('i32.mul', 'i32.add').tee(entry)
    code.memory('i64.load', PAGES_BESIDE)
    code.get(address).i64(-4096n).op('i64.and', 'i64.ne').brIf(ELSE)
    code
      .get(entry)
      .memory('i32.load', PAGES_BESIDE + 8)
      .tee(value)
    code.get(address).op('i32.wrap_i64', 'i32.add').tee(host)
    code
      .i32(RAM_BASE - RAM)
      .op('i32.add')
      .i32(6)
      .op('i32.shr_u')
      .set(line)
    code.i32(-1).set(Access.local.page)
  }

  /** Through the TLBs, unless addresses are physical. */
  #translate(): void {
    const { code } = this
    const { set, guest } = Access.local
    const mode = (cell: number) =>
      code
        .i32(0)
        .memory('i32.load', cell + 4)
        .i32(28)
        .op('i32.shr_u')
    code
      .get(set)
      .i32(TLB)
      .op('i32.ne')
      .if(() => {
        code
          .get(set)
          .i32(TLB + CONTEXT_OF_VS * CONTEXT_BYTES)
          .op('i32.ge_u')
          .tee(guest)
        code.if(
          () => {
            mode(CELL.vsatp)
            mode(CELL.hgatp)
            code.op('i32.or')
          },
          () => mode(CELL.satp),
          I32,
        )
        code.if(() => this.#lookUp())
      })
  }

  #lookUp(): void {
    const { code } = this
    const { dtlb } = this.#layout
    const { address, guest, number, tag, at, way, page } = Access.local
    code.get(address).i64(12n).op('i64.shr_u', 'i32.wrap_i64').i32(0x1fff_ffff).op('i32.and')
    code.tee(number).i32(1).op('i32.shl').get(guest).op('i32.or').i32(1).op('i32.add')
    code.i32(1).op('i32.shl').set(tag)
    setAddress(code, dtlb, number, at)
    code.block(FOUND, () => {
      findWay(code, dtlb, at, tag, way)
      this.#secondTlb()
      takeTurn(code, dtlb, number, way)
      entryNumber(code, dtlb, number, way)
      code.set(page)
      setAddress(code, dtlb, number, at)
      wayAddress(code, at, way)
      code.memory('i32.load').if(() => {
        code.get(page)
        wayAddress(code, at, way)
        code.memory('i32.load').i32(1).op('i32.shr_u').i32(1).op('i32.sub').i32(1).op('i32.shr_u')
        code.call(this.#calls.dropPage)
      })
      wayAddress(code, at, way)
      code.get(tag).memory('i32.store')
    })
    entryNumber(code, dtlb, number, way)
    code.set(page)
  }

  /** The first TLB has not got the page. */
  #secondTlb(): void {
    const { code } = this
    const { l2tlb } = this.#layout
    const { number, tag, at, way, cycles } = Access.local
    const known = 'known'
    setAddress(code, l2tlb, number, at)
    code.block(known, () => {
      findWay(code, l2tlb, at, tag, way, known)
      this.#walk()
      takeTurn(code, l2tlb, number, way)
      setAddress(code, l2tlb, number, at)
      wayAddress(code, at, way)
      code.get(tag).memory('i32.store')
    })
    code.get(cycles).i32(this.#core.cycles.l2tlb).op('i32.add').set(cycles)
  }

  /** Of the host's tables; nothing happens before it is certain which entries it reads. */
  #walk(): void {
    const { code } = this
    const { guest, pte, cycles, step0, step1, step2 } = Access.local
    code.get(guest).brIf(ELSE)
    code.i32(0).memory('i32.load', PMP_OPEN).op('i32.eqz').brIf(ELSE)
    code.i32(0).memory('i32.load', ERRORS).brIf(ELSE)
    code.i32(0).memory('i64.load', CELL.satp).i64(0xfff_ffff_ffffn).op('i64.and').set(pte)
    const steps = [step0, step1, step2]
    steps.forEach((step, i) => {
      this.#step(2 - i, step)
    })
    for (const step of steps) {
      code.get(cycles).i32(this.#core.cycles.walkStep).op('i32.add')
      code.get(step).i32(0).call(this.#calls.dataLine).op('i32.add').set(cycles)
    }
  }

  /** The table's frame is in `pte`; leaves there the one that its entry names. */
  #step(level: number, step: number): void {
    const { code } = this
    const { address, pte, at } = Access.local
    code.get(pte).i64(BigInt(FIRST_FRAME)).op('i64.sub').i64(BigInt(this.#ramPages))
    code.op('i64.ge_u').brIf(ELSE)
    code.get(pte).op('i32.wrap_i64').i32(FIRST_FRAME).op('i32.sub').i32(12).op('i32.shl')
    code
      .get(address)
      .i64(BigInt(12 + 9 * level))
      .op('i64.shr_u', 'i32.wrap_i64')
    code.i32(511).op('i32.and').i32(3).op('i32.shl', 'i32.or').tee(at)
    code.i32(RAM_BASE).op('i32.add').i32(6).op('i32.shr_u').set(step)
    code.get(at).memory('i64.load', RAM).tee(pte).op('i32.wrap_i64')
    code.i32(PTE_LEAF | PTE_V).op('i32.and')
    if (level > 0) code.i32(PTE_V).op('i32.ne').brIf(ELSE)
    else code.i32(PTE_V).op('i32.le_s').brIf(ELSE)
    code.get(pte).i64(10n).op('i64.shl').i64(20n).op('i64.shr_u').set(pte)
  }

  /** As SoftEntries.enter. */
  #enter(): void {
    const { code } = this
    const { reads, writes, set: setOf, lines, untranslated } = this.#layout
    const { address, write, set, entry, at, page, number, value, slot } = Access.local
    code.get(address).op('i32.wrap_i64').i32(2).op('i32.shr_u').i32(TLB_MASK).op('i32.and')
    code.get(set).op('i32.add').get(write).i32(WRITE_SET).op('i32.mul', 'i32.add').set(entry)
    code.get(write).if(
      () => code.i32(writes),
      () => code.i32(reads),
      I32,
    )
    code.get(slot).i32(WORD_SHIFT).op('i32.shl', 'i32.add').tee(at)
    code
      .memory('i32.load')
      .get(entry)
      .op('i32.ne')
      .if(() => {
        drop(code, () => code.get(at).memory('i32.load'))
        code.get(at).get(entry).memory('i32.store')
      })
    code
      .get(page)
      .i32(0)
      .op('i32.lt_s')
      .if(
        () => {
          code.get(set).i32(TLB).op('i32.ne')
          code.if(() => code.i32(0).i32(1).memory('i32.store', untranslated))
        },
        () => {
          code.get(page).i32(WORD_SHIFT).op('i32.shl').tee(at).memory('i32.load', setOf)
          code
            .get(set)
            .op('i32.ne')
            .if(() => {
              code.get(page).get(number).call(this.#calls.dropPage)
              code.get(at).get(set).memory('i32.store', setOf)
            })
          // The word of the line: four a page, two of them for writes; bit 11 says which of two.
          code.get(page).i32(4).op('i32.shl').get(write).i32(3).op('i32.shl', 'i32.or')
          code.get(address).op('i32.wrap_i64').i32(9).op('i32.shr_u').i32(4).op('i32.and', 'i32.or')
          code.tee(at).get(at).memory('i32.load', lines)
          code.i32(1).get(address).op('i32.wrap_i64').i32(6).op('i32.shr_u', 'i32.shl', 'i32.or')
          code.memory('i32.store', lines)
        },
      )
    code.get(entry).get(address).i64(-64n).op('i64.and').memory('i64.store')
    code.get(entry).get(value).memory('i32.store', 8)
  }

  /** The data: into VALUE, of which the reader looks at so many bytes, or from it. */
  #move(): void {
    const { code } = this
    const { bytes, write, host } = Access.local
    const sizes = [
      [8, 'i64.load', 'i64.store'],
      [4, 'i64.load32_u', 'i64.store32'],
      [2, 'i64.load16_u', 'i64.store16'],
      [1, 'i64.load8_u', 'i64.store8'],
    ] as const
    for (const [size, loading, storing] of sizes) {
      code
        .get(bytes)
        .i32(size)
        .op('i32.eq')
        .if(() => {
          code.get(write).if(
            () => code.get(host).i32(0).memory('i64.load', VALUE).memory(storing),
            () => code.i32(0).get(host).memory(loading).memory('i64.store', VALUE),
          )
        })
    }
  }
}
