import { describe, expect, it } from 'vitest'
import { decodeFlips, LOST, SOUND } from './ecc.ts'

const BITS = Array.from({ length: 64 }, (_, bit) => bit)
const decodingOf = (...bits: number[]): number => {
  const word = bits.reduce((sum, bit) => sum ^ (1n << BigInt(bit)), 0n)
  return decodeFlips(Number(word >> 32n) | 0, Number(word & 0xffff_ffffn) | 0)
}

describe('the code of a memory word', () => {
  it('finds nothing wrong with a word that is right', () => {
    expect(decodingOf()).toBe(SOUND)
  })

  it('names each single bit', () => {
    for (const bit of BITS) expect(decodingOf(bit)).toBe(bit)
  })

  it('detects every pair of bits', () => {
    for (const a of BITS) for (const b of BITS) if (a < b) expect(decodingOf(a, b)).toBe(LOST)
  })

  it('is fooled by more than half of all triples, and never finds their word as it was written', () => {
    let triples = 0
    let fooled = 0
    for (const a of BITS) {
      for (let b = a + 1; b < 64; b++) {
        for (let c = b + 1; c < 64; c++) {
          const decoding = decodingOf(a, b, c)
          triples++
          if (decoding !== LOST) fooled++
          // Turning back one of the three would leave two flipped bits, which have another syndrome.
          expect([a, b, c]).not.toContain(decoding)
        }
      }
    }
    expect(triples).toBe(41_664)
    expect(fooled / triples).toBeGreaterThan(0.5)
    expect(fooled / triples).toBeLessThan(0.65)
  })
})
