// A small assembler over the instruction table, for tests and benchmarks that need no toolchain.
// Invariant: what it encodes, decode() reads back.

import type { Format } from './row.ts'
import { table } from './table.ts'

export interface Fields {
  readonly rd?: number
  readonly rs1?: number
  readonly rs2?: number
  /** Immediate, shift count, CSR number, or rounding mode with a third source from bit 3 on. */
  readonly immediate?: number
}

const rows = new Map(table.map((row) => [row.name, row]))

/** The 32-bit word. Throws RangeError for a name that is not in the table. */
export function encode(name: string, fields: Fields = {}): number {
  const row = rows.get(name)
  if (row === undefined) throw new RangeError(`expected an instruction, got "${name}"`)
  const { rd = 0, rs1 = 0, rs2 = 0, immediate = 0 } = fields
  const registers = (rd << 7) | (rs1 << 15) | (rs2 << 20)
  const operands = (registers & REGISTERS[row.format]) | place(row.format, immediate)
  return ((operands & ~row.mask) | row.match) >>> 0
}

const RD = 31 << 7
const RS1 = 31 << 15
const RS2 = 31 << 20
/** Which register fields a format has. */
const REGISTERS: Readonly<Record<Format, number>> = {
  R: RD | RS1 | RS2,
  rounded: RD | RS1 | RS2,
  fused: RD | RS1 | RS2,
  I: RD | RS1,
  shift: RD | RS1,
  csr: RD | RS1,
  S: RS1 | RS2,
  B: RS1 | RS2,
  U: RD,
  J: RD,
  none: 0,
}

function place(format: Format, value: number): number {
  const bits = (from: number, width: number): number => (value >> from) & ((1 << width) - 1)
  switch (format) {
    case 'I':
    case 'csr':
    case 'shift':
      return value << 20
    case 'S':
      return (bits(5, 7) << 25) | (bits(0, 5) << 7)
    case 'B':
      return (bits(12, 1) << 31) | (bits(5, 6) << 25) | (bits(1, 4) << 8) | (bits(11, 1) << 7)
    case 'U':
      return value & 0xfffff000
    case 'J':
      return (bits(20, 1) << 31) | (bits(1, 10) << 21) | (bits(11, 1) << 20) | (bits(12, 8) << 12)
    case 'rounded':
    case 'fused':
      return (bits(0, 3) << 12) | (bits(3, 5) << 27)
    case 'R':
    case 'none':
      return 0
  }
}

/** Code with labels. */
export class Assembler {
  readonly #words: number[] = []
  readonly #labels = new Map<string, number>()
  readonly #references: { at: number; name: string; fields: Fields; label: string }[] = []

  /** Bytes so far. */
  get length(): number {
    return 4 * this.#words.length
  }

  emit(name: string, fields: Fields = {}): this {
    this.#words.push(encode(name, fields))
    return this
  }

  word(word: number): this {
    this.#words.push(word >>> 0)
    return this
  }

  label(label: string): this {
    this.#labels.set(label, this.length)
    return this
  }

  /** A branch or jump to a label. */
  to(label: string, name: string, fields: Fields = {}): this {
    this.#references.push({ at: this.length, name, fields, label })
    return this.word(0)
  }

  /** Loads a value of up to 32 bits, sign-extended. */
  li(rd: number, value: number): this {
    const high = (value + 0x800) & 0xfffff000
    if (high === 0) return this.emit('addi', { rd, immediate: value })
    this.emit('lui', { rd, immediate: high })
    return this.emit('addiw', { rd, rs1: rd, immediate: (value - high) | 0 })
  }

  /** Loads a 32-bit value, zero-extended: an address of RAM. */
  address(rd: number, value: number): this {
    this.li(rd, value | 0)
    this.emit('slli', { rd, rs1: rd, immediate: 32 })
    return this.emit('srli', { rd, rs1: rd, immediate: 32 })
  }

  /** Where a label lies, in bytes from the start. */
  offset(label: string): number {
    const offset = this.#labels.get(label)
    if (offset === undefined) throw new RangeError(`expected a label, got "${label}"`)
    return offset
  }

  bytes(): Uint8Array {
    for (const { at, name, fields, label } of this.#references) {
      const immediate = this.offset(label) - at
      this.#words[at >> 2] = encode(name, { ...fields, immediate })
    }
    return new Uint8Array(Uint32Array.from(this.#words).buffer)
  }
}
