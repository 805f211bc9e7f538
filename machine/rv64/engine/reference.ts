// The reference interpreter: evaluates the meaning of each instruction as the table states it, with
// bigint, fetching and translating anew every time. Clear and slow: the oracle for the others, and
// what they fall back to for an instruction they do not want to handle.

import type { Hart } from '../hart/hart.ts'
import { takeException, takeFault, takeInterrupt } from '../hart/trap.ts'
import { load, locateAtomic, store, viewpoint } from '../instructions/data.ts'
import { meetsPoison } from '../instructions/poison.ts'
import { executeSystem, type Operands } from '../instructions/system.ts'
import { binary, extend, holds } from '../isa/arithmetic.ts'
import { type Decoded, decode, isCompressed } from '../isa/decode.ts'
import type { Condition, Expression, Statement } from '../isa/ir.ts'
import { CAUSE } from '../isa/status.ts'
import { table } from '../isa/table.ts'
import { BUDGET, DISCARD, PC, RESERVATION, VALUE, X } from '../memory/layout.ts'
import { MEMORY_MAP } from '../memory/memory-map.ts'
import { EXECUTE, FAULT, READ, WRITE } from '../mmu/pte.ts'
import { extrasOf } from '../timing/instruction-class.ts'
import type { Engine } from './engine.ts'

/** The ROM is the only device that can be executed. */
const ROM_END = MEMORY_MAP.rom.base + MEMORY_MAP.rom.bytes

/** How a statement leaves the instruction: go on with the next statement, or pc is set already. */
type Outcome = 'next' | 'left'

export class ReferenceEngine implements Engine {
  readonly #hart: Hart
  readonly #decoded = new Map<number, Decoded>()
  /** Cycles beyond the first, by row of the instruction table. */
  readonly #extra: readonly number[]
  #instruction: Decoded | undefined
  #temporaries: bigint[] = []
  #pc = 0n
  #raw = 0

  constructor(hart: Hart) {
    this.#hart = hart
    const { core } = hart.parts
    this.#extra = core === undefined ? [] : extrasOf(core)
  }

  execute(): void {
    const { i32 } = this.#hart
    this.#hart.rawInstruction = this.#word
    while (i32[BUDGET >> 2]! > 0) {
      takeInterrupt(this.#hart)
      i32[BUDGET >> 2] = i32[BUDGET >> 2]! - 1
      this.#step()
    }
    this.#hart.countCalls()
  }

  forget(): void {}

  /** Executes the instruction at pc for another engine, which has taken its cycle from the budget. */
  stepAlone(): void {
    this.#hart.rawInstruction = this.#word
    this.#step()
  }

  readonly #word = (): number => this.#raw

  #step(): void {
    const hart = this.#hart
    const word = this.#fetch()
    if (word === undefined) return
    const instruction = this.#decode(word)
    this.#instruction = instruction
    this.#raw = instruction.raw
    this.#pc = hart.u64[PC >> 3]!
    const extra = this.#extra[instruction.row] ?? 0
    if (extra !== 0) hart.charge(extra)
    for (const statement of table[instruction.row]!.meaning) {
      if (this.#perform(statement, instruction) === 'left') return
    }
    hart.advance(instruction.length)
  }

  /** The word at pc; of a compressed instruction only its own half. Undefined: trapped. */
  #fetch(): number | undefined {
    const hart = this.#hart
    const hi = hart.hi(PC)
    const lo = hart.lo(PC)
    const half = this.#fetchHalf(hi, lo)
    if (half === undefined || isCompressed(half)) return half
    const nextLo = (lo + 2) | 0
    const upper = this.#fetchHalf(nextLo === 0 ? (hi + 1) | 0 : hi, nextLo)
    return upper === undefined ? undefined : half | (upper << 16)
  }

  #fetchHalf(hi: number, lo: number): number | undefined {
    const hart = this.#hart
    const { ram, bus } = hart
    const at = hart.mmu.translate(hi, lo, EXECUTE, hart.privilege, hart.virtualised)
    if (at === FAULT) {
      hart.chargeFault(hi, lo, true, hart.privilege, hart.virtualised)
      takeFault(hart, hi, lo)
      return undefined
    }
    if (hart.pmp.allows(at, 2, EXECUTE, hart.privilege)) {
      if (ram.holds(at, 2)) {
        hart.chargeFetch(hi, lo, at)
        if (meetsPoison(hart, at, 2, hi, lo, 'fetch')) return undefined
        return ram.view.getUint16(ram.host(at), true)
      }
      if (at < ROM_END && bus.device(at, 2)) return bus.read(at, 2)
    }
    takeException(hart, CAUSE.fetchAccess, hi, lo)
    return undefined
  }

  #decode(word: number): Decoded {
    const known = this.#decoded.get(word)
    if (known !== undefined) return known
    const decoded = decode(word)
    this.#decoded.set(word, decoded)
    return decoded
  }

  #perform(statement: Statement, instruction: Decoded): Outcome {
    const hart = this.#hart
    switch (statement.do) {
      case 'set':
        hart.u64[target(instruction.rd) >> 3] = this.#value(statement.value)
        return 'next'
      case 'let':
        this.#temporaries[statement.index] = this.#value(statement.value)
        return 'next'
      case 'load':
        return this.#load(statement)
      case 'store':
        return this.#store(statement)
      case 'exchange':
      case 'reserve':
      case 'store-reserved':
        return this.#atomic(statement)
      case 'jump':
        hart.u64[PC >> 3] = this.#value(statement.target)
        return 'left'
      case 'branch':
        if (!this.#taken(statement.when, instruction.immediate)) return 'next'
        hart.u64[PC >> 3] = this.#pc + BigInt(instruction.immediate)
        return 'left'
      case 'system':
        executeSystem(hart, statement.call, operandsOf(instruction))
        return 'left'
    }
  }

  #load(statement: Statement & { do: 'load' }): Outcome {
    const hart = this.#hart
    const { hi, lo } = halves(this.#value(statement.address))
    if (!load(hart, hi, lo, statement.bytes, viewpoint(hart))) return 'left'
    const value = hart.u64[VALUE >> 3]!
    this.#temporaries[statement.index] = statement.signed ? extend(value, statement.bytes) : value
    return 'next'
  }

  #store(statement: Statement & { do: 'store' }): Outcome {
    const hart = this.#hart
    const { hi, lo } = halves(this.#value(statement.address))
    hart.u64[VALUE >> 3] = this.#value(statement.value)
    return store(hart, hi, lo, statement.bytes, viewpoint(hart)) ? 'next' : 'left'
  }

  #atomic(statement: Statement & { do: 'exchange' | 'reserve' | 'store-reserved' }): Outcome {
    const hart = this.#hart
    const { view } = hart.ram
    const { bytes } = statement
    const { hi, lo } = halves(this.#value(statement.address))
    const access = statement.do === 'reserve' ? READ : WRITE
    const reads = statement.do !== 'store-reserved'
    const host = locateAtomic(hart, hi, lo, bytes, access, reads)
    if (host === FAULT) return 'left'
    const old = bytes === 4 ? BigInt(view.getInt32(host, true)) : view.getBigInt64(host, true)
    this.#temporaries[statement.index] = BigInt.asUintN(64, old)
    if (statement.do === 'reserve') {
      hart.i32[RESERVATION >> 2] = host
      return 'next'
    }
    if (statement.do === 'store-reserved') {
      const reserved = hart.i32[RESERVATION >> 2] === host
      hart.endReservation()
      this.#temporaries[statement.index] = reserved ? 0n : 1n
      if (!reserved) return 'next'
    }
    const value = this.#value(statement.value)
    if (bytes === 4) view.setUint32(host, Number(value & 0xffff_ffffn), true)
    else view.setBigUint64(host, value, true)
    hart.ram.wrote(hart.ram.physical(host), bytes)
    return 'next'
  }

  #taken(when: Condition | 'always', distance: number): boolean {
    if (when === 'always') return true
    const taken = this.#holds(when)
    this.#hart.chargeBranch(this.#hart.lo(PC), distance, taken)
    return taken
  }

  #value(expression: Expression): bigint {
    const { u64 } = this.#hart
    const instruction = this.#instruction!
    switch (expression.is) {
      case 'constant':
        return BigInt.asUintN(64, expression.value)
      case 'immediate':
        return BigInt.asUintN(64, BigInt(instruction.immediate))
      case 'register':
        return u64[(X >> 3) + instruction[expression.field]]!
      case 'temporary':
        return this.#temporaries[expression.index]!
      case 'pc':
        return this.#pc
      case 'next':
        return BigInt.asUintN(64, this.#pc + BigInt(instruction.length))
      case 'binary':
        return binary(expression.op, this.#value(expression.a), this.#value(expression.b))
      case 'sign':
        return extend(this.#value(expression.a), expression.bits >> 3)
      case 'truth':
        return this.#holds(expression.when) ? 1n : 0n
      case 'choose':
        return this.#value(this.#holds(expression.when) ? expression.a : expression.b)
    }
  }

  #holds(condition: Condition): boolean {
    const a = this.#value(condition.a)
    const b = this.#value(condition.b)
    return holds(condition.op, a, b)
  }
}

const halves = (value: bigint): { hi: number; lo: number } => ({
  hi: Number(value >> 32n) | 0,
  lo: Number(value & 0xffff_ffffn) | 0,
})

/** Where rd lies in the state. */
const target = (rd: number): number => (rd === 0 ? DISCARD : X + 8 * rd)

const operandsOf = (instruction: Decoded): Operands => ({
  rd: target(instruction.rd),
  rs1: X + 8 * instruction.rs1,
  rs2: X + 8 * instruction.rs2,
  immediate: instruction.immediate,
  length: instruction.length,
})
