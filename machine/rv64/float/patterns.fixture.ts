// Numbers for tests.

import fc from 'fast-check'
import { DOUBLE, type Format, SINGLE } from './format.ts'

/** Bit patterns where something may go wrong: near powers of two, the ends of the range, specials. */
export const patterns = (of: Format): fc.Arbitrary<bigint> => {
  const all = (1n << BigInt(of.width)) - 1n
  const fields = Number(of.infinity >> BigInt(of.fraction))
  const middle = fields >> 1
  const field = fc.oneof(
    fc.integer({ min: 0, max: fields }),
    fc.integer({ min: middle - 4, max: middle + 4 }),
    fc.constantFrom(0, 1, 2, fields - 2, fields - 1, fields),
    fc.constantFrom(middle - of.fraction, middle + of.fraction, middle - of.fraction - 1),
    fc.constantFrom(middle >> 1, (middle >> 1) + 1, middle + (middle >> 1)),
  )
  const bits = { min: 0n, max: (1n << BigInt(of.fraction)) - 1n }
  const fraction = fc.oneof(
    fc.bigInt(bits),
    fc.constantFrom(0n, 1n, 2n, bits.max, bits.max - 1n, 1n << BigInt(of.fraction - 1)),
    fc.integer({ min: 0, max: of.fraction - 1 }).map((at) => 1n << BigInt(at)),
  )
  return fc.oneof(
    fc.bigInt({ min: 0n, max: all }),
    fc
      .tuple(fc.boolean(), field, fraction)
      .map(([minus, e, f]) => (minus ? of.sign : 0n) | (BigInt(e) << BigInt(of.fraction)) | f),
  )
}

/** A single in an f register. */
export const box = (bits: bigint): bigint => bits | 0xffff_ffff_0000_0000n
/** What an f or x register may hold. */
export const registerPatterns = fc.oneof(
  patterns(DOUBLE),
  patterns(SINGLE).map(box),
  fc.integer({ min: -300, max: 300 }).map((small) => toBits(small / 4)),
  // Neighbours of powers of two, as integers.
  fc
    .tuple(fc.integer({ min: 20, max: 63 }), fc.integer({ min: -3, max: 3 }), fc.boolean())
    .map(([n, d, minus]) =>
      BigInt.asUintN(64, ((1n << BigInt(n)) + BigInt(d)) * (minus ? -1n : 1n)),
    ),
)

/** The bits of a double. */
export function toBits(value: number): bigint {
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, value)
  return view.getBigUint64(0)
}
