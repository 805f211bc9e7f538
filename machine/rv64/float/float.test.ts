// The arithmetic against the host's own doubles and singles, which round to nearest, and against exact
// rational numbers, which tell direction and flags in every mode.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { add, div, fma, mul, sqrt, sub } from './arithmetic.ts'
import { equal, less, lessOrEqual, max, min } from './compare.ts'
import { fromInteger, toFormat, toInteger } from './convert.ts'
import {
  DOUBLE,
  type Environment,
  type Format,
  INEXACT,
  isInfinite,
  isNan,
  OVERFLOW,
  RDN,
  RMM,
  RNE,
  RTZ,
  RUP,
  SINGLE,
  UNDERFLOW,
  unpack,
} from './format.ts'
import { patterns } from './patterns.fixture.ts'

const view = new DataView(new ArrayBuffer(8))

function toBits(of: Format, value: number): bigint {
  if (Number.isNaN(value)) return of.nan
  if (of === DOUBLE) view.setFloat64(0, value)
  else view.setFloat32(0, value)
  return of === DOUBLE ? view.getBigUint64(0) : BigInt(view.getUint32(0))
}

function toNumber(of: Format, bits: bigint): number {
  if (of === DOUBLE) view.setBigUint64(0, bits)
  else view.setUint32(0, Number(bits))
  return of === DOUBLE ? view.getFloat64(0) : view.getFloat32(0)
}

const environment = (mode: number): Environment => ({ mode, flags: 0 })
const RUNS = { numRuns: 1000, seed: 754 }
const FORMATS = [
  ['double', DOUBLE],
  ['single', SINGLE],
] as const
const MODES = [RNE, RTZ, RDN, RUP, RMM]

type Operation = (of: Format, environment: Environment, ...operands: bigint[]) => bigint
const BINARY: readonly (readonly [string, Operation, (a: number, b: number) => number])[] = [
  ['add', add as Operation, (a, b) => a + b],
  ['sub', sub as Operation, (a, b) => a - b],
  ['mul', mul as Operation, (a, b) => a * b],
  ['div', div as Operation, (a, b) => a / b],
  ['sqrt', sqrt as Operation, (a) => Math.sqrt(a)],
]

describe.each(FORMATS)('to nearest in %s', (_, of) => {
  // Twice the bits and two more: computing a single through double is as good as rounding once,
  // except that a subnormal result may be rounded twice.
  it.each(BINARY)('%s is what the host computes', (_, operation, onHost) => {
    fc.assert(
      fc.property(patterns(of), patterns(of), (a, b) => {
        const host = onHost(toNumber(of, a), toNumber(of, b))
        fc.pre(of === DOUBLE || host === 0 || !(Math.abs(host) < 2 ** -126))
        expect(operation(of, environment(RNE), a, b)).toBe(toBits(of, host))
      }),
      RUNS,
    )
  })

  it('compares as the host does', () => {
    fc.assert(
      fc.property(patterns(of), patterns(of), (a, b) => {
        const [x, y] = [toNumber(of, a), toNumber(of, b)]
        const flags = environment(RNE)
        expect(equal(of, flags, a, b)).toBe(x === y)
        expect(less(of, flags, a, b)).toBe(x < y)
        expect(lessOrEqual(of, flags, a, b)).toBe(x <= y)
        if (isNan(of, a) || isNan(of, b)) return
        expect(min(of, flags, a, b)).toBe(toBits(of, Math.min(x, y)))
        expect(max(of, flags, a, b)).toBe(toBits(of, Math.max(x, y)))
        expect(flags.flags & ~16).toBe(0)
      }),
      RUNS,
    )
  })
})

describe('conversions to nearest', () => {
  it('between the formats are the host’s', () => {
    fc.assert(
      fc.property(patterns(DOUBLE), patterns(SINGLE), (wide, narrow) => {
        const toSingle = toFormat(DOUBLE, SINGLE, environment(RNE), wide)
        expect(toSingle).toBe(toBits(SINGLE, Math.fround(toNumber(DOUBLE, wide))))
        const toDouble = toFormat(SINGLE, DOUBLE, environment(RNE), narrow)
        expect(toDouble).toBe(toBits(DOUBLE, toNumber(SINGLE, narrow)))
      }),
      RUNS,
    )
  })

  it('from integers are the host’s', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(1n << 63n), max: (1n << 64n) - 1n }), (value) => {
        expect(fromInteger(DOUBLE, environment(RNE), value)).toBe(toBits(DOUBLE, Number(value)))
      }),
      RUNS,
    )
  })

  it('to integers are exact or say that they are not', () => {
    const long = { bits: 64, signed: true } as const
    fc.assert(
      fc.property(patterns(DOUBLE), fc.constantFrom(...MODES), (bits, mode) => {
        const value = toNumber(DOUBLE, bits)
        const state = environment(mode)
        const integer = toInteger(DOUBLE, state, long, bits)
        if (!(value >= -(2 ** 63) && value < 2 ** 63)) {
          expect(state.flags).toBe(16)
          expect(integer).toBe(value < 0 ? -(1n << 63n) : (1n << 63n) - 1n)
          return
        }
        const whole = BigInt(Math.trunc(value))
        expect(state.flags).toBe(Number.isInteger(value) ? 0 : INEXACT)
        const up = value > 0 ? whole + 1n : whole
        const down = value < 0 ? whole - 1n : whole
        if (state.flags === 0) expect(integer).toBe(whole)
        else if (mode === RTZ) expect(integer).toBe(whole)
        else if (mode === RUP) expect(integer).toBe(up)
        else if (mode === RDN) expect(integer).toBe(down)
        else expect(Math.abs(Number(integer) - value)).toBeLessThanOrEqual(0.5)
      }),
      RUNS,
    )
  })
})

/** numerator / denominator, or the root of it. */
interface Exact {
  readonly numerator: bigint
  readonly denominator: bigint
  readonly root: boolean
}

type Rational = readonly [bigint, bigint]

function rational(of: Format, bits: bigint): Rational {
  const { negative, significand, exponent } = unpack(of, bits)
  const whole = (negative ? -significand : significand) << BigInt(Math.max(0, exponent))
  return [whole, 1n << BigInt(Math.max(0, -exponent))]
}

/** Sign of (a / b - exact); of roots, a is not negative. */
function against([a, b]: Rational, { numerator, denominator, root }: Exact): number {
  const left = root ? a * a * denominator : a * denominator
  const right = root ? numerator * b * b : numerator * b
  return left < right ? -1 : left > right ? 1 : 0
}

type Exactly = (a: Rational, b: Rational, c: Rational) => Exact | undefined
const value = (numerator: bigint, denominator: bigint, root = false): Exact | undefined => {
  if (denominator === 0n || (root && numerator < 0n)) return undefined
  const minus = denominator < 0n
  return {
    numerator: minus ? -numerator : numerator,
    denominator: minus ? -denominator : denominator,
    root,
  }
}
const EXACT: readonly (readonly [string, Operation, Exactly])[] = [
  ['add', add as Operation, ([a, b], [c, d]) => value(a * d + c * b, b * d)],
  ['mul', mul as Operation, ([a, b], [c, d]) => value(a * c, b * d)],
  ['div', div as Operation, ([a, b], [c, d]) => value(a * d, b * c)],
  ['sqrt', sqrt as Operation, ([a, b]) => value(a, b, true)],
  ['fma', fma as Operation, ([a, b], [c, d], [e, f]) => value(a * c * f + e * b * d, b * d * f)],
]

describe.each(FORMATS)('%s against exact numbers', (_, of) => {
  const finite = patterns(of).filter((bits) => !isNan(of, bits) && !isInfinite(of, bits))
  const least = 1n << BigInt(of.fraction) // the smallest normal number

  it.each(EXACT)('%s brackets them, and its flags say how', (_, operation, exactly) => {
    fc.assert(
      fc.property(finite, finite, finite, (a, b, c) => {
        const exact = exactly(rational(of, a), rational(of, b), rational(of, c))
        fc.pre(exact !== undefined)
        const results = MODES.map((mode) => {
          const state = environment(mode)
          return { mode, bits: operation(of, state, a, b, c), flags: state.flags }
        })
        const by = (mode: number) => results.find((one) => one.mode === mode)!.bits
        const [down, up] = [by(RDN), by(RUP)]
        if (!isInfinite(of, down)) expect(against(rational(of, down), exact)).toBeLessThanOrEqual(0)
        if (!isInfinite(of, up)) expect(against(rational(of, up), exact)).toBeGreaterThanOrEqual(0)
        for (const { mode, bits, flags } of results) {
          expect([down, up]).toContain(bits)
          if (isInfinite(of, bits)) {
            expect(flags).toBe(OVERFLOW | INEXACT)
            continue
          }
          const side = against(rational(of, bits), exact)
          expect((flags & INEXACT) !== 0, `inexact in mode ${mode}`).toBe(side !== 0)
          if (mode === RTZ && exact.numerator !== 0n && side !== 0) {
            expect(side > 0).toBe(exact.numerator < 0n)
          }
          const size = bits & (of.sign - 1n)
          if (size < least && side !== 0) expect(flags & UNDERFLOW).toBe(UNDERFLOW)
          if (size > least) expect(flags & UNDERFLOW).toBe(0)
        }
        const neighbours = down === up || neighbouring(of, down, up)
        expect(neighbours, 'nothing lies between down and up').toBe(true)
        if (down === up || isInfinite(of, down) || isInfinite(of, up)) return
        const [[p, q], [r, s]] = [rational(of, down), rational(of, up)]
        const middle = against([p * s + r * q, 2n * q * s], exact)
        const nearer = middle < 0 ? up : down
        const even = (up & 1n) === 0n ? up : down
        const away = exact.numerator < 0n ? down : up
        expect(by(RNE)).toBe(middle === 0 ? even : nearer)
        expect(by(RMM)).toBe(middle === 0 ? away : nearer)
      }),
      { ...RUNS, numRuns: 600 },
    )
  })

  it('fma without a sum is a product, and with 1 a sum', () => {
    const one = toBits(of, 1)
    fc.assert(
      fc.property(patterns(of), patterns(of), fc.constantFrom(...MODES), (a, b, mode) => {
        const [first, second] = [environment(mode), environment(mode)]
        expect(fma(of, first, a, one, b)).toBe(add(of, second, a, b))
        expect(first.flags).toBe(second.flags)
      }),
      RUNS,
    )
  })
})

function neighbouring(of: Format, down: bigint, up: bigint): boolean {
  const rank = (bits: bigint) => ((bits & of.sign) !== 0n ? -(bits & (of.sign - 1n)) : bits)
  return rank(up) - rank(down) <= 1n
}

describe('tininess after rounding', () => {
  const least = 1n << 52n
  const product = (a: number, b: number) => {
    const state = environment(RNE)
    const bits = mul(DOUBLE, state, toBits(DOUBLE, a), toBits(DOUBLE, b))
    return [bits, state.flags]
  }

  it('does not underflow what rounds to the smallest normal number at full length', () => {
    const step = 2 ** -52
    expect(product(2 ** -1022 * (1 + step), 1 - step)).toEqual([least, INEXACT])
  })

  it('underflows what reaches it only for want of bits', () => {
    expect(product(2 ** -1022, 1 - 2 ** -53)).toEqual([least, INEXACT | UNDERFLOW])
  })
})
