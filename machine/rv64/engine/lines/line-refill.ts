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
import { loadRefill } from '../paging/refill.ts'
import { ELSE } from '../paging/walk.ts'
import { Code } from '../wasm/code.ts'
import {
  type DefinedFunction,
  encodeModule,
  type FunctionType,
  I32,
  I64,
  type ValueType,
} from '../wasm/encoder.ts'
import { LINE_ACCESS } from './line-access.ts'
import {
  bringLine,
  dataLine,
  HOLDER_SHIFT,
  type Model,
  modelOf,
  WRITE_HOLDER,
} from './line-model.ts'
import { bringPage, enterPage, type PageCalls, WALK, walk } from './page-model.ts'

interface Calls extends PageCalls {
  readonly refill: number
}

const LOCAL = {
  address: 0,
  aligned: 1,
  set: 2,
  bits: 3,
  host: 4,
  value: 5,
  page: 6,
  cycles: 7,
  number: 8,
  tag: 9,
  first: 10,
  mask: 11,
  old: 12,
  soft: 13,
  base: 14,
  line: 15,
  entry: 16,
  beside: 17,
} as const
const LOCALS: readonly ValueType[] = [I64, ...new Array<ValueType>(14).fill(I32)]
/** Bytes of the soft entries of a page, which lie side by side. */
const PAGE_OF_LINES = 64 * TLB_ENTRY_BYTES

/**
 * The functions of the whole access, reads first, and what they call; `first` is the number of the first,
 * `refill` that of the refill of page-grain sets.
 */
function lineRefill(
  core: Core,
  ramPages: number,
  first: number,
  refill: number,
): readonly DefinedFunction[] {
  const model = modelOf(core, ramPages)
  const calls = { refill, dataLine: first + 2, walk: first + 3 }
  const i32s = (count: number): ValueType[] => new Array<ValueType>(count).fill(I32)
  const unary: FunctionType = { parameters: [I32], results: [I32] }
  const access = (write: boolean, exported: string): DefinedFunction => ({
    ...accessFunction(model, write, calls),
    exported,
  })
  return [
    access(false, 'read'),
    access(true, 'write'),
    { type: unary, locals: i32s(6), code: dataLine(model) },
    { type: WALK, locals: [I64, ...i32s(5)], code: walk(model, calls) },
  ]
}

/** The module of the whole access, with `read` and `write`; needs env.memory. */
export function lineModule(core: Core, memoryPages: number, ramPages: number): Uint8Array {
  const refill = loadRefill(ramPages, PAGES_BESIDE)
  const functions = [refill, ...lineRefill(core, ramPages, 1, 0)]
  return encodeModule({ imports: [], memoryPages, functions })
}

/** The functions of the common access, given the numbers of those of the whole one. */
export function commonAccess(
  core: Core,
  ramPages: number,
  read: number,
  write: number,
): readonly DefinedFunction[] {
  const model = modelOf(core, ramPages)
  return [accessFunction(model, false, read), accessFunction(model, true, write)]
}

const accessFunction = (model: Model, write: boolean, calls: Calls | number): DefinedFunction => ({
  type: LINE_ACCESS,
  locals: LOCALS,
  code: new Access(model, write, calls).code.bytes,
})

/**
 * The whole access; or what is common of it, an aligned one to a page that the second TLB has, without calls
 * that registers would have to be saved for, and by the function `calls` if it is not that.
 */
class Access {
  readonly code = new Code()
  readonly #model: Model
  readonly #write: boolean
  readonly #calls: Calls | undefined
  /** Of this direction, from the sets that DATA_TLB tells. */
  readonly #entries: number

  constructor(model: Model, write: boolean, calls: Calls | number) {
    this.#model = model
    this.#write = write
    this.#calls = typeof calls === 'number' ? undefined : calls
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
    if (typeof calls !== 'number') code.i32(0).i32(0)
    else code.get(LOCAL.address).get(LOCAL.aligned).get(LOCAL.set).call(calls)
  }

  /** The page-grain entry of the address says where in RAM it is. */
  #findHost(): void {
    const { code } = this
    const { address, aligned, set, beside, value, host } = LOCAL
    const entries = PAGES_BESIDE + this.#entries
    if (this.#calls !== undefined) this.#withinLine()
    code.get(address).i64(BigInt(TLB_SHIFT)).op('i64.shr_u', 'i32.wrap_i64')
    code.i32(TLB_MASK).op('i32.and').get(set).op('i32.add').tee(beside)
    code.memory('i64.load', entries).get(address)
    if (this.#calls === undefined) code.get(aligned).op('i64.and', 'i64.ne').brIf(ELSE)
    else {
      code.i64(-4096n).op('i64.and', 'i64.ne')
      if (this.#write) code.brIf(ELSE)
      else code.if(() => this.#refill(this.#calls!.refill))
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
  #refill(refill: number): void {
    const { code } = this
    const { address, beside } = LOCAL
    code.get(address)
    this.#bytes()
    code.call(refill).op('i32.eqz').brIf(ELSE)
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
        bringPage(code, this.#model, this.#calls, LOCAL, ELSE)
        enterPage(code, this.#model.layout, LOCAL, this.#write)
      },
      () => {
        code.get(set).i32(TLB).op('i32.ne')
        code.if(() => code.i32(0).i32(1).memory('i32.store', untranslated))
      },
    )
  }

  /** As SoftEntries.enter, what concerns the line. */
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
