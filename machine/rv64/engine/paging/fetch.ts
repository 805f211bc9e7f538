// A page that the fetch TLB misses, without leaving WebAssembly, if its walk is the commonest one (walk.ts)
// and its instructions have been decoded. Invariant: it does what WebAssemblyEngine would do, or nothing at
// all.

import {
  CODE_OF_PAGE,
  CODE_PAGE_BYTES,
  CODE_POOL,
  FETCH_TLB,
  GUARDED,
} from '../../memory/layout.ts'
import { EXECUTE } from '../../mmu/pte.ts'
import { Code } from '../wasm/code.ts'
import type { DefinedFunction } from '../wasm/encoder.ts'
import { ELSE, enter, FETCH_WALK, LOCAL, walk } from './walk.ts'

/** An address of the page; where the slots of the page begin, or 0. */
export const FETCH = FETCH_WALK.type

export function fetchRefill(ramPages: number): DefinedFunction {
  const code = new Code()
  code.block(ELSE, () => {
    code.i32(0).memory('i32.load', GUARDED).brIf(ELSE)
    walk(code, { ramPages, guests: true }, EXECUTE)
    code.get(LOCAL.page).i32(1).op('i32.shl').memory('i32.load16_u', CODE_OF_PAGE)
    code.tee(LOCAL.page).op('i32.eqz').brIf(ELSE)
    code.get(LOCAL.page).i32(1).op('i32.sub').i32(CODE_PAGE_BYTES).op('i32.mul')
    code.i32(CODE_POOL).op('i32.add').set(LOCAL.page)
    enter(code, FETCH_TLB, 0, () => code.get(LOCAL.page))
    code.get(LOCAL.page).op('return')
  })
  code.i32(0)
  return { type: FETCH, locals: FETCH_WALK.locals, code: code.bytes }
}
