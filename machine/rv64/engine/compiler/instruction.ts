// The instructions of a region, one after the other, as WebAssembly: registers in locals, the soft TLB
// inline, everything else by the shared slow paths. Invariant: whoever calls out has put pc and budget
// where the shared code finds them.

import { BUDGET, LINE_FLAGS, PC, RESERVATION, VALUE } from '../../hart/state.ts'
import type { Decoded } from '../../isa/decode.ts'
import {
  add,
  type Bytes,
  type Expression,
  immediate,
  rs1,
  type Statement,
  type SystemCall,
} from '../../isa/ir.ts'
import { table } from '../../isa/table.ts'
import { TLB_MASK, WRITE_SET } from '../../mmu/tlb.ts'
import { LINE_BYTES } from '../../timing/core.ts'
import type { CodeTiming } from '../code-timing.ts'
import { loadOperator, storeOperator } from '../interpreter/meaning.ts'
import { SLOT_SHIFT } from '../interpreter/slot.ts'
import type { Code } from '../wasm/code.ts'
import type { Floats } from './float.ts'
import { type FloatForm, floatForm } from './float-form.ts'
import { TRAPPED_STATUS } from './glue.ts'
import { alignedTag } from './line-refill.ts'
import { CALL, LOCAL, type RegisterLocals, TRAPPED } from './locals.ts'
import { type Range, signedRange, unsignedRange } from './range.ts'
import { SystemInstructions } from './system.ts'
import type { Placed, Timed, Values } from './value.ts'

interface Access {
  readonly bytes: Bytes
  readonly address: Expression
}

interface Load extends Access {
  readonly index: number
  readonly signed: boolean
}

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
  readonly #timing: CodeTiming
  readonly #slotsOf: (page: number) => number
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
    this.#timing = timing
    this.#slotsOf = slotsOf
    this.#system = new SystemInstructions(code, registers, values, {
      alone: (at) => this.#alone(at),
      budgetAt: (at) => this.#budgetAt(at),
    })
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
      this.#budgetAt(at)
      code.memory('i32.store', BUDGET)
      code
        .get(LOCAL.budget)
        .i32(slots + ((inPage & 0xffe) << SLOT_SHIFT))
        .call(CALL.line)
      code.op('i32.sub').tee(LOCAL.budget).i32(at.least).op('i32.lt_s')
      code.if(() => this.#alone(at)) // it has started, what follows may not
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
        this.#load(statement, at, finish)
        return
      case 'store':
        this.#store(statement, at, () => this.#values.emit(statement.value, at))
        return
      case 'exchange':
      case 'reserve':
      case 'store-reserved':
        ranges.setTemporary(statement.index, rangeOf(statement.bytes, true))
        this.#atomic(statement, at)
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

  #float(form: FloatForm, at: Timed): void {
    const alone = () => this.#alone(at)
    const move = MOVES[form.call]
    if (move === undefined) {
      this.#floats.emit(form, at, alone)
      return
    }
    const { bytes } = move
    this.#floats.check(form, alone)
    if (move.store) this.#store({ bytes, address: MOVED }, at, () => this.#floats.stored(at))
    else {
      const finish = () => this.#floats.load(bytes, LOCAL.temporary0, at)
      this.#load({ bytes, address: MOVED, index: 0, signed: false }, at, finish)
      finish()
    }
  }

  #load(access: Load, at: Timed, finish: () => void): void {
    const { code } = this
    const { bytes, address, index, signed } = access
    const operator = loadOperator(bytes, signed)
    const local = LOCAL.temporary0 + index
    this.#probe(address, at, bytes, 0)
    code.if(
      () => {
        if (isStep(at.instruction)) this.#followed(local)
        else this.#host(0).memory(operator).set(local)
      },
      () => {
        this.#miss(
          CALL.commonRead,
          bytes,
          () => code.get(LOCAL.host).memory(operator).set(local),
          () => {
            code.get(LOCAL.address)
            this.#context(at)
            code.i32(bytes)
            this.#slow(CALL.load, at)
            code.i32(0).memory(operator, VALUE).set(local)
          },
        )
        this.#afterMiss(at, finish)
      },
    )
  }

  /**
   * A pointer to where the next one is: each load waits for the one before. So that it does not wait for
   * the soft TLB too, the distance to the host address is guessed to be the last one, and compared beside.
   */
  #followed(local: number): void {
    const { code } = this
    code.get(LOCAL.entry).memory('i32.load', 8).tee(LOCAL.host).get(LOCAL.distance).op('i32.eq')
    code.if(
      () => {
        code.get(LOCAL.address).op('i32.wrap_i64').get(LOCAL.distance).op('i32.add')
        code.memory('i64.load').set(local)
      },
      () => {
        code.get(LOCAL.address).op('i32.wrap_i64').get(LOCAL.host).tee(LOCAL.distance)
        code.op('i32.add').memory('i64.load').set(local)
      },
    )
  }

  /** `value` leaves what is stored. */
  #store({ bytes, address }: Access, at: Timed, value: () => void): void {
    const { code } = this
    this.#probe(address, at, bytes, WRITE_SET)
    code.if(
      () => {
        this.#host(WRITE_SET)
        value()
        code.memory(storeOperator(bytes))
      },
      () => {
        this.#miss(
          CALL.commonWrite,
          bytes,
          () => {
            code.get(LOCAL.host)
            value()
            code.memory(storeOperator(bytes))
          },
          () => {
            code.get(LOCAL.address)
            value()
            this.#context(at)
            code.i32(bytes)
            this.#slow(CALL.store, at)
          },
        )
        this.#afterMiss(at, () => {})
      },
    )
  }

  /** Where caches are modelled, by the model's code, which says where the data lies, if it can. */
  #miss(call: number, bytes: number, found: () => void, slow: () => void): void {
    const { code } = this
    if (!this.#timing.lines) {
      slow()
      return
    }
    code.get(LOCAL.address).i64(alignedTag(bytes)).get(LOCAL.dataTlb).call(call)
    code.set(LOCAL.status).tee(LOCAL.host)
    code.if(() => {
      found()
      code.get(LOCAL.extra).get(LOCAL.status).op('i32.add').set(LOCAL.extra)
    }, slow)
  }

  /** pc and budget as the shared code wants them. */
  #context(at: Timed): void {
    this.#values.address(at.offset)
    this.#budgetAt(at)
  }

  /** What is left once the instruction has taken its own. */
  #budgetAt({ rest }: Timed): void {
    this.code.get(LOCAL.budget)
    if (rest !== 0) this.code.i32(rest).op('i32.add')
  }

  /** By the shared slow path; LOCAL.status is what it took, unless the instruction has trapped. */
  #slow(call: number, at: Timed): void {
    const { code } = this
    code.call(call).tee(LOCAL.status).i32(TRAPPED_STATUS).op('i32.eq')
    code.if(() => {
      this.#takeBackExtra(at.extra)
      code.br(TRAPPED)
    })
  }

  /** The instruction has taken LOCAL.status off the budget, and may have to be the last one. */
  #afterMiss(at: Timed, finish: () => void): void {
    const { code } = this
    code.get(LOCAL.budget).get(LOCAL.status).op('i32.sub').tee(LOCAL.budget)
    code.i32(at.least).op('i32.lt_s')
    code.if(() => {
      finish()
      this.#budgetAt(at)
      code.set(LOCAL.budget)
      this.#takeBackExtra(at.extra)
      this.#values.leave(at.offset + at.instruction.length)
    })
  }

  #takeBackExtra(cycles: number): void {
    if (cycles === 0) return
    this.code.get(LOCAL.extra).i32(cycles).op('i32.sub').set(LOCAL.extra)
  }

  /** The region is left, and this instruction, which has started, is executed alone. */
  #alone({ offset, own, rest, extra }: Timed): void {
    const { code } = this
    code
      .get(LOCAL.budget)
      .i32(rest + own)
      .op('i32.add')
      .set(LOCAL.budget)
    this.#takeBackExtra(extra + own)
    code.i32(1).set(LOCAL.alone)
    this.#values.leave(offset)
  }

  /** What misses the TLB is executed by the reference interpreter, which teaches the TLB. */
  #atomic(
    statement: Statement & { do: 'exchange' | 'reserve' | 'store-reserved' },
    at: Timed,
  ): void {
    const { code } = this
    const { bytes } = statement
    const set = statement.do === 'reserve' ? 0 : WRITE_SET
    const local = LOCAL.temporary0 + statement.index
    this.#probe(statement.address, at, bytes, set)
    code.op('i32.eqz').if(() => this.#alone(at))
    this.#host(set).set(LOCAL.host)
    if (statement.do === 'store-reserved') {
      this.#storeReserved(statement, at)
      return
    }
    code.get(LOCAL.host).memory(loadOperator(bytes, true)).set(local)
    if (statement.do === 'reserve') {
      code.i32(0).get(LOCAL.host).memory('i32.store', RESERVATION)
      return
    }
    code.get(LOCAL.host)
    this.#values.emit(statement.value, at)
    code.memory(storeOperator(bytes))
  }

  #storeReserved(statement: Statement & { do: 'store-reserved' }, at: Placed): void {
    const { code } = this
    const local = LOCAL.temporary0 + statement.index
    code.i32(0).memory('i32.load', RESERVATION).get(LOCAL.host).op('i32.eq')
    code.if(
      () => {
        code.get(LOCAL.host)
        this.#values.emit(statement.value, at)
        code.memory(storeOperator(statement.bytes)).i64(0n).set(local)
      },
      () => code.i64(1n).set(local),
    )
    code.i32(0).i32(0).memory('i32.store', RESERVATION)
  }

  /** Leaves 1 on the stack if the TLB holds the page and the address is aligned. */
  #probe(address: Expression, at: Placed, bytes: number, set: number): void {
    const { code } = this
    this.#values.emit(address, at)
    code.tee(LOCAL.address).i64(BigInt(this.#timing.shift)).op('i64.shr_u', 'i32.wrap_i64')
    code.i32(TLB_MASK).op('i32.and')
    code.get(LOCAL.dataTlb).op('i32.add').tee(LOCAL.entry).memory('i64.load', set)
    code
      .get(LOCAL.address)
      .i64(BigInt(this.#timing.tagBits | (bytes - 1)))
      .op('i64.and', 'i64.eq')
  }

  /** Host address of LOCAL.address by the entry that the probe has found. */
  #host(set: number): Code {
    const { code } = this
    code.get(LOCAL.address).op('i32.wrap_i64')
    return code
      .get(LOCAL.entry)
      .memory('i32.load', set + 8)
      .op('i32.add')
  }
}

/** A pointer is replaced by what it points to. */
const isStep = ({ row, rd, rs1 }: Decoded): boolean => table[row]!.name === 'ld' && rd === rs1

const rangeOf = (bytes: Bytes, signed: boolean): Range | undefined =>
  bytes === 8 ? undefined : signed ? signedRange(8 * bytes) : unsignedRange(8 * bytes)
