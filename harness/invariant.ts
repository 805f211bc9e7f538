// Invariant: a rule about a stopped guest, checked from outside. It names every violation; it never
// repairs, and it never asks the guest.

import type { CoverageReading } from '../results/coverage.ts'
import type { View } from './view/view.ts'

export interface Invariant {
  /** Equal to the file's name in harness/invariants. */
  readonly name: string
  readonly about: string
  check(view: View): Promise<Finding>
}

export interface Finding {
  readonly readings: readonly CoverageReading[]
  readonly violations: readonly Violation[]
}

/** A walk found that an invariant of the config does not hold; becomes an outcome of its own. */
export class InvariantViolated extends Error {
  override readonly name = 'InvariantViolated'
  readonly invariant: string
  readonly violations: number
  constructor(invariant: string, { violations }: Finding) {
    super(told(invariant, violations))
    this.invariant = invariant
    this.violations = violations.length
  }
}

/** Violations that are named in words; the counts are in the rows. */
const NAMED = 8

function told(invariant: string, violations: readonly Violation[]): string {
  const named = violations.slice(0, NAMED).map(({ kind, says }) => `${kind}: ${says}`)
  const more = violations.length - named.length
  const rest = more > 0 ? `; and ${more} more` : ''
  return `invariant ${invariant}: ${violations.length} violations: ${named.join('; ')}${rest}`
}

export interface Violation {
  readonly kind: ViolationKind
  /** One line: which process or root, which page, which frames. */
  readonly says: string
}

export type ViolationKind =
  /** An original without a backup, or a page whose backup entry is absent or leads elsewhere. */
  | 'missing'
  /** A backup that is an original, or the backup of two. */
  | 'aliased'
  /** A backup in the bank of its original. */
  | 'same-bank'
  /** A backup frame or entry without an original. */
  | 'stale'
  /** A backup that a user program could reach. */
  | 'user-accessible'
  /** Allocator and tables disagree about what is in use. */
  | 'disagree'
  /** A free frame or table that is kept as empty, and is not. */
  | 'dirty'
  /** Memory that a program holds is not among the originals. */
  | 'uncounted'
  /** The records or tables cannot be read at all. */
  | 'unreadable'
  /** The guest did not come back to its prompt. */
  | 'stopped'
