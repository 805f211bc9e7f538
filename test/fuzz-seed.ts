// Property tests draw the same cases every time, so that a failure always comes from a change. Others by
// `FUZZ_SEED=random npm test`, or any whole number; a failure prints its seed, which repeats it.

import fc from 'fast-check'

const SEED = 2013
const asked = process.env.FUZZ_SEED

if (asked !== 'random') fc.configureGlobal({ seed: asked === undefined ? SEED : Number(asked) })
