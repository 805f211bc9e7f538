// From the meaning of an instruction to WebAssembly: the handler's code for one row of the table.
// Invariant: state is spilled before anything that may leave the handler, and a handler ends by a
// branch to one of the loops around it.

import { type Condition, type Expression, type Statement, SYSTEM_CALLS } from '../../isa/ir.ts'
import { EXTRA, VALUE, WRITE_SET } from '../../memory/layout.ts'
import { WORD_SHIFT } from '../../timing/branch-predictor.ts'
import type { CodeTiming } from '../code/code-timing.ts'
import { SLOT_IMMEDIATE, SLOT_RD, SLOT_SHIFT } from '../code/slot.ts'
import { learnBranch } from '../emit/branch-code.ts'
import { loadOperator, storeOperator } from '../emit/operators.ts'
import { type Atomic, SoftTlb } from '../emit/soft-tlb.ts'
import { alignedTag } from '../lines/line-access.ts'
import type { Code } from '../wasm/code.ts'
import { CALL } from './calls.ts'
import { emitCondition, emitValue } from './expression.ts'
import {
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
  /** True: the branch stays in its page. */
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
  readonly #soft: SoftTlb

  constructor(code: Code, { near, counting, timing, extra }: Handling) {
    this.#code = code
    this.#near = near
    this.#counting = counting
    this.#timing = timing
    this.#extra = extra
    this.#soft = new SoftTlb(code, timing, LOCAL)
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
    this.#soft.probe(() => emitValue(code, statement.address), bytes, 0)
    code.if(
      () => this.#soft.host(0).memory(operator).set(local),
      () => {
        const found = () => code.get(LOCAL.host).memory(operator).set(local)
        const passed = () => code.i32(0).memory(operator, VALUE).set(local)
        if (this.#timing.lines) {
          this.#byLine(CALL.loadMiss, bytes, found, () => {
            this.#shared(CALL.load, bytes)
            passed()
          })
          return
        }
        this.#refill(CALL.loadMiss, bytes, () => this.#shared(CALL.load, bytes))
        passed()
      },
    )
  }

  #store(statement: Statement & { do: 'store' }): void {
    const code = this.#code
    const { bytes } = statement
    this.#soft.probe(() => emitValue(code, statement.address), bytes, WRITE_SET)
    code.if(
      () => {
        this.#soft.host(WRITE_SET)
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
          this.#byLine(CALL.storeMiss, bytes, found, () => {
            pass()
            this.#shared(CALL.store, bytes)
          })
          return
        }
        pass()
        this.#refill(CALL.storeMiss, bytes, () => this.#shared(CALL.store, bytes))
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

  /** Asks the model of caches, which says where the data lies and what that costs, if it can. */
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
  #atomic(statement: Atomic): void {
    const code = this.#code
    const value = (expression: Expression) => emitValue(code, expression)
    this.#soft.atomic(statement, value, temporaryLocal(statement.index), () => {
      if (this.#extra !== 0) charge(code, -this.#extra) // it is charged there
      spill(code)
      code.call(CALL.step).br(RELOAD)
    })
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
}

/** Arguments of a slow access: high and low half of the address, bytes. */
function slowAddress(code: Code, bytes: number): void {
  code.get(LOCAL.address).i64(32n).op('i64.shr_u', 'i32.wrap_i64')
  code.get(LOCAL.address).op('i32.wrap_i64').i32(bytes)
}
