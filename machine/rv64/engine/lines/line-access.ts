// How generated code asks the model of caches for a line that the soft TLB does not know: what the functions
// of line-refill.ts take and give.

import { type FunctionType, I32, I64 } from '../wasm/encoder.ts'

/** `aligned` is alignedTag of the access, `set` the data sets of the context. */
export const LINE_PARAMETERS = { address: I64, aligned: I64, set: I32 } as const
/**
 * Gives where in linear memory the data lies, and the cycles that it takes. 0 and 0: nothing has happened.
 */
export const LINE_ACCESS: FunctionType = {
  parameters: Object.values(LINE_PARAMETERS),
  results: [I32, I32],
}

/** The tag bits of a page, and those that are 0 in the address of an aligned access. */
export const alignedTag = (bytes: number): bigint => BigInt(-4096 | (bytes - 1))
