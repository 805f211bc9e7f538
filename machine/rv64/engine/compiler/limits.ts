// What the compiler is allowed: when it compiles, how much at once and how much altogether.
// Invariant: none of it changes what a guest sees, only how fast.

import type { Limits } from './fragment.ts'
import { hostFuses } from './host-fma.ts'

export interface CompilerLimits extends Limits {
  /** How many jumps to an instruction make it hot; 1 compiles at the first. */
  readonly threshold: number
  /** Hot instructions that wait for one module. */
  readonly batch: number
  /** Compiles what has not been executed yet, too. */
  readonly eager: boolean
  /** Uses the host's multiplication and addition with one rounding. */
  readonly fuses: boolean
}

/**
 * V8 takes milliseconds for a function of some hundred guest instructions, and seconds for one of
 * thousands; a module has a fixed cost of its own.
 */
export const USUAL: CompilerLimits = {
  threshold: 4000,
  batch: 8,
  eager: false,
  fuses: hostFuses,
  instructions: 300,
  block: Number.POSITIVE_INFINITY,
  depth: 3,
}

/** Fragments that exist at once; beyond that, or beyond so many instructions, all are given up. */
export const MOST_FRAGMENTS = 2048
export const MOST_INSTRUCTIONS = 200_000
