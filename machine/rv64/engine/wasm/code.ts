// Code: a sequence of WebAssembly instructions under construction, with labels by name.
// Invariant: every block opened is closed, and a branch names a label that is open.

import { EMPTY, I32, I64, signed, unsigned, type ValueType } from './encoder.ts'

/** Plain operators by their name in the text format. */
const OPERATORS = {
  unreachable: 0x00,
  return: 0x0f,
  drop: 0x1a,
  select: 0x1b,
  'i32.eqz': 0x45,
  'i32.eq': 0x46,
  'i32.ne': 0x47,
  'i32.lt_s': 0x48,
  'i32.lt_u': 0x49,
  'i32.gt_u': 0x4b,
  'i32.le_s': 0x4c,
  'i32.le_u': 0x4d,
  'i32.ge_s': 0x4e,
  'i32.ge_u': 0x4f,
  'i64.eqz': 0x50,
  'i64.eq': 0x51,
  'i64.ne': 0x52,
  'i64.lt_s': 0x53,
  'i64.lt_u': 0x54,
  'i64.gt_u': 0x56,
  'i64.ge_s': 0x59,
  'i64.ge_u': 0x5a,
  'i32.ctz': 0x68,
  'i32.add': 0x6a,
  'i32.sub': 0x6b,
  'i32.mul': 0x6c,
  'i32.and': 0x71,
  'i32.or': 0x72,
  'i32.xor': 0x73,
  'i32.shl': 0x74,
  'i32.shr_s': 0x75,
  'i32.shr_u': 0x76,
  'i64.ctz': 0x7a,
  'i64.add': 0x7c,
  'i64.sub': 0x7d,
  'i64.mul': 0x7e,
  'i64.div_s': 0x7f,
  'i64.div_u': 0x80,
  'i64.rem_s': 0x81,
  'i64.rem_u': 0x82,
  'i64.and': 0x83,
  'i64.or': 0x84,
  'i64.xor': 0x85,
  'i64.shl': 0x86,
  'i64.shr_s': 0x87,
  'i64.shr_u': 0x88,
  'f32.eq': 0x5b,
  'f32.ne': 0x5c,
  'f32.lt': 0x5d,
  'f32.le': 0x5f,
  'f64.eq': 0x61,
  'f64.ne': 0x62,
  'f64.lt': 0x63,
  'f64.gt': 0x64,
  'f64.le': 0x65,
  'f64.ge': 0x66,
  'f32.abs': 0x8b,
  'f32.neg': 0x8c,
  'f32.sqrt': 0x91,
  'f32.add': 0x92,
  'f32.sub': 0x93,
  'f32.mul': 0x94,
  'f32.div': 0x95,
  'f32.min': 0x96,
  'f32.max': 0x97,
  'f32.copysign': 0x98,
  'f64.abs': 0x99,
  'f64.neg': 0x9a,
  'f64.trunc': 0x9d,
  'f64.nearest': 0x9e,
  'f64.sqrt': 0x9f,
  'f64.add': 0xa0,
  'f64.sub': 0xa1,
  'f64.mul': 0xa2,
  'f64.div': 0xa3,
  'f64.min': 0xa4,
  'f64.max': 0xa5,
  'f64.copysign': 0xa6,
  'i32.wrap_i64': 0xa7,
  'i32.trunc_f64_s': 0xaa,
  'i32.trunc_f64_u': 0xab,
  'i64.trunc_f64_s': 0xb0,
  'i64.trunc_f64_u': 0xb1,
  'f32.convert_i64_s': 0xb4,
  'f32.convert_i64_u': 0xb5,
  'f32.demote_f64': 0xb6,
  'f64.convert_i64_s': 0xb9,
  'f64.convert_i64_u': 0xba,
  'f64.promote_f32': 0xbb,
  'i32.reinterpret_f32': 0xbc,
  'i64.reinterpret_f64': 0xbd,
  'f32.reinterpret_i32': 0xbe,
  'f64.reinterpret_i64': 0xbf,
  'i64.extend_i32_s': 0xac,
  'i64.extend_i32_u': 0xad,
  'i64.extend8_s': 0xc2,
  'i64.extend16_s': 0xc3,
  'i64.extend32_s': 0xc4,
} as const
export type Operator = keyof typeof OPERATORS

const MEMORY_OPERATORS = {
  'i32.load': 0x28,
  'i64.load': 0x29,
  'f64.load': 0x2b,
  'i64.load8_s': 0x30,
  'i64.load8_u': 0x31,
  'i64.load16_s': 0x32,
  'i64.load16_u': 0x33,
  'i64.load32_s': 0x34,
  'i64.load32_u': 0x35,
  'i32.load8_u': 0x2d,
  'i32.load16_u': 0x2f,
  'i32.store': 0x36,
  'i32.store8': 0x3a,
  'i32.store16': 0x3b,
  'i64.store': 0x37,
  'f64.store': 0x39,
  'i64.store8': 0x3c,
  'i64.store16': 0x3d,
  'i64.store32': 0x3e,
} as const
export type MemoryOperator = keyof typeof MEMORY_OPERATORS

/** The prefix behind which operators on vectors are encoded. */
const VECTOR_PREFIX = 0xfd
const VECTOR_OPERATORS = {
  'i32x4.splat': 0x11,
  'i32x4.eq': 0x37,
  'i32x4.bitmask': 0xa4,
  'i32x4.shr_u': 0xad,
  'f32x4.splat': 0x13,
  'f64x2.splat': 0x14,
  'f32x4.relaxed_madd': 0x105,
  'f64x2.relaxed_madd': 0x107,
} as const
export type VectorOperator = keyof typeof VECTOR_OPERATORS
const VECTOR_LOAD = 0x00
const FIRST_LANE = { f32x4: 0x1f, f64x2: 0x21 }

const FIRST_BYTES = 1024
const FLOAT = new DataView(new ArrayBuffer(8))

export class Code {
  #buffer = new Uint8Array(FIRST_BYTES)
  #length = 0
  readonly #labels: (string | undefined)[] = []

  get bytes(): Uint8Array {
    return this.#buffer.subarray(0, this.#length)
  }

  op(...operators: readonly Operator[]): this {
    for (const operator of operators) this.#byte(OPERATORS[operator])
    return this
  }

  /** Address on the stack plus `offset`; alignment is only a hint, none is given. */
  memory(operator: MemoryOperator, offset = 0): this {
    this.#byte(MEMORY_OPERATORS[operator])
    this.#byte(0)
    return this.#unsigned(offset)
  }

  vector(...operators: readonly VectorOperator[]): this {
    for (const operator of operators) {
      this.#byte(VECTOR_PREFIX)
      this.#unsigned(VECTOR_OPERATORS[operator])
    }
    return this
  }

  /** Address on the stack plus `offset`. */
  loadVector(offset = 0): this {
    this.#byte(VECTOR_PREFIX)
    this.#byte(VECTOR_LOAD)
    this.#byte(0)
    return this.#unsigned(offset)
  }

  /** Leaves the first lane of the vector on the stack. */
  firstLane(shape: keyof typeof FIRST_LANE): this {
    this.#byte(VECTOR_PREFIX)
    this.#byte(FIRST_LANE[shape])
    return this.#unsigned(0)
  }

  i32(value: number): this {
    this.#byte(0x41)
    return this.#signed(value | 0)
  }

  i64(value: bigint): this {
    this.#byte(0x42)
    const whole = BigInt.asIntN(64, value)
    if (BigInt.asIntN(32, whole) === whole) return this.#signed(Number(whole))
    for (const byte of signed(whole)) this.#byte(byte)
    return this
  }

  f64(value: number): this {
    FLOAT.setFloat64(0, value, true)
    this.#byte(0x44)
    for (let i = 0; i < 8; i++) this.#byte(FLOAT.getUint8(i))
    return this
  }

  get(local: number): this {
    this.#byte(0x20)
    return this.#unsigned(local)
  }

  set(local: number): this {
    this.#byte(0x21)
    return this.#unsigned(local)
  }

  tee(local: number): this {
    this.#byte(0x22)
    return this.#unsigned(local)
  }

  call(index: number): this {
    return this.#emit(0x10, ...unsigned(index))
  }

  /** Index into the table on the stack, above the arguments; `type` is the number of a type. */
  callIndirect(type: number): this {
    return this.#emit(0x11, ...unsigned(type), 0)
  }

  block(label: string, inside: () => void): this {
    return this.#nest(0x02, EMPTY, label, inside)
  }

  loop(label: string, inside: () => void): this {
    return this.#nest(0x03, EMPTY, label, inside)
  }

  /** Condition on the stack. */
  if(inside: () => void, otherwise?: () => void, result?: ValueType): this {
    this.#emit(0x04, result ?? EMPTY)
    this.#labels.push(undefined)
    inside()
    if (otherwise !== undefined) {
      this.#emit(0x05)
      otherwise()
    }
    this.#labels.pop()
    return this.#emit(0x0b)
  }

  br(label: string): this {
    return this.#emit(0x0c, ...unsigned(this.#depth(label)))
  }

  brIf(label: string): this {
    return this.#emit(0x0d, ...unsigned(this.#depth(label)))
  }

  /** Index on the stack; the last label is the one for all greater indices. */
  brTable(labels: readonly string[]): this {
    const depths = labels.flatMap((label) => unsigned(this.#depth(label)))
    return this.#emit(0x0e, ...unsigned(labels.length - 1), ...depths)
  }

  #nest(opcode: number, type: number, label: string, inside: () => void): this {
    this.#emit(opcode, type)
    this.#labels.push(label)
    inside()
    this.#labels.pop()
    return this.#emit(0x0b)
  }

  #depth(label: string): number {
    const place = this.#labels.lastIndexOf(label)
    if (place < 0) throw new RangeError(`expected an open label, got "${label}"`)
    return this.#labels.length - 1 - place
  }

  #emit(...bytes: readonly number[]): this {
    for (const byte of bytes) this.#byte(byte)
    return this
  }

  #byte(byte: number): void {
    if (this.#length === this.#buffer.length) {
      const longer = new Uint8Array(2 * this.#buffer.length)
      longer.set(this.#buffer)
      this.#buffer = longer
    }
    this.#buffer[this.#length++] = byte
  }

  /** LEB128 of 32 bits. */
  #unsigned(value: number): this {
    let rest = value >>> 0
    for (; rest > 0x7f; rest >>>= 7) this.#byte((rest & 0x7f) | 0x80)
    this.#byte(rest)
    return this
  }

  /** LEB128 of a signed number of 32 bits. */
  #signed(value: number): this {
    let rest = value
    for (; rest < -0x40 || rest > 0x3f; rest >>= 7) this.#byte((rest & 0x7f) | 0x80)
    this.#byte(rest & 0x7f)
    return this
  }
}

export { I32, I64 }
