// The code that guards a memory word: SEC-DED, 8 check bits over 64 data bits, in the manner of Hsiao.
// Invariant: columns are distinct and of odd weight, and those of check bits have weight 1; so one flipped
// bit names itself, two never look like one, and what more of them look like follows from the columns.

import { PAGE_BYTES } from '../../units.ts'

/** Bytes of a granule, the word that one code word guards. */
export const GRANULE_BYTES = 8
export const PAGE_GRANULES = PAGE_BYTES / GRANULE_BYTES

/** decodeFlips: no data bit is at fault, as far as the code can see. */
export const SOUND = -1
/** decodeFlips: the word is lost. */
export const LOST = -2

const DATA_BITS = 64

/** The check bits that each data bit enters: the 56 bytes of weight 3, then the first 8 of weight 5. */
const COLUMNS = [...ofWeight(3), ...ofWeight(5)].slice(0, DATA_BITS)
const DECODINGS = decodings()

/**
 * What the code says of a word in which the bits hi:lo have flipped since it was written: the bit that
 * it would turn back, SOUND or LOST.
 */
export function decodeFlips(hi: number, lo: number): number {
  return DECODINGS[syndrome(lo, 0) ^ syndrome(hi, 32)]!
}

function syndrome(word: number, first: number): number {
  let sum = 0
  for (let rest = word; rest !== 0; rest &= rest - 1) {
    sum ^= COLUMNS[first + 31 - Math.clz32(rest & -rest)]!
  }
  return sum
}

function decodings(): Int8Array {
  const all = new Int8Array(256).fill(LOST)
  all[0] = SOUND
  for (const check of ofWeight(1)) all[check] = SOUND
  COLUMNS.forEach((column, bit) => {
    all[column] = bit
  })
  return all
}

function ofWeight(weight: number): number[] {
  const bytes = Array.from({ length: 256 }, (_, byte) => byte)
  return bytes.filter((byte) => byte.toString(2).replaceAll('0', '').length === weight)
}
