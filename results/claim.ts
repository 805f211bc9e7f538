// Claim: a figure of the literature and how we observe it. Invariant: it is observed only in a run that
// holds its whole judged set, with enough seeds; what it then says is judged by verdict.ts.

import { arranged, entries } from '../registry/registry.ts'
import type { CellRecord } from './cell.ts'
import type { CoverageSummary } from './coverage.ts'
import type { JudgedSet } from './judged-set.ts'
import type { CreationLatency } from './latency.ts'
import type { Manifest } from './manifest.ts'
import type { Overhead } from './overhead.ts'
import type { SeriesTable } from './series.ts'
import type { Estimate } from './statistics.ts'
import type { Acceptance } from './verdict.ts'

export { type Acceptance, DEFINITIONS, type Verdict, verdicts } from './verdict.ts'

export interface Claim {
  /** Equal to the file's name; a workload that serves the claim names it so. */
  readonly name: string
  readonly source: string
  /** The claim in its own terms, one line. */
  readonly says: string
  /** `fraction`, `ms`, `share of originals`. */
  readonly unit: string
  readonly accept: Acceptance
  /** How pages and charts speak of it; a claim without words stands in the table of claims alone. */
  readonly words?: ClaimWords
  /** Judged once for each; an empty list is a claim that this version cannot measure. */
  readonly comparisons: readonly Comparison[]
  /** The cells that a verdict needs; absent only where there are no comparisons. */
  readonly judged?: JudgedSet
  /** What refutes the claim, however little of the judged set is there. Asked first. */
  refute?(evidence: Evidence, of: Comparison): Observation | undefined
  /** `seeds`: those that the whole judged set has, at least as many as it demands. */
  observe(evidence: Evidence, of: Comparison, seeds: readonly number[]): Observation
}

export interface ClaimWords {
  /** Over its card, among the answers: `Web server`. */
  readonly card: string
  /** The sentence in the abstract, around its figures: `The web server costs … under its worst load`. */
  readonly before: string
  readonly after?: string
  /** The lines of the claim in the chart of the answers, one for each clock by which it is judged. */
  readonly lines: readonly ClaimLine[]
}

export interface ClaimLine {
  readonly label: string
  readonly metric?: Comparison['metric']
}

export interface Comparison {
  readonly config: string
  /** The config it is compared with, where the claim compares. */
  readonly over?: string
  /** The clock it is judged by, where there are two. */
  readonly metric?: 'wall' | 'busy'
  /** The part that this version lacks for it; such a line stands in the table, not measured. */
  readonly lacks?: string
}

/** What a claim may look at. */
export interface Evidence {
  readonly manifest: Manifest
  readonly cells: readonly CellRecord[]
  readonly series: SeriesTable
  readonly overheads: readonly Overhead[]
  readonly latencies: readonly CreationLatency[]
  readonly coverage: readonly CoverageSummary[]
}

export type Observation =
  | { readonly kind: 'not measured'; readonly why: string }
  | {
      readonly kind: 'measured'
      readonly estimate: Estimate
      /** What `low` and `high` are where they are no spread over seeds: `worst of 63 walks`. */
      readonly spread?: string
      /** What a share is a share of. */
      readonly of?: string
      /** Least and greatest single figure behind a mean. */
      readonly min?: number
      readonly max?: number
      /** What the reader must know beside the number. */
      readonly notes: readonly string[]
      readonly cells: readonly string[]
    }

/** A claim that waits for a part which does not exist yet. */
export function unmeasured(
  claim: Omit<Claim, 'comparisons' | 'judged' | 'refute' | 'observe'>,
  why: string,
): Claim & { readonly why: string } {
  return { ...claim, why, comparisons: [], observe: () => ({ kind: 'not measured', why }) }
}

/** The claims of the thesis first, then those of others by how they keep backups; the rest by name. */
const PLACES = [
  ...['coverage', 'backup-200kb', 'xv6-commands', 'thttpd', 'side-by-side', 'software-ha'],
  ...['memv6-usertests', 'store-injection', 'multimem', 'kmemvisor'],
  ...['vm-micro-checkpoint', 'remus', 'hardware-mirroring', 'nested-vs-shadow'],
]

/**
 * All claims of the folder `claims`, in their order. Throws RegistryError if a file's claim has another
 * name.
 */
export async function loadClaims(): Promise<Claim[]> {
  return arranged(await entries<Claim>('results/claims'), PLACES)
}
