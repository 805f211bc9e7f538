// The module of what both interpreter and compiled code do about translation without TypeScript. Not where
// the memory system is modelled, for that knows more of a translation than the soft TLB.

import { encodeModule } from '../wasm/encoder.ts'
import { fence, fencePage, satp } from './fence.ts'
import { fetchRefill } from './fetch.ts'
import { loadRefill, storeRefill } from './refill.ts'

/** Needs env.memory. */
export function pagingModule(memoryPages: number, ramPages: number): Uint8Array {
  return encodeModule({
    imports: [],
    memoryPages,
    functions: [
      { ...fetchRefill(ramPages), exported: 'fetchRefill' },
      { ...loadRefill(ramPages), exported: 'loadRefill' },
      { ...storeRefill(ramPages), exported: 'storeRefill' },
      { ...satp(), exported: 'satp' },
      { ...fence(), exported: 'fence' },
      { ...fencePage(), exported: 'fencePage' },
    ],
  })
}
