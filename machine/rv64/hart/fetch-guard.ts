// FetchGuard: addresses that are executed only after their guard has been asked, so that all other code may
// run at full speed. Invariants: wherever the WebAssembly engine finds a page with such an address it marks
// the slots of these (engine/code/code-cache.ts), so every way there leads to it; what a guest can see does
// not depend on what is guarded.

import { GUARDED } from '../memory/layout.ts'
import type { Tlb } from '../mmu/tlb.ts'

const PAGE_BITS = 12n

export class FetchGuard {
  /** The slice is the one instruction that a guard was asked about. */
  asked = false
  /** Told that other addresses are guarded from now on. */
  onChange: (() => void) | undefined
  readonly #i32: Int32Array
  /** The guarded offsets in each virtual page, by the page's number. */
  readonly #pages = new Map<number, number[]>()

  constructor(i32: Int32Array) {
    this.#i32 = i32
  }

  /** Guards these addresses, and no others. */
  keep(addresses: Iterable<bigint>, tlb: Tlb | undefined): void {
    this.#pages.clear()
    for (const address of addresses) {
      const page = Number(BigInt.asUintN(64, address) >> PAGE_BITS)
      const offset = Number(address & 0xfffn)
      const offsets = this.#pages.get(page)
      if (offsets === undefined) this.#pages.set(page, [offset])
      else offsets.push(offset)
    }
    this.toState()
    this.onChange?.()
    tlb?.flushFetches()
  }

  /** Tells generated code; state that was reset does not know it. */
  toState(): void {
    this.#i32[GUARDED >> 2] = this.#pages.size
  }

  /** The guarded offsets in the page of this address. */
  offsets(hi: number, lo: number): readonly number[] {
    if (this.#pages.size === 0) return NONE
    return this.#pages.get((hi >>> 0) * 0x10_0000 + (lo >>> 12)) ?? NONE
  }

  holds(hi: number, lo: number): boolean {
    return this.offsets(hi, lo).includes(lo & 0xfff)
  }
}

const NONE: readonly number[] = []
