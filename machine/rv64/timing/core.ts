// Core: what a profile says of processor and memory when an instruction takes more than its one cycle.
// Invariant: costs are whole cycles beyond that one; what an access costs depends on the accesses before
// it, never on when it happens.

import type { InstructionClass } from './instruction-class.ts'

/** A set-associative array. Sets are a power of two. */
export interface Geometry {
  readonly sets: number
  readonly ways: number
}

export interface Core {
  /** First-level caches, and the second level behind both; lines of LINE_BYTES. */
  readonly l1i: Geometry
  readonly l1d: Geometry
  readonly l2: Geometry
  /** First-level TLBs, and the second level behind both; pages of 4 KiB. */
  readonly itlb: Geometry
  readonly dtlb: Geometry
  readonly l2tlb: Geometry
  /**
   * Two-bit counters that learn which way conditional branches go, by the word of code that a branch begins
   * in; 0: a backward branch is predicted as taken, a forward one as not.
   */
  readonly branchCounters: number
  /** Beyond its one cycle, whatever its operands. */
  readonly extra: Readonly<Record<InstructionClass, number>>
  readonly cycles: {
    /** A line that the first level has not, but the second. */
    readonly l2: number
    /** A line that neither has. */
    readonly dram: number
    /** A changed line goes back to memory. */
    readonly writeBack: number
    /** A page that the first TLB has not, but the second. */
    readonly l2tlb: number
    /** Each entry that a page walk reads, besides what the caches take. */
    readonly walkStep: number
    /** An access to a device. */
    readonly device: number
    /** An exception; an interrupt is taken for nothing. */
    readonly trap: number
    /** A conditional branch that is not as predicted. */
    readonly mispredicted: number
  }
}

export const LINE_BYTES = 64
