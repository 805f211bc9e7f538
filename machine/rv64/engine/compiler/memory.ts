// Loads, stores and atomics of a region: the soft TLB inline, and what follows where it does not know the
// page. Invariant: whoever calls out has put pc and budget where the shared code finds them.

import type { Decoded } from '../../isa/decode.ts'
import type { Bytes, Expression, Statement } from '../../isa/ir.ts'
import { table } from '../../isa/table.ts'
import { RESERVATION, TLB_MASK, VALUE, WRITE_SET } from '../../memory/layout.ts'
import type { CodeTiming } from '../code/code-timing.ts'
import { loadOperator, storeOperator } from '../interpreter/meaning.ts'
import { alignedTag } from '../lines/line-access.ts'
import type { Code } from '../wasm/code.ts'
import type { Exits } from './exits.ts'
import { TRAPPED_STATUS } from './glue.ts'
import { CALL, LOCAL } from './locals.ts'
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

  constructor(code: Code, values: Values, timing: CodeTiming, exits: Exits) {
    this.#code = code
    this.#values = values
    this.#timing = timing
    this.#exits = exits
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
        else this.#host(0).memory(operator).set(local)
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

  /** By the shared slow path; LOCAL.status is what it took, unless the instruction has trapped. */
  #slow(call: number, at: Timed): void {
    const code = this.#code
    code.call(call).tee(LOCAL.status).i32(TRAPPED_STATUS).op('i32.eq')
    code.if(() => this.#exits.trapped(at))
  }

  /** What misses the TLB is executed by the reference interpreter, which teaches the TLB. */
  atomic(
    statement: Statement & { do: 'exchange' | 'reserve' | 'store-reserved' },
    at: Timed,
  ): void {
    const code = this.#code
    const { bytes } = statement
    const set = statement.do === 'reserve' ? 0 : WRITE_SET
    const local = LOCAL.temporary0 + statement.index
    this.#probe(statement.address, at, bytes, set)
    code.op('i32.eqz').if(() => this.#exits.alone(at))
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
    const code = this.#code
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
    const code = this.#code
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
    const code = this.#code
    code.get(LOCAL.address).op('i32.wrap_i64')
    return code
      .get(LOCAL.entry)
      .memory('i32.load', set + 8)
      .op('i32.add')
  }
}

/** A pointer is replaced by what it points to. */
const isStep = ({ row, rd, rs1 }: Decoded): boolean => table[row]!.name === 'ld' && rd === rs1
