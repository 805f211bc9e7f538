// The instructions of a fragment, one after the other, as WebAssembly, by what they do: memory.ts, float.ts,
// system.ts. Invariant: code that calls out has put pc and budget where the shared code finds them.

import { add, type Bytes, immediate, rs1, type Statement, type SystemCall } from '../../isa/ir.ts'
import { table } from '../../isa/table.ts'
import { BUDGET, LINE_FLAGS, PC } from '../../memory/layout.ts'
import { LINE_BYTES } from '../../timing/core.ts'
import type { CodeTiming } from '../code/code-timing.ts'
import { SLOT_SHIFT } from '../code/slot.ts'
import type { Code } from '../wasm/code.ts'
import { CALL } from './calls.ts'
import { Exits } from './exits.ts'
import type { Floats } from './float.ts'
import { type FloatForm, floatForm } from './float-form.ts'
import { LOCAL, type RegisterLocals } from './locals.ts'
import { MemoryAccesses } from './memory.ts'
import { type Range, signedRange, unsignedRange } from './range.ts'
import { SystemInstructions } from './system.ts'
import type { Timed, Values } from './value.ts'

/** Loads and stores of f registers, and where. */
const MOVES: Readonly<Partial<Record<SystemCall, { bytes: 4 | 8; store: boolean }>>> = {
  flw: { bytes: 4, store: false },
  fld: { bytes: 8, store: false },
  fsw: { bytes: 4, store: true },
  fsd: { bytes: 8, store: true },
}
const MOVED = add(rs1, immediate)

export class Instructions {
  readonly code: Code
  readonly #registers: RegisterLocals
  readonly #values: Values
  readonly #floats: Floats
  readonly #slotsOf: (page: number) => number
  readonly #exits: Exits
  readonly #memory: MemoryAccesses
  readonly #system: SystemInstructions

  constructor(
    code: Code,
    registers: RegisterLocals,
    values: Values,
    floats: Floats,
    timing: CodeTiming,
    slotsOf: (page: number) => number,
  ) {
    this.code = code
    this.#registers = registers
    this.#values = values
    this.#floats = floats
    this.#slotsOf = slotsOf
    this.#exits = new Exits(code, values)
    this.#memory = new MemoryAccesses(code, values, timing, this.#exits)
    this.#system = new SystemInstructions(code, registers, values, this.#exits)
  }

  /** When it starts, the budget is LOCAL.budget and the cycles of `at`. */
  emit(at: Timed): void {
    const { meaning } = table[at.instruction.row]!
    const finish = (from: number) => {
      for (let i = from; i < meaning.length; i++)
        this.#statement(meaning[i]!, at, () => finish(i + 1))
    }
    finish(0)
  }

  /** Before the instruction: the line of its halfword at `offset` is fetched unless it would hit. */
  enterLine(at: Timed, offset: number): void {
    const { code } = this
    const slots = this.#slotsOf(offset >> 12)
    const inPage = offset & 0xfff
    const flag = slots + LINE_FLAGS + Math.floor(inPage / LINE_BYTES)
    code.get(LOCAL.flags).memory('i32.load8_u', flag)
    code.op('i32.eqz').if(() => {
      code.i32(0)
      this.#values.address(offset)
      code.memory('i64.store', PC)
      code.i32(0)
      this.#exits.budgetAt(at)
      code.memory('i32.store', BUDGET)
      code
        .get(LOCAL.budget)
        .i32(slots + ((inPage & 0xffe) << SLOT_SHIFT))
        .call(CALL.line)
      code.op('i32.sub').tee(LOCAL.budget).i32(at.least).op('i32.lt_s')
      code.if(() => this.#exits.alone(at)) // it has started, what follows may not
    })
  }

  /** `finish` emits what follows in the instruction. */
  #statement(statement: Statement, at: Timed, finish: () => void): void {
    const { ranges } = this.#values
    switch (statement.do) {
      case 'set':
        if (at.instruction.rd === 0) return
        this.#values.emit(statement.value, at)
        this.code.set(this.#registers.of(at.instruction.rd))
        ranges.setRegister(at.instruction.rd, ranges.of(statement.value, at))
        return
      case 'let':
        this.#values.emit(statement.value, at)
        this.code.set(LOCAL.temporary0 + statement.index)
        ranges.setTemporary(statement.index, ranges.of(statement.value, at))
        return
      case 'load':
        ranges.setTemporary(statement.index, rangeOf(statement.bytes, statement.signed))
        this.#memory.load(statement, at, finish)
        return
      case 'store':
        this.#memory.store(statement, at, () => this.#values.emit(statement.value, at))
        return
      case 'exchange':
      case 'reserve':
      case 'store-reserved':
        ranges.setTemporary(statement.index, rangeOf(statement.bytes, true))
        this.#memory.atomic(statement, at)
        return
      case 'jump':
      case 'branch':
        return // the end of the block
      case 'system':
        ranges.setRegister(at.instruction.rd, undefined)
        this.#call(statement.call, at)
    }
  }

  #call(call: SystemCall, at: Timed): void {
    const form = floatForm(at.instruction)
    if (form === undefined) this.#system.emit(call, at)
    else this.#float(form, at)
  }

  /** A transfer between memory and f registers is a load or store like any. */
  #float(form: FloatForm, at: Timed): void {
    const alone = () => this.#exits.alone(at)
    const move = MOVES[form.call]
    if (move === undefined) {
      this.#floats.emit(form, at, alone)
      return
    }
    const { bytes } = move
    this.#floats.check(form, alone)
    if (move.store) this.#memory.store({ bytes, address: MOVED }, at, () => this.#floats.stored(at))
    else {
      const finish = () => this.#floats.load(bytes, LOCAL.temporary0, at)
      this.#memory.load({ bytes, address: MOVED, index: 0, signed: false }, at, finish)
      finish()
    }
  }
}

const rangeOf = (bytes: Bytes, signed: boolean): Range | undefined =>
  bytes === 8 ? undefined : signed ? signedRange(8 * bytes) : unsignedRange(8 * bytes)
