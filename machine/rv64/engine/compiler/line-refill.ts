// A load or store that misses the soft TLB where the memory system is modelled, within WebAssembly:
// the page is known to the page-grain sets (mmu/line-tlb.ts) or can be, and a walk, if there is one,
// has three levels in RAM, with PMP open. Invariant: it does what timing/memory-timing.ts and
// mmu/data.ts would, or nothing.

import { PAGES_BESIDE, RAM } from '../../hart/state.ts'
import { TLB_MASK, TLB_SHIFT, WRITE_SET } from '../../mmu/tlb.ts'
import type { Core } from '../../timing/core.ts'
import { Code } from '../wasm/code.ts'
import {
  type DefinedFunction,
  type FunctionType,
  I32,
  I64,
  type ValueType,
} from '../wasm/encoder.ts'
import { bringLine, dataLine, type Model, modelOf, WORD_SHIFT } from './line-model.ts'
import { bringPage, DROP_PAGE, dropPage, type PageCalls, WALK, walk } from './page-model.ts'

/**
 * Address, bytes, the context's data sets; where in linear memory the data lies, and the cycles that it takes.
 * 0 and 0: nothing has happened.
 */
export const LINE_ACCESS: FunctionType = { parameters: [I64, I32, I32], results: [I32, I32] }

interface Calls extends PageCalls {
  readonly refill: number
}

const ELSE = 'else'
const LOCAL = {
  address: 0,
  bytes: 1,
  set: 2,
  bits: 3,
  host: 4,
  value: 5,
  page: 6,
  cycles: 7,
  number: 8,
  tag: 9,
  guest: 10,
  at: 11,
  old: 12,
  lo: 13,
  soft: 14,
  line: 15,
  entry: 16,
  where: 17,
} as const
const LOCALS: readonly ValueType[] = [I64, ...new Array<ValueType>(14).fill(I32)]

/** The functions; `first` is the number of the first, `refill` that of the refill of page-grain sets. */
export function lineRefill(
  core: Core,
  ramPages: number,
  first: number,
  refill: number,
): readonly DefinedFunction[] {
  const model = modelOf(core, ramPages)
  const calls = { refill, dataLine: first + 2, walk: first + 3, dropPage: first + 4 }
  const i32s = (count: number): ValueType[] => new Array<ValueType>(count).fill(I32)
  const unary: FunctionType = { parameters: [I32], results: [I32] }
  const access = (write: boolean): DefinedFunction => ({
    type: LINE_ACCESS,
    locals: LOCALS,
    code: new Access(model, calls, write).code.bytes,
    exported: write ? 'write' : 'read',
  })
  return [
    access(false),
    access(true),
    { type: unary, locals: i32s(5), code: dataLine(model) },
    { type: WALK, locals: [I64, ...i32s(5)], code: walk(model, calls) },
    { type: DROP_PAGE, locals: [I32, I32, I64], code: dropPage(model) },
  ]
}

class Access {
  readonly code = new Code()
  readonly #model: Model
  readonly #calls: Calls
  readonly #write: boolean
  /** Of this direction, from the sets that DATA_TLB tells. */
  readonly #entries: number

  constructor(model: Model, calls: Calls, write: boolean) {
    this.#model = model
    this.#calls = calls
    this.#write = write
    this.#entries = write ? WRITE_SET : 0
    const { code } = this
    code.block(ELSE, () => {
      this.#findHost()
      bringPage(code, model, calls, LOCAL, ELSE)
      code.get(LOCAL.host).i32(RAM).op('i32.sub').i32(6).op('i32.shr_u').set(LOCAL.line)
      bringLine(code, model, LOCAL, write)
      this.#enterLine()
      this.#enterPage()
      code.get(LOCAL.host).get(LOCAL.cycles).op('return')
    })
    code.i32(0).i32(0)
  }

  /** The page-grain entry of the address says where in RAM it is. Within a line only. */
  #findHost(): void {
    const { code } = this
    const { address, bytes, set, soft, value, host } = LOCAL
    const beside = PAGES_BESIDE + this.#entries
    code.get(address).op('i32.wrap_i64').i32(63).op('i32.and').get(bytes).op('i32.add')
    code.i32(64).op('i32.gt_u').brIf(ELSE)
    code.get(address).i64(BigInt(TLB_SHIFT)).op('i64.shr_u', 'i32.wrap_i64')
    code.i32(TLB_MASK).op('i32.and').get(set).op('i32.add').tee(soft)
    code.memory('i64.load', beside).get(address).i64(-4096n).op('i64.and', 'i64.ne')
    if (this.#write) code.brIf(ELSE)
    else {
      code.if(() => {
        code.get(address).get(bytes).call(this.#calls.refill).op('i32.eqz').brIf(ELSE)
      })
    }
    code
      .get(soft)
      .memory('i32.load', beside + 8)
      .tee(value)
    code.get(address).op('i32.wrap_i64', 'i32.add').set(host)
  }

  /** As SoftEntries.enter, what concerns the line. */
  #enterLine(): void {
    const { code } = this
    const { address, set, entry, soft, value, at } = LOCAL
    const holder = this.#model.layout.holders + (this.#write ? 4 : 0)
    code.get(entry).i32(3).op('i32.shl').tee(at).memory('i32.load', holder)
    code.i64(-1n).memory('i64.store')
    code.get(at)
    code.get(address).op('i32.wrap_i64').i32(2).op('i32.shr_u').i32(TLB_MASK).op('i32.and')
    code.get(set).op('i32.add').i32(this.#entries).op('i32.add').tee(soft)
    code.memory('i32.store', holder)
    code.get(soft).get(address).i64(-64n).op('i64.and').memory('i64.store')
    code.get(soft).get(value).memory('i32.store', 8)
  }

  /** What concerns the page. */
  #enterPage(): void {
    const { code } = this
    const { set: setOf, lines } = this.#model.layout
    const { address, set, page, number, at } = LOCAL
    code.get(page).i32(0).op('i32.ge_s')
    code.if(() => {
      code.get(page).i32(WORD_SHIFT).op('i32.shl').tee(at).memory('i32.load', setOf)
      code.get(set).op('i32.ne')
      code.if(() => {
        code.get(page).get(number).call(this.#calls.dropPage)
        code.get(at).get(set).memory('i32.store', setOf)
      })
      const word = lines + (this.#write ? 8 : 0)
      code.get(page).i32(4).op('i32.shl').tee(at).get(at).memory('i64.load', word)
      code.i64(1n).get(address).i64(6n).op('i64.shr_u', 'i64.shl', 'i64.or')
      code.memory('i64.store', word)
    })
  }
}
