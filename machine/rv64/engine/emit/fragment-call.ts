// How the interpreter enters what has been compiled: the parameters of a compiled function. It leaves pc and
// budget in the state.

import { type FunctionType, I32, I64 } from '../wasm/encoder.ts'

/** What is left of the budget, and the virtual address of the page in which the code begins. */
export const FRAGMENT_PARAMETERS = { budget: I32, pageVa: I64 } as const
export const FRAGMENT_TYPE: FunctionType = {
  parameters: Object.values(FRAGMENT_PARAMETERS),
  results: [],
}
