// The C extension of RV64: each 16-bit instruction is some 32-bit instruction.
// Invariant: a reserved encoding expands to 0, which is illegal.

const ILLEGAL = 0
const SP = 2

/** The 32-bit instruction that a 16-bit one stands for, or 0. */
export function expand(half: number): number {
  const funct3 = (half >>> 13) & 7
  switch (half & 3) {
    case 0:
      return quadrant0(half, funct3)
    case 1:
      return quadrant1(half, funct3)
    default:
      return quadrant2(half, funct3)
  }
}

const bits = (value: number, from: number, width: number): number =>
  (value >>> from) & ((1 << width) - 1)

/** Registers x8 to x15 in three bits. */
const high = (half: number): number => 8 + bits(half, 7, 3)
const low = (half: number): number => 8 + bits(half, 2, 3)

const typeI = (opcode: number, funct3: number, rd: number, rs1: number, immediate: number) =>
  (immediate << 20) | (rs1 << 15) | (funct3 << 12) | (rd << 7) | opcode

const typeR = (opcode: number, funct3: number, funct7: number, rd: number, a: number, b: number) =>
  (funct7 << 25) | (b << 20) | (a << 15) | (funct3 << 12) | (rd << 7) | opcode

const STORE = 0x23
const STORE_FP = 0x27

const typeS = (opcode: number, funct3: number, base: number, source: number, offset: number) =>
  (bits(offset, 5, 7) << 25) |
  (source << 20) |
  (base << 15) |
  (funct3 << 12) |
  (bits(offset, 0, 5) << 7) |
  opcode

const load = (funct3: number, rd: number, base: number, offset: number) =>
  typeI(0x03, funct3, rd, base, offset)
const loadDouble = (rd: number, base: number, offset: number) => typeI(0x07, 3, rd, base, offset)
const addi = (rd: number, rs1: number, immediate: number) => typeI(0x13, 0, rd, rs1, immediate)
const jalr = (rd: number, rs1: number) => typeI(0x67, 0, rd, rs1, 0)

/** The six-bit immediate of CI, sign-extended. */
const sixBits = (half: number): number => ((bits(half, 12, 1) << 31) >> 26) | bits(half, 2, 5)
const shiftCount = (half: number): number => (bits(half, 12, 1) << 5) | bits(half, 2, 5)

const offsetW = (half: number): number =>
  (bits(half, 10, 3) << 3) | (bits(half, 6, 1) << 2) | (bits(half, 5, 1) << 6)
const offsetD = (half: number): number => (bits(half, 10, 3) << 3) | (bits(half, 5, 2) << 6)

function quadrant0(half: number, funct3: number): number {
  switch (funct3) {
    case 0: {
      const offset =
        (bits(half, 11, 2) << 4) |
        (bits(half, 7, 4) << 6) |
        (bits(half, 6, 1) << 2) |
        (bits(half, 5, 1) << 3)
      return offset === 0 ? ILLEGAL : addi(low(half), SP, offset)
    }
    case 1:
      return loadDouble(low(half), high(half), offsetD(half))
    case 2:
      return load(2, low(half), high(half), offsetW(half))
    case 3:
      return load(3, low(half), high(half), offsetD(half))
    case 5:
      return typeS(STORE_FP, 3, high(half), low(half), offsetD(half))
    case 6:
      return typeS(STORE, 2, high(half), low(half), offsetW(half))
    case 7:
      return typeS(STORE, 3, high(half), low(half), offsetD(half))
    default:
      return ILLEGAL
  }
}

function quadrant1(half: number, funct3: number): number {
  const rd = bits(half, 7, 5)
  switch (funct3) {
    case 0:
      return addi(rd, rd, sixBits(half))
    case 1:
      return rd === 0 ? ILLEGAL : typeI(0x1b, 0, rd, rd, sixBits(half))
    case 2:
      return addi(rd, 0, sixBits(half))
    case 3:
      return rd === SP ? addi16sp(half) : lui(half, rd)
    case 4:
      return arithmetic(half)
    case 5:
      return jump(half)
    default:
      return branch(half, funct3 & 1)
  }
}

function addi16sp(half: number): number {
  const offset =
    ((bits(half, 12, 1) << 31) >> 22) |
    (bits(half, 6, 1) << 4) |
    (bits(half, 5, 1) << 6) |
    (bits(half, 3, 2) << 7) |
    (bits(half, 2, 1) << 5)
  return offset === 0 ? ILLEGAL : addi(SP, SP, offset)
}

function lui(half: number, rd: number): number {
  const immediate = sixBits(half)
  return immediate === 0 ? ILLEGAL : (immediate << 12) | (rd << 7) | 0x37
}

function arithmetic(half: number): number {
  const rd = high(half)
  switch (bits(half, 10, 2)) {
    case 0:
      return typeI(0x13, 5, rd, rd, shiftCount(half))
    case 1:
      return typeI(0x13, 5, rd, rd, shiftCount(half) | 0x400)
    case 2:
      return typeI(0x13, 7, rd, rd, sixBits(half))
    default:
      return registers(half, rd)
  }
}

function registers(half: number, rd: number): number {
  const other = low(half)
  switch ((bits(half, 12, 1) << 2) | bits(half, 5, 2)) {
    case 0:
      return typeR(0x33, 0, 0x20, rd, rd, other) // sub
    case 1:
      return typeR(0x33, 4, 0, rd, rd, other) // xor
    case 2:
      return typeR(0x33, 6, 0, rd, rd, other) // or
    case 3:
      return typeR(0x33, 7, 0, rd, rd, other) // and
    case 4:
      return typeR(0x3b, 0, 0x20, rd, rd, other) // subw
    case 5:
      return typeR(0x3b, 0, 0, rd, rd, other) // addw
    default:
      return ILLEGAL
  }
}

function jump(half: number): number {
  const offset =
    ((bits(half, 12, 1) << 31) >> 20) |
    (bits(half, 11, 1) << 4) |
    (bits(half, 9, 2) << 8) |
    (bits(half, 8, 1) << 10) |
    (bits(half, 7, 1) << 6) |
    (bits(half, 6, 1) << 7) |
    (bits(half, 3, 3) << 1) |
    (bits(half, 2, 1) << 5)
  return (
    (bits(offset, 20, 1) << 31) |
    (bits(offset, 1, 10) << 21) |
    (bits(offset, 11, 1) << 20) |
    (bits(offset, 12, 8) << 12) |
    0x6f
  )
}

function branch(half: number, funct3: number): number {
  const offset =
    ((bits(half, 12, 1) << 31) >> 23) |
    (bits(half, 10, 2) << 3) |
    (bits(half, 5, 2) << 6) |
    (bits(half, 3, 2) << 1) |
    (bits(half, 2, 1) << 5)
  return (
    (bits(offset, 12, 1) << 31) |
    (bits(offset, 5, 6) << 25) |
    (high(half) << 15) |
    (funct3 << 12) |
    (bits(offset, 1, 4) << 8) |
    (bits(offset, 11, 1) << 7) |
    0x63
  )
}

function quadrant2(half: number, funct3: number): number {
  const rd = bits(half, 7, 5)
  switch (funct3) {
    case 0:
      return typeI(0x13, 1, rd, rd, shiftCount(half))
    case 1:
      return loadDouble(rd, SP, offsetDoubleLoad(half))
    case 2: {
      const offset = (bits(half, 12, 1) << 5) | (bits(half, 4, 3) << 2) | (bits(half, 2, 2) << 6)
      return rd === 0 ? ILLEGAL : load(2, rd, SP, offset)
    }
    case 3:
      return rd === 0 ? ILLEGAL : load(3, rd, SP, offsetDoubleLoad(half))
    case 4:
      return moves(half, rd)
    case 5:
      return typeS(STORE_FP, 3, SP, bits(half, 2, 5), offsetDoubleStore(half))
    case 6: {
      const offset = (bits(half, 9, 4) << 2) | (bits(half, 7, 2) << 6)
      return typeS(STORE, 2, SP, bits(half, 2, 5), offset)
    }
    default:
      return typeS(STORE, 3, SP, bits(half, 2, 5), offsetDoubleStore(half))
  }
}

/** Offsets from the stack pointer of 8-byte accesses. */
const offsetDoubleLoad = (half: number): number =>
  (bits(half, 12, 1) << 5) | (bits(half, 5, 2) << 3) | (bits(half, 2, 3) << 6)
const offsetDoubleStore = (half: number): number =>
  (bits(half, 10, 3) << 3) | (bits(half, 7, 3) << 6)

function moves(half: number, rd: number): number {
  const source = bits(half, 2, 5)
  if (bits(half, 12, 1) === 0) {
    if (source !== 0) return typeR(0x33, 0, 0, rd, 0, source) // c.mv
    return rd === 0 ? ILLEGAL : jalr(0, rd) // c.jr
  }
  if (source !== 0) return typeR(0x33, 0, 0, rd, rd, source) // c.add
  return rd === 0 ? 0x00100073 : jalr(1, rd) // c.ebreak, c.jalr
}
