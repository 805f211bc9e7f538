import { describe, expect, it } from 'vitest'
import {
  CELL,
  CELL_NAMES,
  CODE,
  CODE_OF_PAGE,
  CODE_PAGE_BYTES,
  CODE_PAGES,
  CODE_POOL,
  CONTEXT_BYTES,
  CONTEXTS,
  F,
  GUEST_LOG,
  LIVE_BYTES,
  LOG_BYTES,
  MOST_RAM_PAGES,
  memoryPages,
  PAGES_BESIDE,
  RAM,
  STRADDLE,
  TIMING,
  TLB,
  TLB_BYTES,
  TOUCHED,
  tlbOf,
  USER_STOP,
} from './layout.ts'

const MiB = 1 << 20

describe('linear memory', () => {
  it('has its ranges one behind the other, each as long as what it holds', () => {
    const ranges: readonly (readonly [name: string, at: number, bytes: number])[] = [
      ['cells', CELL.mstatus, 8 * CELL_NAMES.length],
      ['f registers', F, 8 * 32],
      ["the machine's cells", LIVE_BYTES, USER_STOP + 4 - LIVE_BYTES],
      ['soft TLB', TLB, GUEST_LOG + LOG_BYTES],
      ['tags', TIMING, CODE - TIMING],
      ['decoded instruction across pages', STRADDLE, CODE_PAGE_BYTES],
      ['decoded pages', CODE_POOL, CODE_PAGES * CODE_PAGE_BYTES],
      ['page-grain sets', TLB + PAGES_BESIDE, CONTEXTS * CONTEXT_BYTES],
      ['decoded page by page of RAM', CODE_OF_PAGE, 2 * MOST_RAM_PAGES],
      ['touched pages', TOUCHED, MOST_RAM_PAGES],
      ['RAM', RAM, 1],
    ]
    ranges.slice(1).forEach(([name, at], i) => {
      const [before, from, bytes] = ranges[i]!
      expect(from + bytes, `${before}, before ${name}`).toBeLessThanOrEqual(at)
    })
  })

  it.each([1, 2, 8])('has room behind RAM for the sets of %i harts', (harts) => {
    const last = tlbOf(harts - 1, MiB)
    expect(GUEST_LOG + LOG_BYTES).toBeLessThanOrEqual(TLB_BYTES)
    expect(last + TLB_BYTES).toBeLessThanOrEqual(memoryPages(MiB, harts) * 65536)
  })
})
