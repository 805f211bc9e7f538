// Floating point by the host, for ordinary operands rounded to nearest. Invariant: a function that
// returns true has done what float.ts would have; it never does so where a flag would be raised that is
// not raised already, so what it needs to know is only that no other flag than NX can be.

import { INEXACT } from '../float/format.ts'
import { fusedToNearest, lostBySum, sumToOdd } from '../float/fused.ts'
import { MODE_SHIFT } from '../hart/csr-float.ts'
import { floatDirty } from '../hart/float-state.ts'
import type { Hart } from '../hart/hart.ts'
import type { FloatCall } from '../isa/float-calls.ts'
import { CELL } from '../memory/layout.ts'
import { floatAt } from './float-registers.ts'
import type { Operands } from './system.ts'

/** False: not done. */
type Try = (hart: Hart, operands: Operands) => boolean

const DYNAMIC = 7
const TO_ZERO = 1

/** Between these a result and what it lost are far from over- and underflow. */
const HUGE = 2 ** 900
const SMALL = 2 ** -900
const HUGE_SINGLE = 2 ** 120
const SMALL_SINGLE = 2 ** -120

const toNearest = (hart: Hart, mode: number): boolean =>
  mode === 0 || (mode === DYNAMIC && hart.lo(CELL.fcsr) >> MODE_SHIFT === 0)

const mayLose = (hart: Hart): boolean => (hart.lo(CELL.fcsr) & INEXACT) !== 0

const ordinary = (value: number): boolean => {
  const size = Math.abs(value)
  return size > SMALL && size < HUGE
}

const ordinarySingle = (value: number): boolean => {
  const size = Math.abs(value)
  return size > SMALL_SINGLE && size < HUGE_SINGLE
}

/** A product or a square of such numbers is exact. */
const short = (value: number): boolean => Math.fround(value) === value

const getDouble = (hart: Hart, operand: number): number => hart.f64[floatAt(operand) >> 3]!

/** NaN where there is no box. */
function getSingle(hart: Hart, operand: number): number {
  const at = floatAt(operand) >> 2
  return hart.i32[at + 1] === -1 ? hart.f32[at]! : Number.NaN
}

function putDouble(hart: Hart, rd: number, value: number): true {
  hart.f64[floatAt(rd) >> 3] = value
  floatDirty(hart)
  return true
}

function putSingle(hart: Hart, rd: number, value: number): true {
  const at = floatAt(rd) >> 2
  hart.f32[at] = value
  hart.i32[at + 1] = -1
  floatDirty(hart)
  return true
}

const sumDouble =
  (sign: 1 | -1): Try =>
  (hart, { rd, rs1, rs2, immediate }) => {
    if (!toNearest(hart, immediate)) return false
    const a = getDouble(hart, rs1)
    const b = sign * getDouble(hart, rs2)
    const sum = a + b
    // A sum never underflows inexactly.
    if (!(Math.abs(sum) < HUGE && Math.abs(a) < HUGE)) return false
    if (!mayLose(hart) && lostBySum(a, b, sum) !== 0) return false
    return putDouble(hart, rd, sum)
  }

const mulDouble: Try = (hart, { rd, rs1, rs2, immediate }) => {
  if (!toNearest(hart, immediate)) return false
  const a = getDouble(hart, rs1)
  const b = getDouble(hart, rs2)
  const product = a * b
  if (!ordinary(product) && !(product === 0 && (a === 0 || b === 0))) return false
  if (!mayLose(hart) && !(short(a) && short(b))) return false
  return putDouble(hart, rd, product)
}

const divDouble: Try = (hart, { rd, rs1, rs2, immediate }) => {
  if (!toNearest(hart, immediate)) return false
  const a = getDouble(hart, rs1)
  const b = getDouble(hart, rs2)
  const quotient = a / b
  if (!ordinary(quotient)) return false
  if (!mayLose(hart) && !(short(quotient) && short(b) && quotient * b === a)) return false
  return putDouble(hart, rd, quotient)
}

const sqrtDouble: Try = (hart, { rd, rs1, immediate }) => {
  if (!toNearest(hart, immediate)) return false
  const a = getDouble(hart, rs1)
  const root = Math.sqrt(a)
  if (!ordinary(root)) return false
  if (!mayLose(hart) && !(short(root) && root * root === a)) return false
  return putDouble(hart, rd, root)
}

const fusedDouble =
  (product: 1 | -1, sum: 1 | -1): Try =>
  (hart, { rd, rs1, rs2, immediate }) => {
    if (!toNearest(hart, immediate & 7) || !mayLose(hart)) return false
    const a = product * getDouble(hart, rs1)
    const b = getDouble(hart, rs2)
    const c = sum * getDouble(hart, immediate & ~7)
    if (!fits(a) || !fits(b)) return false
    if (c === 0) return putDouble(hart, rd, a * b)
    return fits(c) && putDouble(hart, rd, fusedToNearest(a, b, c))
  }

/** So that products of two, and what they lose, and sums with a third are ordinary or exactly 0. */
const fits = (value: number): boolean => {
  const size = Math.abs(value)
  return size > 2 ** -300 && size < 2 ** 300
}

/** The double nearest to a sum of singles rounds to the single nearest to it (2 * 24 + 2 <= 53). */
const sumSingle =
  (sign: 1 | -1): Try =>
  (hart, { rd, rs1, rs2, immediate }) => {
    if (!toNearest(hart, immediate)) return false
    const a = getSingle(hart, rs1)
    const b = sign * getSingle(hart, rs2)
    const wide = a + b
    const sum = Math.fround(wide)
    if (!(Math.abs(sum) < HUGE_SINGLE && Math.abs(a) < HUGE_SINGLE)) return false
    if (!mayLose(hart) && (sum !== wide || lostBySum(a, b, wide) !== 0)) return false
    return putSingle(hart, rd, sum)
  }

const mulSingle: Try = (hart, { rd, rs1, rs2, immediate }) => {
  if (!toNearest(hart, immediate)) return false
  const wide = getSingle(hart, rs1) * getSingle(hart, rs2) // exact
  const product = Math.fround(wide)
  if (!ordinarySingle(product) && wide !== 0) return false
  if (!mayLose(hart) && product !== wide) return false
  return putSingle(hart, rd, product)
}

const divSingle: Try = (hart, { rd, rs1, rs2, immediate }) => {
  if (!toNearest(hart, immediate)) return false
  const a = getSingle(hart, rs1)
  const b = getSingle(hart, rs2)
  const quotient = Math.fround(a / b)
  if (!ordinarySingle(quotient)) return false
  if (!mayLose(hart) && quotient * b !== a) return false
  return putSingle(hart, rd, quotient)
}

const sqrtSingle: Try = (hart, { rd, rs1, immediate }) => {
  if (!toNearest(hart, immediate)) return false
  const a = getSingle(hart, rs1)
  const root = Math.fround(Math.sqrt(a))
  if (!ordinarySingle(root)) return false
  if (!mayLose(hart) && root * root !== a) return false
  return putSingle(hart, rd, root)
}

const fusedSingle =
  (product: 1 | -1, sum: 1 | -1): Try =>
  (hart, { rd, rs1, rs2, immediate }) => {
    if (!toNearest(hart, immediate & 7) || !mayLose(hart)) return false
    const exact = product * getSingle(hart, rs1) * getSingle(hart, rs2)
    const result = Math.fround(sumToOdd(exact, sum * getSingle(hart, immediate & ~7)))
    return ordinarySingle(result) && putSingle(hart, rd, result)
  }

type Get = (hart: Hart, operand: number) => number
type Put = (hart: Hart, rd: number, value: number) => true

/** Numbers compare without flags. */
const relation =
  (get: Get, holds: (a: number, b: number) => boolean): Try =>
  (hart, { rd, rs1, rs2 }) => {
    const a = get(hart, rs1)
    const b = get(hart, rs2)
    if (Number.isNaN(a) || Number.isNaN(b)) return false
    hart.put(rd, 0, holds(a, b) ? 1 : 0)
    return true
  }

const extreme =
  (get: Get, put: Put, choose: (a: number, b: number) => number): Try =>
  (hart, { rd, rs1, rs2 }) => {
    const a = get(hart, rs1)
    const b = get(hart, rs2)
    return !Number.isNaN(a) && !Number.isNaN(b) && put(hart, rd, choose(a, b))
  }

const fromInteger =
  (read: (hart: Hart, rs1: number) => number): Try =>
  (hart, { rd, rs1, immediate }) => {
    if (!toNearest(hart, immediate)) return false
    const value = read(hart, rs1)
    // Beyond 2^53 the sum of the halves has been rounded, once.
    if (Math.abs(value) >= 2 ** 53 && !mayLose(hart)) return false
    return putDouble(hart, rd, value)
  }

const fromIntegerToSingle =
  (read: (hart: Hart, rs1: number) => number): Try =>
  (hart, { rd, rs1, immediate }) => {
    if (!toNearest(hart, immediate)) return false
    const value = read(hart, rs1)
    const single = Math.fround(value)
    if (Math.abs(value) >= 2 ** 53 || (single !== value && !mayLose(hart))) return false
    return putSingle(hart, rd, single)
  }

const signedLong = (hart: Hart, at: number): number => hart.hi(at) * 2 ** 32 + (hart.lo(at) >>> 0)
const unsignedLong = (hart: Hart, at: number): number =>
  (hart.hi(at) >>> 0) * 2 ** 32 + (hart.lo(at) >>> 0)
const signedWord = (hart: Hart, at: number): number => hart.lo(at)
const unsignedWord = (hart: Hart, at: number): number => hart.lo(at) >>> 0

/** Cut off, as C does; `least` to `end`: what fits. */
const toInteger =
  (get: Get, least: number, end: number): Try =>
  (hart, { rd, rs1, immediate }) => {
    if (immediate !== TO_ZERO) return false
    const value = get(hart, rs1)
    const whole = Math.trunc(value)
    if (!(whole >= least && whole < end)) return false
    if (whole !== value && !mayLose(hart)) return false
    const isWord = end <= 2 ** 32
    hart.put(rd, isWord ? (whole | 0) >> 31 : Math.floor(whole / 2 ** 32) | 0, whole | 0)
    return true
  }

const toSingle: Try = (hart, { rd, rs1, immediate }) => {
  if (!toNearest(hart, immediate)) return false
  const wide = getDouble(hart, rs1)
  const single = Math.fround(wide)
  if (!ordinarySingle(single) && wide !== 0) return false
  if (single !== wide && !mayLose(hart)) return false
  return putSingle(hart, rd, single)
}

const toDouble: Try = (hart, { rd, rs1, immediate }) => {
  const single = getSingle(hart, rs1)
  return toNearest(hart, immediate) && !Number.isNaN(single) && putDouble(hart, rd, single)
}

const less = (a: number, b: number): boolean => a < b
const lessOrEqual = (a: number, b: number): boolean => a <= b
const equal = (a: number, b: number): boolean => a === b

/** What may be tried before float.ts. */
export const FAST: Readonly<Partial<Record<FloatCall, Try>>> = {
  'fadd.d': sumDouble(1),
  'fsub.d': sumDouble(-1),
  'fmul.d': mulDouble,
  'fdiv.d': divDouble,
  'fsqrt.d': sqrtDouble,
  'fmadd.d': fusedDouble(1, 1),
  'fmsub.d': fusedDouble(1, -1),
  'fnmsub.d': fusedDouble(-1, 1),
  'fnmadd.d': fusedDouble(-1, -1),
  'fadd.s': sumSingle(1),
  'fsub.s': sumSingle(-1),
  'fmul.s': mulSingle,
  'fdiv.s': divSingle,
  'fsqrt.s': sqrtSingle,
  'fmadd.s': fusedSingle(1, 1),
  'fmsub.s': fusedSingle(1, -1),
  'fnmsub.s': fusedSingle(-1, 1),
  'fnmadd.s': fusedSingle(-1, -1),
  'feq.d': relation(getDouble, equal),
  'flt.d': relation(getDouble, less),
  'fle.d': relation(getDouble, lessOrEqual),
  'feq.s': relation(getSingle, equal),
  'flt.s': relation(getSingle, less),
  'fle.s': relation(getSingle, lessOrEqual),
  'fmin.d': extreme(getDouble, putDouble, Math.min),
  'fmax.d': extreme(getDouble, putDouble, Math.max),
  'fmin.s': extreme(getSingle, putSingle, Math.min),
  'fmax.s': extreme(getSingle, putSingle, Math.max),
  'fcvt.d.w': fromInteger(signedWord),
  'fcvt.d.wu': fromInteger(unsignedWord),
  'fcvt.d.l': fromInteger(signedLong),
  'fcvt.d.lu': fromInteger(unsignedLong),
  'fcvt.s.w': fromIntegerToSingle(signedWord),
  'fcvt.s.wu': fromIntegerToSingle(unsignedWord),
  'fcvt.s.l': fromIntegerToSingle(signedLong),
  'fcvt.s.lu': fromIntegerToSingle(unsignedLong),
  'fcvt.w.d': toInteger(getDouble, -(2 ** 31), 2 ** 31),
  'fcvt.wu.d': toInteger(getDouble, 0, 2 ** 32),
  'fcvt.l.d': toInteger(getDouble, -(2 ** 63), 2 ** 63),
  'fcvt.lu.d': toInteger(getDouble, 0, 2 ** 64),
  'fcvt.w.s': toInteger(getSingle, -(2 ** 31), 2 ** 31),
  'fcvt.wu.s': toInteger(getSingle, 0, 2 ** 32),
  'fcvt.l.s': toInteger(getSingle, -(2 ** 63), 2 ** 63),
  'fcvt.lu.s': toInteger(getSingle, 0, 2 ** 64),
  'fcvt.s.d': toSingle,
  'fcvt.d.s': toDouble,
}
