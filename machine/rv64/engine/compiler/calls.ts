// What a module of compiled code calls: imported functions, then its own.

import type { CodeTiming } from '../code/code-timing.ts'
import { PRODUCT } from '../emit/mul-high.ts'
import { LINE_ACCESS } from '../lines/line-access.ts'
import { FENCE, FENCE_PAGE, SATP } from '../paging/fence.ts'
import { FETCH } from '../paging/fetch.ts'
import { importsOf, numbersOf } from '../wasm/calls.ts'
import type { ImportedFunction } from '../wasm/encoder.ts'
import { FUSED, FUSED_SINGLE, LOSS } from './float-helpers.ts'
import { LINE_TYPE, LOAD_TYPE, NOTHING, STORE_TYPE } from './glue.ts'
import { TRAP } from './trap.ts'

const IMPORTS = {
  load: LOAD_TYPE,
  store: STORE_TYPE,
  alone: NOTHING,
  mulHighU: PRODUCT,
  ecall: TRAP,
  mret: TRAP,
  sret: TRAP,
  line: LINE_TYPE,
  /** Whether a sum, product, quotient or root may have lost something. */
  sum: LOSS,
  product: LOSS,
  quotient: LOSS,
  root: LOSS,
  fused: FUSED,
  fusedSingle: FUSED_SINGLE,
  fetchRefill: FETCH,
  satp: SATP,
  fence: FENCE,
  fencePage: FENCE_PAGE,
} as const
/** Where caches are modelled: the whole of a load and of a store. */
const MODEL = { read: LINE_ACCESS, write: LINE_ACCESS } as const
/** There, a module's own functions for the common access; a call into another module takes longer. */
export const COMMON = { commonRead: LINE_ACCESS, commonWrite: LINE_ACCESS } as const

export const CALL = numbersOf({ ...IMPORTS, ...MODEL }, COMMON)

export const importsFor = ({ lines }: CodeTiming): readonly ImportedFunction[] =>
  importsOf(lines ? { ...IMPORTS, ...MODEL } : IMPORTS)
