// The instructions of a fragment that reach into privileged state: CSRs that only hold (csr.ts), satp,
// fences, and what leads to another privilege (trap.ts). Invariant: what is not ordinary is executed alone.

import type { SystemCall } from '../../isa/ir.ts'
import { BUDGET, CELL, PRIVILEGE, VIRTUALISED } from '../../memory/layout.ts'
import { refused } from '../paging/fence.ts'
import type { Code } from '../wasm/code.ts'
import { CALL } from './calls.ts'
import { type CsrUse, csrAccess, satpUse } from './csr.ts'
import type { Exits } from './exits.ts'
import { isFence, isTrap } from './fragment.ts'
import { LOCAL, type RegisterLocals, TRAPPED } from './locals.ts'
import type { Timed, Values } from './value.ts'

export class SystemInstructions {
  readonly code: Code
  readonly #registers: RegisterLocals
  readonly #values: Values
  readonly #exits: Exits

  constructor(code: Code, registers: RegisterLocals, values: Values, exits: Exits) {
    this.code = code
    this.#registers = registers
    this.#values = values
    this.#exits = exits
  }

  emit(call: SystemCall, at: Timed): void {
    const use = satpUse(at.instruction)
    if (isTrap(call)) this.#trap(call, at)
    else if (isFence(call)) this.#fence(at)
    else if (use !== undefined) this.#satp(use, at)
    else this.#csr(at)
  }

  #csr(at: Timed): void {
    const access = csrAccess(at.instruction)
    if (access === undefined) throw new Error('expected a CSR instruction')
    const { code } = this
    const { cell, maskHi, maskLo, level } = access
    code.i32(0).memory('i32.load', PRIVILEGE).i32(level).op('i32.lt_u')
    code.if(() => this.#exits.alone(at))
    code.i32(0).memory('i32.load', VIRTUALISED).i32(access.toGuest).op('i32.mul').set(LOCAL.host)
    if (access.reads) code.get(LOCAL.host).memory('i64.load', cell).set(LOCAL.temporary0)
    if (access.writes) {
      const mask = (BigInt(maskHi) << 32n) | BigInt(maskLo >>> 0)
      code.get(LOCAL.host)
      this.#written(access, at)
      code.i64(mask).op('i64.and').memory('i64.store', cell)
    }
    this.#setRd(at)
  }

  /** The end of a block, if it writes. */
  #satp(use: CsrUse, at: Timed): void {
    const { code } = this
    if (use.reads) code.i32(0).memory('i64.load', CELL.satp).set(LOCAL.temporary0)
    if (use.writes) {
      this.#written(use, at)
      code.call(CALL.satp).op('i32.eqz')
    } else refused(code)
    code.if(() => this.#exits.alone(at))
    this.#setRd(at)
  }

  /** The end of a block. */
  #fence(at: Timed): void {
    const { code } = this
    const { rs1 } = at.instruction
    if (rs1 === 0) code.call(CALL.fence)
    else code.get(this.#registers.of(rs1)).call(CALL.fencePage)
    code.op('i32.eqz').if(() => this.#exits.alone(at))
  }

  /** Leaves what the CSR becomes, which was LOCAL.temporary0. */
  #written({ operation, immediate }: CsrUse, { instruction: { rs1 } }: Timed): void {
    const { code } = this
    if (operation !== 'write') code.get(LOCAL.temporary0)
    if (immediate) code.i64(BigInt(operation === 'clear' ? ~rs1 : rs1))
    else {
      if (rs1 === 0) code.i64(0n)
      else code.get(this.#registers.of(rs1))
      if (operation === 'clear') code.i64(-1n).op('i64.xor')
    }
    if (operation === 'set') code.op('i64.or')
    if (operation === 'clear') code.op('i64.and')
  }

  #setRd({ instruction: { rd } }: Timed): void {
    if (rd !== 0) this.code.get(LOCAL.temporary0).set(this.#registers.of(rd))
  }

  #trap(call: 'ecall' | 'mret' | 'sret', at: Timed): void {
    const { code } = this
    code.i32(0)
    this.#exits.budgetAt(at)
    code.memory('i32.store', BUDGET)
    this.#values.address(at.offset)
    code.call(CALL[call]).brIf(TRAPPED)
    this.#exits.alone(at)
  }
}
