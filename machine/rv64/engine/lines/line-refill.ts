// A load or store that misses the soft TLB where the memory system is modelled, within WebAssembly: the page
// is known to the page-grain sets (mmu/line-tlb.ts) or can be, and a walk, if there is one, has three levels
// in RAM, with PMP open. Invariant: it does what timing/memory-timing.ts and instructions/data.ts would,
// or nothing.

import {
  ENTRY_KEY,
  PAGES_BESIDE,
  RAM,
  TLB,
  TLB_ENTRY_BYTES,
  TLB_MASK,
  TLB_SHIFT,
  WRITE_SET,
} from '../../memory/layout.ts'
import type { Core } from '../../timing/core.ts'
import { PAGE_NUMBER } from '../../timing/memory-timing.ts'
import { loadRefill, REFILL } from '../paging/refill.ts'
import { ELSE } from '../paging/walk.ts'
import { functionsOf, numbersOf } from '../wasm/calls.ts'
import { Code } from '../wasm/code.ts'
import { type DefinedFunction, encodeModule, I32, I64 } from '../wasm/encoder.ts'
import { frameOf } from '../wasm/frame.ts'
import { LINE_ACCESS, LINE_PARAMETERS } from './line-access.ts'
import {
  bringLine,
  DATA_LINE,
  dataLine,
  HOLDER_SHIFT,
  type Model,
  modelOf,
  WRITE_HOLDER,
} from './line-model.ts'
import { bringPage, enterPage, WALK, walk } from './page-model.ts'

const FRAME = frameOf(LINE_PARAMETERS, LINE_ACCESS.results, {
  bits: I64,
  host: I32,
  value: I32,
  page: I32,
  cycles: I32,
  number: I32,
  tag: I32,
  first: I32,
  mask: I32,
  old: I32,
  soft: I32,
  base: I32,
  line: I32,
  entry: I32,
  beside: I32,
})
const LOCAL = FRAME.local

const OWN = {
  refill: REFILL,
  read: LINE_ACCESS,
  write: LINE_ACCESS,
  dataLine: DATA_LINE,
  walk: WALK,
} as const
const CALL = numbersOf({}, OWN)

/** Bytes of the soft entries of a page, which lie side by side. */
const PAGE_OF_LINES = 64 * TLB_ENTRY_BYTES

/** The module of the whole access, with `read` and `write`; needs env.memory. */
export function lineModule(core: Core, memoryPages: number, ramPages: number): Uint8Array {
  const model = modelOf(core, ramPages)
  const functions = functionsOf(OWN, {
    refill: loadRefill(ramPages, PAGES_BESIDE),
    read: { ...accessFunction(model, false), exported: 'read' },
    write: { ...accessFunction(model, true), exported: 'write' },
    dataLine: dataLine(model),
    walk: walk(model, CALL.dataLine),
  })
  return encodeModule({ imports: [], memoryPages, functions })
}

/** The functions of the common access, given the numbers of those of the whole one. */
export function commonAccess(
  core: Core,
  ramPages: number,
  { read, write }: { readonly read: number; readonly write: number },
): Readonly<Record<'commonRead' | 'commonWrite', DefinedFunction>> {
  const model = modelOf(core, ramPages)
  return {
    commonRead: accessFunction(model, false, read),
    commonWrite: accessFunction(model, true, write),
  }
}

const accessFunction = (model: Model, write: boolean, whole?: number): DefinedFunction => ({
  type: LINE_ACCESS,
  locals: FRAME.locals,
  code: new Access(model, write, whole).code.bytes,
})

/**
 * The whole access; or what is common of it, an aligned one to a page that the second TLB has, without calls
 * that registers would have to be saved for, and by the function `whole` if it is not that.
 */
class Access {
  readonly code = new Code()
  readonly #model: Model
  readonly #write: boolean
  readonly #isWhole: boolean
  /** The set of this direction, from the sets that DATA_TLB tells. */
  readonly #entries: number

  constructor(model: Model, write: boolean, whole: number | undefined) {
    this.#model = model
    this.#write = write
    this.#isWhole = whole === undefined
    this.#entries = write ? WRITE_SET : 0
    const { code } = this
    code.block(ELSE, () => {
      this.#findHost()
      this.#findSoft()
      this.#bringPage()
      code.get(LOCAL.host).i32(RAM).op('i32.sub').i32(6).op('i32.shr_u').set(LOCAL.line)
      bringLine(code, model, LOCAL, write ? 'write' : 'read')
      this.#enter()
      code.get(LOCAL.host).get(LOCAL.cycles).op('return')
    })
    if (whole === undefined) code.i32(0).i32(0)
    else code.get(LOCAL.address).get(LOCAL.aligned).get(LOCAL.set).call(whole)
  }

  /** The page-grain entry of the address says where in RAM it is. */
  #findHost(): void {
    const { code } = this
    const { address, aligned, set, beside, value, host } = LOCAL
    const entries = PAGES_BESIDE + this.#entries
    if (this.#isWhole) this.#withinLine()
    code.get(address).i64(BigInt(TLB_SHIFT)).op('i64.shr_u', 'i32.wrap_i64')
    code.i32(TLB_MASK).op('i32.and').get(set).op('i32.add').tee(beside)
    code.memory('i64.load', entries).get(address)
    if (!this.#isWhole) code.get(aligned).op('i64.and', 'i64.ne').brIf(ELSE)
    else {
      code.i64(-4096n).op('i64.and', 'i64.ne')
      if (this.#write) code.brIf(ELSE)
      else code.if(() => this.#refill())
    }
    code
      .get(beside)
      .memory('i32.load', entries + 8)
      .tee(value)
    code.get(address).op('i32.wrap_i64', 'i32.add').set(host)
  }

  #bytes(): void {
    this.code.get(LOCAL.aligned).op('i32.wrap_i64').i32(7).op('i32.and').i32(1).op('i32.add')
  }

  #withinLine(): void {
    const { code } = this
    code.get(LOCAL.address).op('i32.wrap_i64').i32(63).op('i32.and')
    this.#bytes()
    code.op('i32.add').i32(64).op('i32.gt_u').brIf(ELSE)
  }

  /** The page-grain entry, which is the host's, of a page that is translated. */
  #refill(): void {
    const { code } = this
    const { address, beside } = LOCAL
    code.get(address)
    this.#bytes()
    code.call(CALL.refill).op('i32.eqz').brIf(ELSE)
    // As pageKey says of what is no guest's, shifted as LineTlb enters it.
    code.get(beside)
    code.get(address).i64(12n).op('i64.shr_u', 'i32.wrap_i64').i32(PAGE_NUMBER).op('i32.and')
    code
      .i32(2)
      .op('i32.shl')
      .i32(2)
      .op('i32.or')
      .memory('i32.store', PAGES_BESIDE + ENTRY_KEY)
  }

  /** Where the soft entry of the line will be, if it were for reads. */
  #findSoft(): void {
    const { code } = this
    const { address, set, soft, base } = LOCAL
    code.get(address).op('i32.wrap_i64').i32(2).op('i32.shr_u').i32(TLB_MASK).op('i32.and')
    code.get(set).op('i32.add').tee(soft)
    code.i32(-PAGE_OF_LINES).op('i32.and').set(base)
  }

  /** Through the TLBs, unless addresses are physical. */
  #bringPage(): void {
    const { code } = this
    const { untranslated } = this.#model.layout
    const { beside, tag, set } = LOCAL
    code
      .get(beside)
      .memory('i32.load', PAGES_BESIDE + this.#entries + ENTRY_KEY)
      .tee(tag)
    code.if(
      () => {
        bringPage(code, this.#model, this.#isWhole ? CALL.walk : undefined, LOCAL, ELSE)
        enterPage(code, this.#model.layout, LOCAL, this.#write)
      },
      () => {
        code.get(set).i32(TLB).op('i32.ne')
        code.if(() => code.i32(0).i32(1).memory('i32.store', untranslated))
      },
    )
  }

  /** Does the part of SoftEntries.enter that concerns the line. */
  #enter(): void {
    const { code } = this
    const { address, entry, soft, value } = LOCAL
    const entries = this.#entries
    code.get(entry).i32(HOLDER_SHIFT).op('i32.shl').get(soft).i32(entries).op('i32.add')
    code.memory('i32.store', this.#model.layout.holders + (this.#write ? WRITE_HOLDER : 0))
    code.get(soft).get(address).i64(-64n).op('i64.and').memory('i64.store', entries)
    code
      .get(soft)
      .get(value)
      .memory('i32.store', entries + 8)
  }
}
