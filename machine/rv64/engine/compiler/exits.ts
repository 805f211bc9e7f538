// How code of a fragment stops in the midst of a block: at an instruction that another engine executes, or
// behind one that has taken more cycles than were known. Invariant: budget, extra cycles and pc are then as
// the interpreter would have them.

import type { Code } from '../wasm/code.ts'
import { LOCAL, TRAPPED } from './locals.ts'
import type { Timed, Values } from './value.ts'

export class Exits {
  readonly #code: Code
  readonly #values: Values

  constructor(code: Code, values: Values) {
    this.#code = code
    this.#values = values
  }

  /** pc and budget as the shared code wants them. */
  context(at: Timed): void {
    this.#values.address(at.offset)
    this.budgetAt(at)
  }

  /** What is left once the instruction has taken its own. */
  budgetAt({ rest }: Timed): void {
    this.#code.get(LOCAL.budget)
    if (rest !== 0) this.#code.i32(rest).op('i32.add')
  }

  /** The fragment is left, and this instruction, which has started, is executed alone. */
  alone({ offset, own, rest, extra }: Timed): void {
    const code = this.#code
    code
      .get(LOCAL.budget)
      .i32(rest + own)
      .op('i32.add')
      .set(LOCAL.budget)
    this.#takeBackExtra(extra + own)
    code.i32(1).set(LOCAL.alone)
    this.#values.leave(offset)
  }

  /** The instruction has trapped by itself. */
  trapped(at: Timed): void {
    this.#takeBackExtra(at.extra)
    this.#code.br(TRAPPED)
  }

  /** The instruction has taken LOCAL.status off the budget, and may have to be the last one. */
  afterMiss(at: Timed, finish: () => void): void {
    const code = this.#code
    code.get(LOCAL.budget).get(LOCAL.status).op('i32.sub').tee(LOCAL.budget)
    code.i32(at.least).op('i32.lt_s')
    code.if(() => {
      finish()
      this.budgetAt(at)
      code.set(LOCAL.budget)
      this.#takeBackExtra(at.extra)
      this.#values.leave(at.offset + at.instruction.length)
    })
  }

  #takeBackExtra(cycles: number): void {
    if (cycles === 0) return
    this.#code.get(LOCAL.extra).i32(cycles).op('i32.sub').set(LOCAL.extra)
  }
}
