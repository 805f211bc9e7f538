// The soft TLB as generated code reads it, inline, for the loads, stores and atomics of the interpreter's
// handlers and of compiled code. Invariant: an access that the probe lets pass is aligned, to RAM without
// memory errors, and allowed.

import type { Expression, Statement } from '../../isa/ir.ts'
import { RESERVATION, TLB_MASK, WRITE_SET } from '../../memory/layout.ts'
import type { CodeTiming } from '../code/code-timing.ts'
import type { Code } from '../wasm/code.ts'
import { loadOperator, storeOperator } from './operators.ts'

export type Atomic = Statement & { do: 'exchange' | 'reserve' | 'store-reserved' }

/** Locals of the function that the code is part of. */
export interface SoftLocals {
  /** The sets of the context: i32, set before any access. */
  readonly dataTlb: number
  /** The virtual address: an i64, which the probe sets. */
  readonly address: number
  /** Where in the set for reads its entry lies, an i32, which the probe sets. */
  readonly entry: number
  /** The host address: an i32, which an atomic sets. */
  readonly host: number
}

export class SoftTlb {
  readonly #code: Code
  readonly #timing: CodeTiming
  readonly #local: SoftLocals

  constructor(code: Code, timing: CodeTiming, local: SoftLocals) {
    this.#code = code
    this.#timing = timing
    this.#local = local
  }

  /**
   * Leaves 1 on the stack if the TLB holds the page and the address is aligned. `address` leaves the address;
   * `set` leads from the set for reads to the one that is asked.
   */
  probe(address: () => void, bytes: number, set: number): void {
    const code = this.#code
    const local = this.#local
    const { shift, tagBits } = this.#timing
    address()
    code.tee(local.address).i64(BigInt(shift)).op('i64.shr_u', 'i32.wrap_i64')
    code.i32(TLB_MASK).op('i32.and')
    code.get(local.dataTlb).op('i32.add').tee(local.entry).memory('i64.load', set)
    code
      .get(local.address)
      .i64(BigInt(tagBits | (bytes - 1)))
      .op('i64.and', 'i64.eq')
  }

  /** Leaves the host address by the entry that the probe has found. */
  host(set: number): Code {
    const code = this.#code
    code.get(this.#local.address).op('i32.wrap_i64')
    return code
      .get(this.#local.entry)
      .memory('i32.load', set + 8)
      .op('i32.add')
  }

  /**
   * `result` is the local for what the statement leaves; `missed` emits the way out if the TLB does not
   * suffice.
   */
  atomic(
    statement: Atomic,
    emit: (expression: Expression) => void,
    result: number,
    missed: () => void,
  ): void {
    const code = this.#code
    const { host } = this.#local
    const { bytes } = statement
    const set = statement.do === 'reserve' ? 0 : WRITE_SET
    this.probe(() => emit(statement.address), bytes, set)
    code.op('i32.eqz').if(missed)
    this.host(set).set(host)
    if (statement.do === 'store-reserved') {
      this.#storeReserved(bytes, () => emit(statement.value), result)
      return
    }
    code.get(host).memory(loadOperator(bytes, true)).set(result)
    if (statement.do === 'reserve') {
      code.i32(0).get(host).memory('i32.store', RESERVATION)
      return
    }
    code.get(host)
    emit(statement.value)
    code.memory(storeOperator(bytes))
  }

  /** The result is 0 if it has stored, else 1; the reservation is gone in any case. */
  #storeReserved(bytes: number, value: () => void, result: number): void {
    const code = this.#code
    const { host } = this.#local
    code.i32(0).memory('i32.load', RESERVATION).get(host).op('i32.eq')
    code.if(
      () => {
        code.get(host)
        value()
        code.memory(storeOperator(bytes)).i64(0n).set(result)
      },
      () => code.i64(1n).set(result),
    )
    code.i32(0).i32(0).memory('i32.store', RESERVATION)
  }
}
