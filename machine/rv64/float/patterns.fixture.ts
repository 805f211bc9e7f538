// Numbers for tests.

import fc from 'fast-check'
import type { Format } from './format.ts'

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
