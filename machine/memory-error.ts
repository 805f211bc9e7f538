// Memory errors as they are ordered from a machine.

import type { Cycles, PhysicalAddress } from './units.ts'

/**
 * What befalls RAM. A word of 8 bytes is guarded by a code that corrects one flipped bit when the word
 * is next read, and finds two: then the word is poison, and a reader of it gets a hardware error
 * until it is written anew. Flips in a word that is not read add up.
 */
export type MemoryError =
  | {
      readonly kind: 'flip'
      readonly at: PhysicalAddress
      /** Counted from the lowest bit of the byte at `at`, through as many bytes as they need. */
      readonly bits: readonly number[]
      /** The code does not notice, as if the bits had changed before it saw the word. */
      readonly silent?: boolean
      /** Absent: now. */
      readonly when?: Cycles
    }
  | {
      /** A range of whole words, lost: one of them, a row, a bank. */
      readonly kind: 'poison'
      readonly at: PhysicalAddress
      readonly bytes: number
      readonly when?: Cycles
    }
