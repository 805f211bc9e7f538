// The instructions of F and D on the hart: whether they may run, the rounding mode, boxed registers,
// and the flags they leave. The arithmetic itself is in float/. Invariant: an instruction that traps
// has changed nothing; f registers and fcsr change only together with FS.

import { add, div, fma, mul, sqrt, sub } from '../float/arithmetic.ts'
import { classOf, equal, less, lessOrEqual, max, min } from '../float/compare.ts'
import { fromInteger, type IntegerKind, toFormat, toInteger } from '../float/convert.ts'
import { DOUBLE, type Environment, type Format, RMM, SINGLE } from '../float/format.ts'
import { FLAGS, MODE_SHIFT } from '../hart/csr-float.ts'
import { floatDirty, floatEnabled } from '../hart/float-state.ts'
import type { Hart } from '../hart/hart.ts'
import { takeIllegal } from '../hart/trap.ts'
import { FLOAT_CALLS, type FloatCall } from '../isa/float-calls.ts'
import { CELL } from '../memory/layout.ts'
import { FAST } from './float-fast.ts'
import { loadFloat, storeFloat } from './float-memory.ts'
import { BOX_HI, floatAt, readFloat, writeFloat } from './float-registers.ts'
import type { Operands } from './system.ts'

/** False: trapped. */
type Execute = (hart: Hart, operands: Operands) => boolean

const DYNAMIC = 7

/** One for all instructions: none is nested. */
const environment: Environment = { mode: 0, flags: 0 }

/** `number` in FLOAT_CALLS. False: trapped. */
export function executeFloat(hart: Hart, number: number, operands: Operands): boolean {
  if (floatEnabled(hart)) {
    const { fast, exactly } = MEANINGS[number]!
    return fast?.(hart, operands) || exactly(hart, operands)
  }
  takeIllegal(hart)
  return false
}

/** Takes the rounding mode, and clears the flags to collect. False: no such mode, trapped. */
function begin(hart: Hart, field: number): boolean {
  const mode = field === DYNAMIC ? hart.lo(CELL.fcsr) >> MODE_SHIFT : field
  environment.mode = mode
  environment.flags = 0
  if (mode <= RMM) return true
  takeIllegal(hart)
  return false
}

function raise(hart: Hart): true {
  const old = hart.lo(CELL.fcsr)
  const flags = environment.flags & FLAGS
  if ((old | flags) !== old) {
    hart.put(CELL.fcsr, 0, old | flags)
    floatDirty(hart)
  }
  return true
}

type Unary = (of: Format, environment: Environment, a: bigint) => bigint
type Binary = (of: Format, environment: Environment, a: bigint, b: bigint) => bigint
type Relation = (of: Format, environment: Environment, a: bigint, b: bigint) => boolean

const rounding =
  (of: Format, operation: Unary | Binary): Execute =>
  (hart, { rd, rs1, rs2, immediate }) => {
    if (!begin(hart, immediate)) return false
    const result = operation(of, environment, readFloat(hart, of, rs1), readFloat(hart, of, rs2))
    writeFloat(hart, of, rd, result)
    return raise(hart)
  }

const exact =
  (of: Format, operation: Binary): Execute =>
  (hart, { rd, rs1, rs2 }) => {
    environment.flags = 0
    const result = operation(of, environment, readFloat(hart, of, rs1), readFloat(hart, of, rs2))
    writeFloat(hart, of, rd, result)
    return raise(hart)
  }

/** a * b + c, product and sum negated by the signs that are given. */
const fused =
  (of: Format, negateProduct: boolean, negateSum: boolean): Execute =>
  (hart, { rd, rs1, rs2, immediate }) => {
    if (!begin(hart, immediate & 7)) return false
    const a = readFloat(hart, of, rs1)
    const b = readFloat(hart, of, rs2)
    const c = readFloat(hart, of, immediate & ~7) // bit 3 on: the number of the register, times 8
    const left = negateProduct ? a ^ of.sign : a
    const right = negateSum ? c ^ of.sign : c
    writeFloat(hart, of, rd, fma(of, environment, left, b, right))
    return raise(hart)
  }

const putInteger = (hart: Hart, rd: number, value: bigint): void => {
  hart.u64[rd >> 3] = BigInt.asUintN(64, value)
}

const relation =
  (of: Format, holds: Relation): Execute =>
  (hart, { rd, rs1, rs2 }) => {
    environment.flags = 0
    const truth = holds(of, environment, readFloat(hart, of, rs1), readFloat(hart, of, rs2))
    hart.put(rd, 0, truth ? 1 : 0)
    return raise(hart)
  }

const KINDS: Readonly<Record<'w' | 'wu' | 'l' | 'lu', IntegerKind>> = {
  w: { bits: 32, signed: true },
  wu: { bits: 32, signed: false },
  l: { bits: 64, signed: true },
  lu: { bits: 64, signed: false },
}

/** Results of 32 bits are sign-extended, the unsigned ones too. */
const convertToInteger =
  (of: Format, kind: IntegerKind): Execute =>
  (hart, { rd, rs1, immediate }) => {
    if (!begin(hart, immediate)) return false
    const integer = toInteger(of, environment, kind, readFloat(hart, of, rs1))
    putInteger(hart, rd, BigInt.asIntN(kind.bits, integer))
    return raise(hart)
  }

const convertFromInteger =
  (of: Format, kind: IntegerKind): Execute =>
  (hart, { rd, rs1, immediate }) => {
    if (!begin(hart, immediate)) return false
    const bits = hart.u64[rs1 >> 3]!
    const integer = kind.signed ? BigInt.asIntN(kind.bits, bits) : BigInt.asUintN(kind.bits, bits)
    writeFloat(hart, of, rd, fromInteger(of, environment, integer))
    return raise(hart)
  }

const convertFormat =
  (from: Format, to: Format): Execute =>
  (hart, { rd, rs1, immediate }) => {
    if (!begin(hart, immediate)) return false
    writeFloat(hart, to, rd, toFormat(from, to, environment, readFloat(hart, from, rs1)))
    return raise(hart)
  }

const classify =
  (of: Format): Execute =>
  (hart, { rd, rs1 }) => {
    hart.put(rd, 0, classOf(of, readFloat(hart, of, rs1)))
    return true
  }

/** Bits as they are, box or none. */
const moveToInteger =
  (of: Format): Execute =>
  (hart, { rd, rs1 }) => {
    const from = floatAt(rs1)
    const lo = hart.lo(from)
    hart.put(rd, of === SINGLE ? lo >> 31 : hart.hi(from), lo)
    return true
  }

const moveFromInteger =
  (of: Format): Execute =>
  (hart, { rd, rs1 }) => {
    hart.put(floatAt(rd), of === SINGLE ? BOX_HI : hart.hi(rs1), hart.lo(rs1))
    floatDirty(hart)
    return true
  }

const withSign: Binary = (of, _, a, b) => (a & ~of.sign) | (b & of.sign)
const withOtherSign: Binary = (of, _, a, b) => (a & ~of.sign) | (~b & of.sign)
const withBothSigns: Binary = (of, _, a, b) => a ^ (b & of.sign)

function meaningsFor(width: 's' | 'd', of: Format): Readonly<Record<string, Execute>> {
  const meanings: Record<string, Execute> = {
    fadd: rounding(of, add),
    fsub: rounding(of, sub),
    fmul: rounding(of, mul),
    fdiv: rounding(of, div),
    fsqrt: rounding(of, sqrt),
    fsgnj: exact(of, withSign),
    fsgnjn: exact(of, withOtherSign),
    fsgnjx: exact(of, withBothSigns),
    fmin: exact(of, min),
    fmax: exact(of, max),
    feq: relation(of, equal),
    flt: relation(of, less),
    fle: relation(of, lessOrEqual),
    fclass: classify(of),
    fmadd: fused(of, false, false),
    fmsub: fused(of, false, true),
    fnmsub: fused(of, true, false),
    fnmadd: fused(of, true, true),
  }
  const named = Object.entries(meanings).map(([name, one]) => [`${name}.${width}`, one] as const)
  const conversions = Object.entries(KINDS).flatMap(
    ([name, kind]) =>
      [
        [`fcvt.${name}.${width}`, convertToInteger(of, kind)],
        [`fcvt.${width}.${name}`, convertFromInteger(of, kind)],
      ] as const,
  )
  return Object.fromEntries([...named, ...conversions])
}

const EXACT = {
  ...meaningsFor('s', SINGLE),
  ...meaningsFor('d', DOUBLE),
  'fcvt.s.d': convertFormat(DOUBLE, SINGLE),
  'fcvt.d.s': convertFormat(SINGLE, DOUBLE),
  'fmv.x.w': moveToInteger(SINGLE),
  'fmv.x.d': moveToInteger(DOUBLE),
  'fmv.w.x': moveFromInteger(SINGLE),
  'fmv.d.x': moveFromInteger(DOUBLE),
  flw: loadFloat(4),
  fld: loadFloat(8),
  fsw: storeFloat(4),
  fsd: storeFloat(8),
} as Readonly<Record<FloatCall, Execute>>

interface Meaning {
  readonly fast: Execute | undefined
  readonly exactly: Execute
}

/** What each call means, in the order of FLOAT_CALLS. */
const MEANINGS: readonly Meaning[] = FLOAT_CALLS.map((call) => {
  const exactly = EXACT[call]
  if (exactly === undefined) throw new Error(`expected a meaning of ${call}, got none`)
  return { fast: FAST[call], exactly }
})

/** Executes without the fast way, which is tested against this. */
export const executeExactly = (hart: Hart, call: FloatCall, operands: Operands): boolean =>
  EXACT[call](hart, operands)
