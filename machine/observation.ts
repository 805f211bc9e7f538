// What a machine shows of itself: registers, counts, marks and traces. Invariant: looking changes nothing.

import type { Cycles, PhysicalAddress } from './units.ts'

export interface HartState {
  readonly pc: bigint
  readonly x: readonly bigint[]
  readonly privilege: Privilege
  /** Values by name of the privileged specification: `satp`, `vsatp`, `mcause`, … */
  readonly csr: Readonly<Record<string, bigint>>
}

export type Privilege = 'M' | 'HS' | 'U' | 'VS' | 'VU'

export interface Counters {
  /** Virtual time. */
  readonly cycles: number
  /**
   * The cycles, of `cycles`, in which the hart was not waiting in `wfi`, so between two looks never more;
   * of several harts the sum, each by its own cycle counter, so that it can exceed `cycles`.
   */
  readonly busy: number
  /** Retired instructions, of all harts. */
  readonly instructions: number
  /** Everything else that the guest makes the machine do, by name: traps by cause, device operations. */
  readonly events: Readonly<Record<string, number>>
  /** How the host went about it: why fast paths were left. Differs between engines; never measured. */
  readonly why?: Readonly<Record<string, number>>
}

/** A mark is the HINT `slti x0, x0, n`; even n begins region n/2, odd n ends it. */
export interface Mark {
  readonly n: number
  readonly cycles: number
  readonly busy: number
  readonly instructions: number
}

export interface MarkLog {
  readonly marks: readonly Mark[]
  /** Marks dropped because the guest made more than the log holds. */
  readonly lost: number
}

/** Copies RAM of a machine that stands; empty outside it. */
export type Peek = (at: PhysicalAddress, length: number) => Uint8Array

/** What a hart did, exactly; times are virtual. */
export interface Trace {
  readonly from: Cycles
  readonly to: Cycles
  readonly spans: readonly Span[]
  readonly traps: readonly TrapTaken[]
  /** Cycles and retired instructions by place; the cycles of all add up to `busy`. */
  readonly work: readonly Work[]
  /** Spans and traps that did not fit. */
  readonly lost: number
}

/** An interval in one privilege and, for user programs, one address space; or of waiting in `wfi`. */
export interface Span {
  readonly what: Privilege | 'wfi'
  /** The name of the address space, if it has one. */
  readonly name: string | undefined
  readonly from: Cycles
  readonly to: Cycles
}

export interface TrapTaken {
  readonly at: Cycles
  readonly interrupt: boolean
  readonly cause: number
  /** The privilege that handles it. */
  readonly to: Privilege
  /** Where it was taken. */
  readonly pc: bigint
}

export interface Work {
  readonly privilege: Privilege
  readonly name: string | undefined
  readonly pc: number
  readonly cycles: number
  readonly instructions: number
}
