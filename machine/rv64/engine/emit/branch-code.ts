// What generated code does for a conditional branch where branches are predicted by counters.
// Invariant: it does what timing/branch-predictor.ts does.

import { LIKELY, MOST_LIKELY } from '../../timing/branch-predictor.ts'
import type { Code } from '../wasm/code.ts'

/**
 * The branch has gone that way. `at` puts an address on the stack from which the counter lies `offset`
 * further; `charge` takes the cycles of a wrong prediction. A counter that is sure, and right, stays.
 */
export function learnBranch(
  code: Code,
  taken: boolean,
  at: () => Code,
  offset: number,
  charge: () => void,
): void {
  const counter = () => at().memory('i32.load8_u', offset)
  counter()
  if (taken) code.i32(MOST_LIKELY).op('i32.ne')
  code.if(() => {
    counter()
      .i32(LIKELY)
      .op(taken ? 'i32.lt_u' : 'i32.ge_u')
    code.if(charge)
    at()
    counter()
      .i32(1)
      .op(taken ? 'i32.add' : 'i32.sub')
    code.memory('i32.store8', offset)
  })
}
