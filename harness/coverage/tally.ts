// Tally: what a coverage walk has found. Invariant: a count is a number of distinct frames or pages, so
// an original that lacks both its frame and its entries is missing once.

import type { CoverageReading } from '../../results/coverage.ts'
import type { Finding, Violation, ViolationKind } from '../invariant.ts'

/** Violations that are spelled out; a broken image makes thousands. */
const MOST_SPELLED = 1000

export class Tally {
  readonly #seen = new Map<ViolationKind, Set<number>>()
  readonly #violations: Violation[] = []

  /** `where` tells violations of one kind apart: a frame, or a page of a root. */
  note(kind: ViolationKind, where: number, says: string): void {
    const seen = this.#seen.get(kind) ?? new Set()
    this.#seen.set(kind, seen)
    if (seen.has(where)) return
    seen.add(where)
    if (this.#violations.length < MOST_SPELLED) this.#violations.push({ kind, says })
  }

  finding(guest: string, originals: number, backups: number, inUse: number): Finding {
    const count = (kind: ViolationKind): number => this.#seen.get(kind)?.size ?? 0
    const reading: CoverageReading = {
      guest,
      inUse,
      originals,
      backups,
      missing: count('missing'),
      aliased: count('aliased'),
      sameBank: count('same-bank'),
      stale: count('stale'),
    }
    return { readings: [reading], violations: this.#violations }
  }
}

export function hex(value: number): string {
  return `0x${value.toString(16)}`
}
