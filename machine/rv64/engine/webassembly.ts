// WebAssemblyEngine: executes by generated code: the interpreter over decoded pages and, if it is given
// limits, the compiler beside it. Here is what both call when the soft TLB, decoded code or handlers do not
// suffice. Invariant: see engine.ts.

import type { Hart } from '../hart/hart.ts'
import { takeException, takeFault, takeInterrupt } from '../hart/trap.ts'
import { load, store, viewpoint } from '../instructions/data.ts'
import { meetsPoison } from '../instructions/poison.ts'
import { executeNumbered, type Operands } from '../instructions/system.ts'
import { isCompressed } from '../isa/decode.ts'
import { SYSTEM_CALLS } from '../isa/ir.ts'
import { CAUSE, MACHINE } from '../isa/status.ts'
import { table } from '../isa/table.ts'
import {
  BUDGET,
  CODE_PAGE_BYTES,
  LINE_FLAGS,
  PAGE_SLOTS,
  PAGE_VA,
  PC,
  SLOT,
  SLOT_BYTES,
  STRADDLE,
} from '../memory/layout.ts'
import { RAM_BASE } from '../memory/ram.ts'
import { LineTlb } from '../mmu/line-tlb.ts'
import { EXECUTE, FAULT } from '../mmu/pte.ts'
import { Tlb } from '../mmu/tlb.ts'
import type { Core } from '../timing/core.ts'
import { CodeCache } from './code/code-cache.ts'
import { type CodeTiming, codeTimingOf } from './code/code-timing.ts'
import {
  BREAK,
  FRAGMENT,
  PAGE_END,
  SLOT_HANDLER,
  SLOT_IMMEDIATE,
  SLOT_RD,
  SLOT_RS1,
  SLOT_RS2,
  SLOT_SHIFT,
  SLOT_STEP,
  writeSlot,
} from './code/slot.ts'
import { Compiler } from './compiler/compiler.ts'
import type { CompilerLimits } from './compiler/limits.ts'
import { MOST_FRAGMENTS } from './compiler/limits.ts'
import type { Engine } from './engine.ts'
import { interpreterModule } from './interpreter/module.ts'
import { lineModule } from './lines/line-refill.ts'
import { pagingModule } from './paging/module.ts'
import { ReferenceEngine } from './reference.ts'
import { moduleFor } from './wasm/modules.ts'

export class WebAssemblyEngine implements Engine {
  readonly #hart: Hart
  readonly #code: CodeCache
  readonly #reference: ReferenceEngine
  readonly #run: () => void
  readonly #operands: Operands = { rd: 0, rs1: 0, rs2: 0, immediate: 0, length: 0 }
  /** The instruction decoded at STRADDLE. */
  #straddling = 0

  readonly #compiler: Compiler | undefined

  /** Compiles hot code if `limits` are given. */
  constructor(hart: Hart, limits?: CompilerLimits) {
    this.#hart = hart
    this.#reference = new ReferenceEngine(hart)
    const { timing, ram } = hart
    hart.tlb = timing === undefined ? new Tlb(hart.i32, ram) : new LineTlb(hart.i32, ram, timing)
    const codeTiming = codeTimingOf(hart.parts.core)
    this.#code = new CodeCache(hart)
    hart.ram.watcher = this.#code
    hart.guard.onChange = () => this.#code.unguard()
    hart.contextChanged()
    const { memory } = hart.ram
    const pages = memory.buffer.byteLength / 65536
    const own = { env: { memory } }
    const paging = new WebAssembly.Instance(pagingFor(pages, ram.pages), own).exports
    const { core } = hart.parts
    const lines = core && new WebAssembly.Instance(linesFor(core, pages, ram.pages), own).exports
    if (limits !== undefined) {
      this.#compiler = new Compiler(hart, this.#code, limits, codeTiming, {
        alone: () => this.#alone(),
        line: (slot) => this.#compiledLine(slot),
        paging: { ...paging, ...lines },
      })
    }
    const instance = new WebAssembly.Instance(
      interpreterFor(pages, codeTiming, limits?.threshold),
      {
        env: {
          memory,
          table: this.#compiler?.table,
          load: (hi: number, lo: number, bytes: number) => this.#load(hi, lo, bytes),
          store: (hi: number, lo: number, bytes: number) => this.#store(hi, lo, bytes),
          system: (call: number) => this.#system(call),
          step: () => this.#step(),
          fetch: () => this.#fetch(),
          decode: () => this.#code.decodeAt(hart.i32[SLOT >> 2]!),
          across: () => this.#across(),
          hot: () => this.#compiler?.hot(),
          line: () => this.#lines(),
          guarded: () => this.#guarded(),
          fetchRefill: paging.fetchRefill,
          loadMiss: lines?.read ?? paging.loadRefill,
          storeMiss: lines?.write ?? paging.storeRefill,
        },
      },
    )
    this.#run = instance.exports.run as () => void
    const view = hart.ram.view
    view.setUint16(STRADDLE + 2 * SLOT_BYTES + SLOT_HANDLER, PAGE_END, true)
    hart.ram.u8.fill(1, STRADDLE + LINE_FLAGS, STRADDLE + CODE_PAGE_BYTES)
  }

  execute(): void {
    const { i32 } = this.#hart
    this.#compiler?.compileWaiting()
    takeInterrupt(this.#hart)
    this.#hart.rawInstruction = this.#raw
    this.#run()
    this.#hart.countCalls()
    if (i32[SLOT >> 2] !== 0) this.#pcFromSlot()
  }

  forget(): void {
    this.#code.dropAll()
    this.#hart.tlb?.forget()
  }

  why(): Readonly<Record<string, number>> {
    return this.#compiler?.why() ?? {}
  }

  #load(hi: number, lo: number, bytes: number): number {
    this.#pcFromSlot()
    return load(this.#hart, hi, lo, bytes, viewpoint(this.#hart)) ? 0 : 1
  }

  #store(hi: number, lo: number, bytes: number): number {
    this.#pcFromSlot()
    return store(this.#hart, hi, lo, bytes, viewpoint(this.#hart)) ? 0 : 1
  }

  #system(call: number): number {
    this.#pcFromSlot()
    if (NO_OPERANDS[call] === 1) {
      executeNumbered(this.#hart, call, this.#operands)
      return 1
    }
    const { view } = this.#hart.ram
    const slot = this.#hart.i32[SLOT >> 2]!
    const operands = this.#operands
    operands.rd = view.getUint16(slot + SLOT_RD, true)
    operands.rs1 = view.getUint16(slot + SLOT_RS1, true)
    operands.rs2 = view.getUint16(slot + SLOT_RS2, true)
    operands.immediate = view.getInt32(slot + SLOT_IMMEDIATE, true)
    operands.length = view.getUint16(slot + SLOT_STEP, true) >> SLOT_SHIFT
    return executeNumbered(this.#hart, call, operands) ? 1 : 0
  }

  /** The handler gives the instruction up. */
  #step(): void {
    this.#pcFromSlot()
    this.#hart.counters.slowAtomics++
    this.#byReference()
  }

  /** The interpreter wants the decoded page of pc; its next instruction has not started. */
  #fetch(): void {
    const hart = this.#hart
    const { ram } = hart
    const hi = hart.hi(PC)
    const lo = hart.lo(PC)
    if (!hart.guard.asked && hart.guard.holds(hi, lo)) {
      hart.stopAfterThis()
      return
    }
    const at = hart.mmu.translate(hi, lo, EXECUTE, hart.privilege, hart.virtualised)
    const frame = at - (at % 4096)
    const page = (frame - RAM_BASE) / 4096
    if (at !== FAULT && ram.holds(frame, 4096) && hart.pmp.uniform(frame)) {
      const sound = ram.errors.onPage[page] === 0
      if (sound && hart.pmp.allows(at, 2, EXECUTE, hart.privilege)) {
        hart.tlb!.fillFetch(hi, lo, this.#code.slotsOf(page))
        for (const offset of hart.guard.offsets(hi, lo)) this.#code.guard(page, offset)
        return
      }
    }
    hart.i32[BUDGET >> 2] = hart.i32[BUDGET >> 2]! - 1
    if (at === FAULT) {
      hart.chargeFault(hi, lo, true, hart.privilege, hart.virtualised)
      takeFault(hart, hi, lo)
    } else {
      hart.counters.romSteps++
      this.#byReference() // the ROM, a page split by PMP or with a memory error, or nothing at all
    }
  }

  /**
   * The instruction in the slot has not started, and its slot is marked, maybe for another address
   * of the same memory: it alone, or, if it is guarded and the guard was not asked, nothing.
   */
  #guarded(): void {
    this.#pcFromSlot()
    const hart = this.#hart
    if (!hart.guard.asked && hart.guard.holds(hart.hi(PC), hart.lo(PC))) {
      hart.stopAfterThis()
      return
    }
    hart.i32[BUDGET >> 2] = hart.i32[BUDGET >> 2]! - 1
    this.#byReference()
  }

  /** Decodes the instruction at the end of a page. Returns 1 if its second half trapped. */
  #across(): number {
    this.#pcFromSlot()
    const hart = this.#hart
    const { ram } = hart
    hart.counters.straddles++
    const half = ram.view.getUint16(this.#code.hostOf(hart.i32[SLOT >> 2]!), true)
    const lo = (hart.lo(PC) + 2) | 0
    const hi = lo === 0 ? (hart.hi(PC) + 1) | 0 : hart.hi(PC)
    const next = hart.tlb!.findFetch(hi, lo)
    const at =
      next !== 0
        ? ram.physical(this.#code.hostOf(next))
        : hart.mmu.translate(hi, lo, EXECUTE, hart.privilege, hart.virtualised)
    if (at === FAULT) {
      hart.chargeFault(hi, lo, true, hart.privilege, hart.virtualised)
      takeFault(hart, hi, lo)
      return 1
    }
    if (!ram.holds(at, 2) || !hart.pmp.allows(at, 2, EXECUTE, hart.privilege)) {
      takeException(hart, CAUSE.fetchAccess, hi, lo)
      return 1
    }
    hart.chargeFetch(hi, lo, at)
    if (meetsPoison(hart, at, 2, hi, lo, 'fetch')) return 1
    this.#straddling = half | (ram.view.getUint16(ram.host(at), true) << 16)
    writeSlot(ram.view, STRADDLE, this.#code.decode(this.#straddling), undefined)
    return 0
  }

  /** The instruction in the slot has started; the flag of a line that it lies in is down. */
  #lines(): void {
    const hart = this.#hart
    const slot = hart.i32[SLOT >> 2]!
    const handler = hart.ram.view.getUint16(slot + SLOT_HANDLER, true)
    if (handler === PAGE_END || handler === FRAGMENT || handler === BREAK) return
    this.#pcFromSlot()
    this.#line(slot, hart.hi(PC), hart.lo(PC))
    const last = slot + hart.ram.view.getUint16(slot + SLOT_STEP, true) - SLOT_BYTES
    if (last <= slot) return
    const lo = (hart.lo(PC) + 2) | 0
    this.#line(last, hart.hi(PC), lo) // in the same page, so without a carry
  }

  /** The same from compiled code, for the halfword at pc. Returns what it cost. */
  #compiledLine(slot: number): number {
    const hart = this.#hart
    const before = hart.i32[BUDGET >> 2]!
    this.#line(slot, hart.hi(PC), hart.lo(PC))
    return before - hart.i32[BUDGET >> 2]!
  }

  /** Fetches the halfword that a slot of the pool stands for, from a page that is mapped. */
  #line(slot: number, hi: number, lo: number): void {
    const hart = this.#hart
    if (!hart.knowsCode(hi, lo)) {
      hart.mmu.translate(hi, lo, EXECUTE, hart.privilege, hart.virtualised)
    }
    const host = this.#code.hostOf(slot)
    hart.chargeFetch(hi, lo, hart.ram.physical(host))
    const offset = host & 0xfff
    hart.timing!.learnCode(slot - (offset << SLOT_SHIFT), offset, hart.privilege === MACHINE)
  }

  /** The instruction at pc, which has started and which compiled code gives up. */
  #alone(): void {
    const hart = this.#hart
    const { i32 } = hart
    const [hi, lo] = [hart.hi(PC), hart.lo(PC)]
    // The reference fetches anew, which is dear, and needed only where a fetch takes time.
    const slots = hart.timing === undefined ? hart.tlb!.findFetch(hi, lo) : 0
    const slot = slots + ((lo & 0xffe) << SLOT_SHIFT)
    const call = slots === 0 ? NO_CALL : CALL_OF_ROW[this.#code.decode(this.#wordAt(slot)).row]!
    if (call === NO_CALL) {
      this.#byReference()
      return
    }
    i32[SLOT >> 2] = slot
    i32[PAGE_SLOTS >> 2] = slots
    hart.put(PAGE_VA, hi, lo & ~0xfff)
    this.#system(call)
  }

  #byReference(): void {
    this.#reference.stepAlone()
    this.#hart.rawInstruction = this.#raw
  }

  /** pc of the instruction in the slot. */
  #pcFromSlot(): void {
    const hart = this.#hart
    const bytes = (hart.i32[SLOT >> 2]! - hart.i32[PAGE_SLOTS >> 2]!) >>> SLOT_SHIFT
    hart.put(PC, hart.hi(PAGE_VA), hart.lo(PAGE_VA))
    hart.advance(bytes)
  }

  readonly #raw = (): number => {
    const slot = this.#hart.i32[SLOT >> 2]!
    return slot === STRADDLE ? this.#straddling : this.#wordAt(slot)
  }

  /** The instruction that a slot of the pool stands for, which lies in one page. */
  #wordAt(slot: number): number {
    const { view } = this.#hart.ram
    const host = this.#code.hostOf(slot)
    const half = view.getUint16(host, true)
    return isCompressed(half) ? half : view.getInt32(host, true)
  }
}

const NO_CALL = -1
/** The number in SYSTEM_CALLS of what each row of the instruction table does, or NO_CALL. */
const CALL_OF_ROW = table.map(({ meaning }) => {
  const last = meaning.at(-1)
  return last?.do === 'system' ? SYSTEM_CALLS.indexOf(last.call) : NO_CALL
})

/** 1 for calls that have no operands and always lead elsewhere. */
const NO_OPERANDS = Uint8Array.from(SYSTEM_CALLS, (call) =>
  call === 'ecall' || call === 'mret' || call === 'sret' ? 1 : 0,
)

function interpreterFor(
  pages: number,
  timing: CodeTiming,
  threshold: number | undefined,
): WebAssembly.Module {
  const fragments = threshold === undefined ? undefined : { threshold, tableSize: MOST_FRAGMENTS }
  const key = `interpreter ${pages} ${threshold} ${JSON.stringify(timing)}`
  return moduleFor(key, () => interpreterModule(pages, timing, fragments))
}

const pagingFor = (pages: number, ramPages: number): WebAssembly.Module =>
  moduleFor(`paging ${pages} ${ramPages}`, () => pagingModule(pages, ramPages))

const linesFor = (core: Core, pages: number, ramPages: number): WebAssembly.Module =>
  moduleFor(`lines ${pages} ${ramPages} ${JSON.stringify(core)}`, () =>
    lineModule(core, pages, ramPages),
  )
