// A fragment as a WebAssembly function. Registers live in locals; they come from the state at the entry
// and go back at the exit, of which there is one. Invariants: a block starts only if the budget holds
// all its instructions, as far as their cycles are known beforehand; a call out finds pc and budget
// where the shared code expects them; a fragment that leaves has left the state as the interpreter would
// have it before the next instruction.

import { table } from '../../isa/table.ts'
import {
  BUDGET,
  CONTEXT_BYTES,
  DATA_TLB,
  EXTRA,
  F,
  FETCH_TLB,
  FLAG_BYTES,
  PC,
  TLB,
  TLB_MASK,
  TLB_SHIFT,
  X,
} from '../../memory/layout.ts'
import { counterIndex } from '../../timing/branch-predictor.ts'
import { LINE_BYTES } from '../../timing/core.ts'
import type { CodeTiming } from '../code/code-timing.ts'
import { learnBranch } from '../emit/branch-code.ts'
import { FRAGMENT_TYPE } from '../emit/fragment-call.ts'
import { Code } from '../wasm/code.ts'
import type { DefinedFunction } from '../wasm/encoder.ts'
import { CALL } from './calls.ts'
import { Floats } from './float.ts'
import type { Block, Target } from './fragment.ts'
import { Instructions } from './instruction.ts'
import { EXIT, LOCAL, localTypes, type Registers, registersOf, TRAPPED } from './locals.ts'
import { isShortLoop, Structure } from './structure.ts'
import { type Placed, type Timed, Values } from './value.ts'

/** Where a page lies from which a fragment was made: its slots, by page from the entry's. */
export type PageSlots = (page: number) => number

/** `blocks` are not empty, the entry first; `fuses`: see CompilerLimits. */
export function translate(
  blocks: readonly Block[],
  slotsOf: PageSlots,
  timing: CodeTiming,
  fuses: boolean,
  exported: string,
): DefinedFunction {
  const registers = registersOf(blocks.flatMap(({ instructions }) => instructions))
  const code = new Translation(blocks, slotsOf, timing, registers, fuses).code
  return {
    type: FRAGMENT_TYPE,
    locals: localTypes(registers),
    code: code.bytes,
    exported,
  }
}

class Translation {
  readonly code = new Code()
  readonly #entry: Block
  readonly #slotsOf: PageSlots
  readonly #timing: CodeTiming
  readonly #registers: Registers
  readonly #structure: Structure
  /** Pages may be mapped otherwise within it. */
  readonly #anew: boolean
  readonly #values: Values
  readonly #floats: Floats
  readonly #instructions: Instructions

  constructor(
    blocks: readonly Block[],
    slotsOf: PageSlots,
    timing: CodeTiming,
    registers: Registers,
    fuses: boolean,
  ) {
    this.#entry = blocks[0]!
    this.#slotsOf = slotsOf
    this.#timing = timing
    this.#registers = registers
    this.#anew = blocks.some(({ end }) => end.kind === 'go' && end.anew)
    this.#structure = new Structure(blocks, !timing.lines)
    this.#values = new Values(this.code, registers.x)
    this.#floats = new Floats(this.code, registers, this.#values, fuses)
    this.#instructions = new Instructions(
      this.code,
      registers.x,
      this.#values,
      this.#floats,
      timing,
      slotsOf,
    )
    this.#function()
  }

  #function(): void {
    const { code } = this
    const { x, f } = this.#registers
    for (const register of x.used) {
      code.i32(0).memory('i64.load', X + 8 * register)
      code.set(x.of(register))
    }
    for (const register of f.used) {
      code.i32(0).memory('f64.load', F + 8 * register)
      code.set(f.of(register))
    }
    if (f.used.length > 0) this.#floats.begin()
    code.i32(0).memory('i32.load', DATA_TLB).set(LOCAL.dataTlb)
    code.i32(0).memory('i32.load', FETCH_TLB).set(LOCAL.fetchTlb)
    if (this.#timing.lines) {
      code
        .get(LOCAL.fetchTlb)
        .i32(TLB + CONTEXT_BYTES)
        .op('i32.ge_u')
        .i32(FLAG_BYTES)
      code.op('i32.mul').set(LOCAL.flags)
    }
    code.block(TRAPPED, () => {
      code.block(EXIT, () => this.#tree(this.#entry))
      code.i32(0).get(LOCAL.budget).memory('i32.store', BUDGET)
      code.i32(0).get(LOCAL.pc).memory('i64.store', PC)
    })
    for (const register of x.written) {
      code.i32(0).get(x.of(register))
      code.memory('i64.store', X + 8 * register)
    }
    for (const register of f.written) {
      code.i32(0).get(f.of(register))
      code.memory('f64.store', F + 8 * register)
    }
    if (this.#timing.lines) {
      code.i32(0).i32(0).memory('i32.load', EXTRA).get(LOCAL.extra).op('i32.add')
      code.memory('i32.store', EXTRA)
    }
    code.get(LOCAL.alone).if(() => code.call(CALL.alone))
  }

  /** A block and what it dominates. */
  #tree(block: Block): void {
    const merges = this.#structure.mergesIn(block)
    if (!this.#structure.isLoop(block)) this.#within(block, merges)
    else this.code.loop(labelOf(block, 'loop'), () => this.#within(block, merges))
  }

  #within(block: Block, merges: readonly Block[]): void {
    const [outermost, ...rest] = merges
    if (outermost === undefined) {
      this.#block(block)
      return
    }
    this.code.block(labelOf(outermost, 'block'), () => this.#within(block, rest))
    this.#tree(outermost)
  }

  #block(block: Block): void {
    const { code } = this
    if (!this.#timing.lines && isShortLoop(block)) this.#twice(block)
    this.#takeBudget(block)
    const last = this.#body(block, this.#costOf(block), 0)
    const { end } = block
    switch (end.kind) {
      case 'go':
        if (end.anew && end.to.block !== undefined) this.#expectPage(end.to)
        this.#go(block, end.to)
        return
      case 'branch':
        this.#values.condition(end.when, last)
        code.if(() => {
          this.#branched(last, true)
          this.#go(block, end.taken)
        })
        this.#branched(last, false)
        this.#go(block, end.otherwise)
        return
      case 'jump':
        this.#jump(block, end.expected, last)
        return
      case 'trap':
        return // left already
    }
  }

  /**
   * The instructions of a block, for which `cycles` have been taken off the budget; if it falls below
   * `least` on the way, the rest of them is not certain to start. Returns the last.
   */
  #body({ instructions, offset: first }: Block, cycles: number, least: number): Placed {
    let offset = first
    let rest = cycles
    let extra = this.#extraOf(instructions)
    let line = Number.NaN
    this.#values.ranges.forget()
    for (const [i, instruction] of instructions.entries()) {
      const own = this.#timing.extra[instruction.row] ?? 0
      rest -= 1 + own
      extra -= own
      const at = { instruction, offset, own, rest, extra, least }
      if (this.#timing.lines) line = this.#enterLines(at, line)
      this.#instructions.emit(at)
      if (i < instructions.length - 1) offset += instruction.length
    }
    return { instruction: instructions.at(-1)!, offset }
  }

  /** Looks at the flags of the lines of an instruction, besides the line that is known. */
  #enterLines(at: Timed, known: number): number {
    const first = Math.floor(at.offset / LINE_BYTES)
    const last = Math.floor((at.offset + at.instruction.length - 1) / LINE_BYTES)
    if (first !== known) this.#instructions.enterLine(at, at.offset)
    if (last !== first) this.#instructions.enterLine(at, at.offset + 2)
    return last
  }

  #extraOf(instructions: Block['instructions']): number {
    return instructions.reduce((sum, { row }) => sum + (this.#timing.extra[row] ?? 0), 0)
  }

  /** Cycles that are known beforehand. */
  #costOf({ instructions }: Block): number {
    return instructions.length + this.#extraOf(instructions)
  }

  /** A conditional branch has gone that way. */
  #branched({ instruction, offset }: Placed, taken: boolean): void {
    const { code } = this
    const { mispredicted, branchCounters, countersAt } = this.#timing
    const wrong = () => {
      code.get(LOCAL.budget).i32(mispredicted).op('i32.sub').set(LOCAL.budget)
      code.get(LOCAL.extra).i32(mispredicted).op('i32.add').set(LOCAL.extra)
    }
    if (branchCounters > 0) {
      const counter = countersAt + counterIndex(offset & 0xfff, branchCounters)
      learnBranch(code, taken, () => code.i32(0), counter, wrong)
    } else if (mispredicted > 0 && taken !== instruction.immediate < 0) wrong()
  }

  /** Two rounds of a loop at the price of one look at the budget, as long as it lasts. */
  #twice(block: Block): void {
    const { code } = this
    const { end } = block
    const count = block.instructions.length
    if (end.kind !== 'branch') throw new Error('expected a loop of one block')
    const take = (instructions: number) =>
      code.get(LOCAL.budget).i32(instructions).op('i32.sub').set(LOCAL.budget)
    code
      .get(LOCAL.budget)
      .i32(2 * count)
      .op('i32.ge_s')
    code.if(() => {
      this.#values.condition(end.when, this.#body(block, 0, count))
      code.op('i32.eqz').if(() => {
        take(count)
        this.#go(block, end.otherwise)
      })
      take(2 * count)
      this.#values.condition(end.when, this.#body(block, count, 0))
      code.if(() => this.#go(block, end.taken))
      this.#go(block, end.otherwise)
    })
  }

  #takeBudget(block: Block): void {
    const { code } = this
    const cost = this.#costOf(block)
    const extra = this.#extraOf(block.instructions)
    code.get(LOCAL.budget).i32(cost).op('i32.lt_s')
    code.if(() => {
      if (block === this.#entry) {
        // The interpreter would come straight back here, so one instruction is executed alone.
        code.i32(0).get(LOCAL.budget).op('i32.lt_s').set(LOCAL.alone)
        code.get(LOCAL.budget).get(LOCAL.alone).op('i32.sub').set(LOCAL.budget)
      }
      this.#values.leave(block.offset)
    })
    code.get(LOCAL.budget).i32(cost).op('i32.sub').set(LOCAL.budget)
    if (extra !== 0) code.get(LOCAL.extra).i32(extra).op('i32.add').set(LOCAL.extra)
  }

  #go(from: Block, { offset, block }: Target): void {
    const edge = block === undefined ? 'leave' : this.#structure.edge(from, block)
    if (block === undefined || edge === 'leave') {
      this.#values.leave(offset)
      return
    }
    this.#checkPage(from, block)
    if (edge === 'inline') this.#tree(block)
    else this.code.br(labelOf(block, edge === 'back' ? 'loop' : 'block'))
  }

  /** Into another page; that of the entry stays as it was unless the fragment itself maps anew. */
  #checkPage(from: Block, to: Block): void {
    const page = to.offset >> 12
    if (page === from.offset >> 12 || (page === 0 && !this.#anew)) return
    this.#expectPage(to)
  }

  /** Leaves unless the fetch TLB has the page, and has that from which the fragment was made. */
  #expectPage({ offset }: { readonly offset: number }): void {
    const { code } = this
    const page = offset >> 12
    const slots = this.#slotsOf(page)
    this.#values.address(page * 4096)
    code.tee(LOCAL.address).i64(BigInt(TLB_SHIFT)).op('i64.shr_u', 'i32.wrap_i64')
    code.i32(TLB_MASK).op('i32.and')
    code.get(LOCAL.fetchTlb).op('i32.add').tee(LOCAL.entry).memory('i64.load')
    code.get(LOCAL.address).op('i64.ne')
    code.get(LOCAL.entry).memory('i32.load', 8).i32(slots).op('i32.ne', 'i32.or')
    code.if(() => {
      if (this.#timing.lines) this.#values.leave(offset)
      else {
        code.get(LOCAL.address).call(CALL.fetchRefill).i32(slots).op('i32.ne')
        code.if(() => this.#values.leave(offset))
      }
    })
  }

  /** Jumps to LOCAL.pc. */
  #jump(block: Block, expected: Target | undefined, last: Placed): void {
    const jump = table[last.instruction.row]!.meaning.at(-1)
    if (jump?.do !== 'jump') throw new Error('expected a jump')
    const { code } = this
    this.#values.emit(jump.target, last)
    code.set(LOCAL.pc)
    if (expected?.block !== undefined) {
      code.get(LOCAL.pc)
      this.#values.address(expected.offset)
      code.op('i64.eq').if(() => this.#go(block, expected))
    }
    code.br(EXIT)
  }
}

const labelOf = (block: Block, kind: 'loop' | 'block'): string => `${kind}${block.number}`
