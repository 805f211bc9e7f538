// FetchGuard: virtual pages that are entered only after somebody has been asked, so that code elsewhere may
// run at full speed. Invariants: the fast engine keeps no guarded page in its fetch TLB, so every way in
// leads to its own fetch; what a guest can see does not depend on which pages are guarded.

import type { Tlb } from '../mmu/tlb.ts'
import { GUARDED } from './state.ts'

const PAGE_BITS = 12n

export class FetchGuard {
  /** The slice is the one instruction that somebody was asked about. */
  asked = false
  readonly #i32: Int32Array
  readonly #pages = new Set<number>()

  constructor(i32: Int32Array) {
    this.#i32 = i32
  }

  /** Guards the pages of these addresses, and no others. */
  keep(addresses: Iterable<bigint>, tlb: Tlb | undefined): void {
    this.#pages.clear()
    for (const address of addresses) {
      this.#pages.add(Number(BigInt.asUintN(64, address) >> PAGE_BITS))
    }
    this.toState()
    tlb?.flushFetches()
  }

  /** Tells generated code; state that was reset does not know it. */
  toState(): void {
    this.#i32[GUARDED >> 2] = this.#pages.size
  }

  holds(hi: number, lo: number): boolean {
    return this.#pages.size > 0 && this.#pages.has((hi >>> 0) * 0x10_0000 + (lo >>> 12))
  }
}
