// Loads, stores and atomics of a fragment: the soft TLB inline, and what follows where it does not know the
// page. Invariant: code that calls out has put pc and budget where the shared code finds them.

import type { Decoded } from '../../isa/decode.ts'
import type { Bytes, Expression } from '../../isa/ir.ts'
import { table } from '../../isa/table.ts'
import { VALUE, WRITE_SET } from '../../memory/layout.ts'
import type { CodeTiming } from '../code/code-timing.ts'
import { loadOperator, storeOperator } from '../emit/operators.ts'
import { type Atomic, SoftTlb } from '../emit/soft-tlb.ts'
import { alignedTag } from '../lines/line-access.ts'
import type { Code } from '../wasm/code.ts'
import { CALL } from './calls.ts'
import type { Exits } from './exits.ts'
import { TRAPPED_STATUS } from './glue.ts'
import { LOCAL } from './locals.ts'
import type { Placed, Timed, Values } from './value.ts'

interface Access {
  readonly bytes: Bytes
  readonly address: Expression
}

interface Load extends Access {
  readonly index: number
  readonly signed: boolean
}

export class MemoryAccesses {
  readonly #code: Code
  readonly #values: Values
  readonly #timing: CodeTiming
  readonly #exits: Exits
  readonly #soft: SoftTlb

  constructor(code: Code, values: Values, timing: CodeTiming, exits: Exits) {
    this.#code = code
    this.#values = values
    this.#timing = timing
    this.#exits = exits
    this.#soft = new SoftTlb(code, timing, LOCAL)
  }

  /** `finish` emits what follows in the instruction. */
  load(access: Load, at: Timed, finish: () => void): void {
    const code = this.#code
    const { bytes, address, index, signed } = access
    const operator = loadOperator(bytes, signed)
    const local = LOCAL.temporary0 + index
    this.#probe(address, at, bytes, 0)
    code.if(
      () => {
        if (isStep(at.instruction)) this.#followed(local)
        else this.#soft.host(0).memory(operator).set(local)
      },
      () => {
        this.#miss(
          CALL.commonRead,
          bytes,
          () => code.get(LOCAL.host).memory(operator).set(local),
          () => {
            code.get(LOCAL.address)
            this.#exits.context(at)
            code.i32(bytes)
            this.#slow(CALL.load, at)
            code.i32(0).memory(operator, VALUE).set(local)
          },
        )
        this.#exits.afterMiss(at, finish)
      },
    )
  }

  /**
   * A pointer to where the next one is: each load waits for the one before. So that it does not wait for
   * the soft TLB too, the distance to the host address is guessed to be the last one, and compared beside.
   */
  #followed(local: number): void {
    const code = this.#code
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
  store({ bytes, address }: Access, at: Timed, value: () => void): void {
    const code = this.#code
    this.#probe(address, at, bytes, WRITE_SET)
    code.if(
      () => {
        this.#soft.host(WRITE_SET)
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
            this.#exits.context(at)
            code.i32(bytes)
            this.#slow(CALL.store, at)
          },
        )
        this.#exits.afterMiss(at, () => {})
      },
    )
  }

  /** Where caches are modelled, by the model's code, which says where the data lies, if it can. */
  #miss(call: number, bytes: number, found: () => void, slow: () => void): void {
    const code = this.#code
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

  /** Calls the shared slow path; LOCAL.status is what it took, unless the instruction has trapped. */
  #slow(call: number, at: Timed): void {
    const code = this.#code
    code.call(call).tee(LOCAL.status).i32(TRAPPED_STATUS).op('i32.eq')
    code.if(() => this.#exits.trapped(at))
  }

  /** What misses the TLB is executed by the reference interpreter, which teaches the TLB. */
  atomic(statement: Atomic, at: Timed): void {
    const value = (expression: Expression) => this.#values.emit(expression, at)
    const result = LOCAL.temporary0 + statement.index
    this.#soft.atomic(statement, value, result, () => this.#exits.alone(at))
  }

  #probe(address: Expression, at: Placed, bytes: number, set: number): void {
    this.#soft.probe(() => this.#values.emit(address, at), bytes, set)
  }
}

/** A pointer is replaced by what it points to. */
const isStep = ({ row, rd, rs1 }: Decoded): boolean => table[row]!.name === 'ld' && rd === rs1
