// From the meaning of an instruction to WebAssembly: the handler's code for one row of the table.
// Invariant: state is spilled before anything that may leave the handler, and a handler ends by a
// branch to one of the loops around it.

import { type Condition, type Expression, type Statement, SYSTEM_CALLS } from '../../isa/ir.ts'
import { EXTRA, RESERVATION, TLB_MASK, VALUE, WRITE_SET } from '../../memory/layout.ts'
import { WORD_SHIFT } from '../../timing/branch-predictor.ts'
import type { CodeTiming } from '../code/code-timing.ts'
import { SLOT_IMMEDIATE, SLOT_RD, SLOT_SHIFT } from '../code/slot.ts'
import { learnBranch } from '../emit/branch-code.ts'
import { alignedTag } from '../lines/line-access.ts'
import type { Code, MemoryOperator } from '../wasm/code.ts'
import { emitCondition, emitValue } from './expression.ts'
import {
  CALL,
  COUNT,
  charge,
  currentPc,
  LOCAL,
  LOOKUP,
  NEXT,
  RELOAD,
  reloadBudget,
  spill,
  stepOn,
  temporaryLocal,
} from './frame.ts'

const PAGE_MASK = -4096n

export interface Handling {
  /** Its branch stays in its page. */
  readonly near: boolean
  /** Jumps are counted. */
  readonly counting: boolean
  readonly timing: CodeTiming
  /** Cycles beyond the first. */
  readonly extra: number
}

export class Meaning {
  readonly #code: Code
  readonly #near: boolean
  readonly #counting: boolean
  readonly #timing: CodeTiming
  readonly #extra: number

  constructor(code: Code, { near, counting, timing, extra }: Handling) {
    this.#code = code
    this.#near = near
    this.#counting = counting
    this.#timing = timing
    this.#extra = extra
  }

  /** The whole handler. */
  handler(meaning: readonly Statement[]): void {
    if (this.#extra !== 0) charge(this.#code, this.#extra)
    for (const statement of meaning) this.#statement(statement)
    const last = meaning.at(-1)
    if (last?.do === 'jump' || (last?.do === 'branch' && last.when === 'always')) return
    stepOn(this.#code)
  }

  #statement(statement: Statement): void {
    const code = this.#code
    switch (statement.do) {
      case 'set':
        code.get(LOCAL.slot).memory('i32.load16_u', SLOT_RD)
        emitValue(code, statement.value)
        code.memory('i64.store')
        return
      case 'let':
        emitValue(code, statement.value)
        code.set(temporaryLocal(statement.index))
        return
      case 'load':
        this.#load(statement)
        return
      case 'store':
        this.#store(statement)
        return
      case 'exchange':
      case 'reserve':
      case 'store-reserved':
        this.#atomic(statement)
        return
      case 'jump':
        this.#jump(statement.target)
        return
      case 'branch':
        this.#branch(statement.when)
        return
      case 'system':
        spill(code)
        code.i32(SYSTEM_CALLS.indexOf(statement.call)).call(CALL.system).brIf(RELOAD)
        reloadBudget(code)
    }
  }

  #load(statement: Statement & { do: 'load' }): void {
    const code = this.#code
    const { bytes } = statement
    const operator = loadOperator(bytes, statement.signed)
    const local = temporaryLocal(statement.index)
    this.#probe(statement.address, bytes, 0)
    code.if(
      () => hostAddress(code, 0).memory(operator).set(local),
      () => {
        const found = () => code.get(LOCAL.host).memory(operator).set(local)
        const passed = () => code.i32(0).memory(operator, VALUE).set(local)
        if (this.#timing.lines) {
          this.#byLine(CALL.loadRefill, bytes, found, () => {
            this.#shared(CALL.load, bytes)
            passed()
          })
          return
        }
        this.#refill(CALL.loadRefill, bytes, () => this.#shared(CALL.load, bytes))
        passed()
      },
    )
  }

  #store(statement: Statement & { do: 'store' }): void {
    const code = this.#code
    const { bytes } = statement
    this.#probe(statement.address, bytes, WRITE_SET)
    code.if(
      () => {
        hostAddress(code, WRITE_SET)
        emitValue(code, statement.value)
        code.memory(storeOperator(bytes))
      },
      () => {
        const pass = () => {
          code.i32(0)
          emitValue(code, statement.value)
          code.memory('i64.store', VALUE)
        }
        const found = () => {
          code.get(LOCAL.host)
          emitValue(code, statement.value)
          code.memory(storeOperator(bytes))
        }
        if (this.#timing.lines) {
          this.#byLine(CALL.storeRefill, bytes, found, () => {
            pass()
            this.#shared(CALL.store, bytes)
          })
          return
        }
        pass()
        this.#refill(CALL.storeRefill, bytes, () => this.#shared(CALL.store, bytes))
      },
    )
  }

  /** Between LOCAL.address and VALUE, by the shared code, which may trap. */
  #shared(call: number, bytes: number): void {
    const code = this.#code
    spill(code)
    slowAddress(code, bytes)
    code.call(call).brIf(RELOAD)
    reloadBudget(code)
  }

  /** Between LOCAL.address and VALUE, by refilling the TLB if that can be. */
  #refill(call: number, bytes: number, otherwise: () => void): void {
    const code = this.#code
    code.get(LOCAL.address).i32(bytes).call(call).op('i32.eqz').if(otherwise)
  }

  /** By the model of caches, which says where the data lies and what that costs, if it can. */
  #byLine(call: number, bytes: number, found: () => void, otherwise: () => void): void {
    const code = this.#code
    code.get(LOCAL.address).i64(alignedTag(bytes)).get(LOCAL.dataTlb).call(call)
    code.set(LOCAL.entry).tee(LOCAL.host)
    code.if(() => {
      found()
      code.get(LOCAL.budget).get(LOCAL.entry).op('i32.sub').set(LOCAL.budget)
      code.i32(0).i32(0).memory('i32.load', EXTRA).get(LOCAL.entry).op('i32.add')
      code.memory('i32.store', EXTRA)
    }, otherwise)
  }

  /** What misses the TLB is executed by the reference interpreter, which teaches the TLB. */
  #atomic(statement: Statement & { do: 'exchange' | 'reserve' | 'store-reserved' }): void {
    const code = this.#code
    const { bytes } = statement
    const set = statement.do === 'reserve' ? 0 : WRITE_SET
    const local = temporaryLocal(statement.index)
    this.#probe(statement.address, bytes, set)
    code.op('i32.eqz').if(() => {
      if (this.#extra !== 0) charge(code, -this.#extra) // it is charged there
      spill(code)
      code.call(CALL.step).br(RELOAD)
    })
    hostAddress(code, set).set(LOCAL.host)
    if (statement.do === 'store-reserved') {
      this.#storeReserved(statement)
      return
    }
    code.get(LOCAL.host).memory(loadOperator(bytes, true)).set(local)
    if (statement.do === 'reserve') {
      code.i32(0).get(LOCAL.host).memory('i32.store', RESERVATION)
      return
    }
    code.get(LOCAL.host)
    emitValue(code, statement.value)
    code.memory(storeOperator(bytes))
  }

  #storeReserved(statement: Statement & { do: 'store-reserved' }): void {
    const code = this.#code
    const local = temporaryLocal(statement.index)
    code.i32(0).memory('i32.load', RESERVATION).get(LOCAL.host).op('i32.eq')
    code.if(
      () => {
        code.get(LOCAL.host)
        emitValue(code, statement.value)
        code.memory(storeOperator(statement.bytes)).i64(0n).set(local)
      },
      () => code.i64(1n).set(local),
    )
    code.i32(0).i32(0).memory('i32.store', RESERVATION)
  }

  #jump(target: Expression): void {
    const code = this.#code
    emitValue(code, target)
    code.tee(LOCAL.pc).i64(PAGE_MASK).op('i64.and').get(LOCAL.pageVa).op('i64.eq')
    code.if(() => {
      code.get(LOCAL.pc).op('i32.wrap_i64').i32(0xffe).op('i32.and').i32(SLOT_SHIFT)
      code.op('i32.shl').get(LOCAL.pageSlots).op('i32.add').set(LOCAL.slot)
      code.br(this.#counting ? COUNT : NEXT)
    })
    code.br(LOOKUP)
  }

  #branch(when: Condition | 'always'): void {
    const code = this.#code
    const taken = () => {
      if (this.#near) {
        this.#takeNear(when === 'always')
      } else {
        emitValue(code, { is: 'pc' })
        code.get(LOCAL.slot).memory('i64.load32_s', SLOT_IMMEDIATE)
        code.op('i64.add').set(LOCAL.pc).br(LOOKUP)
      }
    }
    if (when === 'always') {
      taken()
      return
    }
    emitCondition(code, when)
    code.if(() => {
      this.#branched(true)
      taken()
    })
    this.#branched(false)
  }

  /** A conditional branch has gone that way. */
  #branched(taken: boolean): void {
    const code = this.#code
    const { mispredicted, branchCounters, countersAt } = this.#timing
    const wrong = () => charge(code, mispredicted)
    if (branchCounters > 0) {
      currentPc(code)
      code.op('i32.wrap_i64').i32(WORD_SHIFT).op('i32.shr_u')
      code
        .i32(branchCounters - 1)
        .op('i32.and')
        .set(LOCAL.host)
      learnBranch(code, taken, () => code.get(LOCAL.host), countersAt, wrong)
    } else if (mispredicted > 0) {
      code.get(LOCAL.slot).memory('i32.load', SLOT_IMMEDIATE).i32(0)
      code.op(taken ? 'i32.ge_s' : 'i32.lt_s').if(wrong)
    }
  }

  /** Backward jumps and calls are where hot code begins. */
  #takeNear(always: boolean): void {
    const code = this.#code
    code.get(LOCAL.slot).get(LOCAL.slot).memory('i32.load', SLOT_IMMEDIATE)
    if (!this.#counting || always) {
      code
        .op('i32.add')
        .set(LOCAL.slot)
        .br(always && this.#counting ? COUNT : NEXT)
      return
    }
    code.tee(LOCAL.host).op('i32.add').set(LOCAL.slot)
    code.get(LOCAL.host).i32(0).op('i32.lt_s').brIf(COUNT).br(NEXT)
  }

  /** Leaves 1 on the stack if the TLB holds the page and the address is aligned. */
  #probe(address: Expression, bytes: number, set: number): void {
    const code = this.#code
    emitValue(code, address)
    code
      .tee(LOCAL.address)
      .i64(BigInt(this.#timing.tagBits | (bytes - 1)))
      .op('i64.and')
    code.get(LOCAL.address).i64(BigInt(this.#timing.shift)).op('i64.shr_u', 'i32.wrap_i64')
    code.i32(TLB_MASK).op('i32.and')
    code.get(LOCAL.dataTlb).op('i32.add').tee(LOCAL.entry).memory('i64.load', set).op('i64.eq')
  }
}

export function loadOperator(bytes: number, signed: boolean): MemoryOperator {
  if (bytes === 8) return 'i64.load'
  const sign = signed ? 's' : 'u'
  return bytes === 1
    ? `i64.load8_${sign}`
    : bytes === 2
      ? `i64.load16_${sign}`
      : `i64.load32_${sign}`
}

export const storeOperator = (bytes: number): MemoryOperator =>
  bytes === 8
    ? 'i64.store'
    : bytes === 4
      ? 'i64.store32'
      : bytes === 2
        ? 'i64.store16'
        : 'i64.store8'

/** Host address of LOCAL.address by the entry that the probe has found. */
function hostAddress(code: Code, set: number): Code {
  return code
    .get(LOCAL.address)
    .op('i32.wrap_i64')
    .get(LOCAL.entry)
    .memory('i32.load', set + 8)
    .op('i32.add')
}

/** Arguments of a slow access: high and low half of the address, bytes. */
function slowAddress(code: Code, bytes: number): void {
  code.get(LOCAL.address).i64(32n).op('i64.shr_u', 'i32.wrap_i64')
  code.get(LOCAL.address).op('i32.wrap_i64').i32(bytes)
}
