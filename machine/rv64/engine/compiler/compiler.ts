// The compiler: turns hot instructions into fragments, fragments into WebAssembly, and puts them where the
// interpreter enters them: into the table, with the handler FRAGMENT in the slot they begin at.
// Invariants: a fragment exists only as long as all slots it was made from are as they were; when
// something is compiled depends on nothing the guest can see, and the guest sees nothing of it.

import type { Hart } from '../../hart/hart.ts'
import { load, store, viewpoint } from '../../instructions/data.ts'
import { type Decoded, isCompressed } from '../../isa/decode.ts'
import {
  CODE_PAGE_BYTES,
  CODE_POOL,
  FETCH_TLB,
  PAGE_VA,
  SLOT,
  SLOT_BYTES,
  TLB_ENTRIES,
  TLB_ENTRY_BYTES,
} from '../../memory/layout.ts'
import type { CodeCache } from '../code/code-cache.ts'
import type { CodeTiming } from '../code/code-timing.ts'
import { BREAK, DECODE, FRAGMENT, SLOT_HANDLER, SLOT_SHIFT } from '../code/slot.ts'
import { commonAccess } from '../lines/line-refill.ts'
import { functionsOf } from '../wasm/calls.ts'
import { type DefinedFunction, encodeModule } from '../wasm/encoder.ts'
import { moduleFor } from '../wasm/modules.ts'
import { CALL, COMMON, importsFor } from './calls.ts'
import { floatHelpers } from './float-helpers.ts'
import { type Block, type CodeSource, findFragment } from './fragment.ts'
import { FragmentTable, type Span } from './fragment-table.ts'
import { glueModule } from './glue.ts'
import { type CompilerLimits, MOST_FRAGMENTS } from './limits.ts'
import { translate } from './translate.ts'

/** A hot instruction: its slot, and where it was executed. */
interface Hot {
  readonly slot: number
  readonly pageVa: bigint
  readonly fetchTlb: number
}

interface Found {
  readonly slot: number
  readonly blocks: readonly Block[]
  readonly pages: Pages
}

/** What the engine does for compiled code. */
export interface Help {
  /** Executes the instruction at pc, which has started. */
  readonly alone: () => void
  /** Fetches the halfword at pc, which a slot stands for; returns what it took off the budget. */
  readonly line: (slot: number) => number
  /** What paging/module.ts exports. */
  readonly paging: Record<string, unknown>
}

export class Compiler {
  readonly table = new WebAssembly.Table({
    element: 'anyfunc',
    initial: MOST_FRAGMENTS,
    maximum: MOST_FRAGMENTS,
  })
  readonly #hart: Hart
  readonly #code: CodeCache
  readonly #limits: CompilerLimits
  readonly #timing: CodeTiming
  readonly #fragments: FragmentTable
  readonly #environment: Record<string, unknown>
  readonly #memoryPages: number
  /** Every module has its own, for a call into another one takes longer. */
  readonly #common: readonly DefinedFunction[]
  #waiting: Hot[] = []
  #modules = 0
  readonly #left = { load: 0, store: 0, alone: 0, line: 0 }

  constructor(
    hart: Hart,
    code: CodeCache,
    limits: CompilerLimits,
    timing: CodeTiming,
    { alone, line, paging }: Help,
  ) {
    this.#hart = hart
    this.#code = code
    this.#limits = limits
    this.#timing = timing
    this.#fragments = new FragmentTable(hart, this.table)
    const { core } = timing
    this.#common =
      core === undefined ? [] : functionsOf(COMMON, commonAccess(core, hart.ram.pages, CALL))
    code.slotWatcher = this.#fragments
    const { memory } = hart.ram
    this.#memoryPages = memory.buffer.byteLength / 65536
    const pages = this.#memoryPages
    const key = `glue ${pages} ${hart.ram.pages} ${JSON.stringify(timing)}`
    const glue = new WebAssembly.Instance(
      moduleFor(key, () => glueModule(pages, hart.ram.pages, timing)),
      {
        env: { memory, slowLoad: this.#slow('load', load), slowStore: this.#slow('store', store) },
      },
    )
    const floats = new WebAssembly.Instance(
      moduleFor(`floats ${pages}`, () => floatHelpers(pages)),
      { env: { memory } },
    )
    const left = this.#left
    const fetching = (slot: number) => {
      left.line++
      return line(slot)
    }
    const leaving = () => {
      left.alone++
      alone()
    }
    this.#environment = {
      memory,
      alone: leaving,
      line: fetching,
      ...paging,
      ...glue.exports,
      ...floats.exports,
    }
  }

  /** The instruction in SLOT, which has not started, is hot. */
  hot(): void {
    const { i32, u64 } = this.#hart
    this.#waiting.push({
      slot: i32[SLOT >> 2]!,
      pageVa: u64[PAGE_VA >> 3]!,
      fetchTlb: i32[FETCH_TLB >> 2]!,
    })
    if (this.#waiting.length >= this.#limits.batch) this.compileWaiting()
  }

  why(): Record<string, number> {
    const { load, store, alone, line } = this.#left
    return {
      'compiled-modules': this.#modules,
      ...this.#fragments.why(),
      'left-for-load': load,
      'left-for-store': store,
      'left-for-reference': alone,
      'left-for-line': line,
    }
  }

  compileWaiting(): void {
    if (this.#waiting.length === 0) return
    const found: Found[] = []
    const slots = new Set<number>()
    for (const hot of this.#waiting) {
      if (slots.has(hot.slot) || this.#handler(hot.slot) === FRAGMENT) continue
      slots.add(hot.slot)
      const pages = new Pages(this.#hart, hot)
      const fences = !this.#timing.lines
      const blocks = findFragment(this.#source(pages), pages.entry, this.#limits, { fences })
      if (blocks.length > 0) found.push({ slot: hot.slot, blocks, pages })
    }
    this.#waiting = []
    if (found.length > 0) this.#install(found)
  }

  #install(found: readonly Found[]): void {
    const functions = found.map(({ blocks, pages }, i) =>
      translate(blocks, (page) => pages.slotsOf(page)!, this.#timing, this.#limits.fuses, `r${i}`),
    )
    const bytes = encodeModule({
      imports: importsFor(this.#timing),
      memoryPages: this.#memoryPages,
      functions: [...this.#common, ...functions],
    })
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), {
      env: this.#environment,
    })
    this.#modules++
    found.forEach(({ slot, blocks, pages }, i) => {
      this.#fragments.add(slot, spansOf(blocks, pages), exports[`r${i}`])
    })
  }

  /** A shared slow path as compiled code calls it: pc is in the state. 1: trapped. */
  #slow(which: 'load' | 'store', access: typeof load) {
    const hart = this.#hart
    const left = this.#left
    return (hi: number, lo: number, bytes: number): number => {
      left[which]++
      return access(hart, hi, lo, bytes, viewpoint(hart)) ? 0 : 1
    }
  }

  #source(pages: Pages): CodeSource {
    return {
      at: (offset) => {
        const slots = pages.slotsOf(offset >> 12)
        return slots === undefined
          ? undefined
          : this.#instruction(slots + ((offset & 0xffe) << SLOT_SHIFT))
      },
    }
  }

  #instruction(slot: number): Decoded | undefined {
    if (this.#handler(slot) === DECODE) {
      if (!this.#limits.eager) return undefined
      this.#code.decodeAt(slot)
    }
    if (this.#handler(slot) === BREAK) return undefined
    const { view } = this.#hart.ram
    const host = this.#code.hostOf(slot)
    const half = view.getUint16(host, true)
    if (isCompressed(half)) return this.#code.decode(half)
    return (host & 0xfff) === 0xffe ? undefined : this.#code.decode(view.getInt32(host, true))
  }

  #handler(slot: number): number {
    return this.#hart.ram.view.getUint16(slot + SLOT_HANDLER, true)
  }
}

/** The pages around that of a hot instruction, as the fetch TLB of its context knows them. */
class Pages {
  readonly #hart: Hart
  readonly #hot: Hot
  readonly #known = new Map<number, number | undefined>()
  /** Offset of the hot instruction in its page. */
  readonly entry: number

  constructor(hart: Hart, hot: Hot) {
    this.#hart = hart
    this.#hot = hot
    const inPage = (hot.slot - CODE_POOL) % CODE_PAGE_BYTES
    this.entry = inPage >> SLOT_SHIFT
    this.#known.set(0, hot.slot - inPage)
  }

  /** Where the slots of a page lie, counted from the page of the hot instruction. */
  slotsOf(page: number): number | undefined {
    if (!this.#known.has(page)) this.#known.set(page, this.#lookUp(page))
    return this.#known.get(page)
  }

  #lookUp(page: number): number | undefined {
    const { view } = this.#hart.ram
    const va = BigInt.asIntN(64, this.#hot.pageVa + BigInt(page * 4096))
    const index = Number((va >> 12n) & BigInt(TLB_ENTRIES - 1))
    const entry = this.#hot.fetchTlb + index * TLB_ENTRY_BYTES
    return view.getBigInt64(entry, true) === va ? view.getInt32(entry + 8, true) : undefined
  }
}

function spansOf(blocks: readonly Block[], pages: Pages): readonly Span[] {
  return blocks.map(({ offset, instructions }) => {
    const bytes = instructions.reduce((sum, { length }) => sum + length, 0)
    const page = pages.slotsOf(offset >> 12)!
    const first = page + ((offset & 0xffe) << SLOT_SHIFT)
    return {
      page,
      first,
      last: first + (bytes << SLOT_SHIFT) - SLOT_BYTES,
      instructions: instructions.length,
    }
  })
}
