// A seeded source of chance for tests of results. Invariant: equal seeds give equal sequences on every
// host, for ever.

export type Random = () => number

/** splitmix32 (Steele, Lea, Flood 2014, in 32 bits): uniform in [0, 1). */
export function random(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x9e3779b9) >>> 0
    let mixed = state
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad)
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32
  }
}
