// What the interpreter's module calls: functions of the engine and of the modules that serve translation,
// then its own.

import type { CodeTiming } from '../code/code-timing.ts'
import { PRODUCT } from '../emit/mul-high.ts'
import { LINE_ACCESS } from '../lines/line-access.ts'
import { FETCH } from '../paging/fetch.ts'
import { REFILL } from '../paging/refill.ts'
import { importsOf, numbersOf } from '../wasm/calls.ts'
import { type FunctionType, I32, type ImportedFunction } from '../wasm/encoder.ts'

const NOTHING: FunctionType = { parameters: [], results: [] }
/** High and low half of an address, bytes; 1: it has trapped. */
const ACCESS: FunctionType = { parameters: [I32, I32, I32], results: [I32] }
const SYSTEM: FunctionType = { parameters: [I32], results: [I32] }
const ACROSS: FunctionType = { parameters: [], results: [I32] }

/** `miss`: what a load or store asks first that the soft TLB does not know. */
const imported = (miss: FunctionType) => ({
  load: ACCESS,
  store: ACCESS,
  /** The number of a call; 1: pc is in the state. */
  system: SYSTEM,
  step: NOTHING,
  fetch: NOTHING,
  decode: NOTHING,
  /** 1: the second half of the instruction has trapped. */
  across: ACROSS,
  hot: NOTHING,
  line: NOTHING,
  fetchRefill: FETCH,
  guarded: NOTHING,
  loadMiss: miss,
  storeMiss: miss,
})

export const OWN = { mulHighU: PRODUCT, run: NOTHING } as const

export const CALL = numbersOf(imported(REFILL), OWN)
/** The type of compiled code is numbered after those of all functions. */
export const FRAGMENT_CALL = Object.keys(CALL).length

/** A miss refills the soft TLB; where caches are modelled, the model carries the access out. */
export const importsFor = ({ lines }: CodeTiming): readonly ImportedFunction[] =>
  importsOf(imported(lines ? LINE_ACCESS : REFILL))
