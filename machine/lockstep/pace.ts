// Pace: how long the slices of a lockstep are. Invariant: the lengths depend on the seed alone.

export interface Pace {
  /** Cycles of the longest slice; each has a random length from 1 up. */
  readonly slice: number
  /** Slices from one comparison of everything (RAM, devices) to the next. */
  readonly whole: number
  readonly seed: number
}

/** Long enough to enter compiled code, short enough to cut it in all places. */
export const USUAL_PACE: Pace = { slice: 4096, whole: 64, seed: 1 }

/** Lengths of slices, without end. Short ones are as likely as long ones, on a scale of powers of two. */
export function* lengths({ slice, seed }: Pace): Generator<number, never> {
  const scales = Math.floor(Math.log2(slice)) + 1
  for (let state = seed >>> 0; ; ) {
    state = (state + 0x9e3779b9) >>> 0 // mulberry32's step and mixing
    const scale = 2 ** (1 + (mixed(state) % scales))
    state = (state + 0x9e3779b9) >>> 0
    yield Math.min(slice, 1 + (mixed(state) % scale))
  }
}

function mixed(state: number): number {
  let word = Math.imul(state ^ (state >>> 15), state | 1)
  word ^= word + Math.imul(word ^ (word >>> 7), word | 61)
  return (word ^ (word >>> 14)) >>> 0
}
