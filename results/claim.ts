// Claim: a figure of the literature, how we observe it, and the verdict. Invariant: a verdict
// other than `not measured` rests on an estimate with an interval, and the interval is judged, not
// its middle.

import { readdir } from 'node:fs/promises'
import type { CoverageSummary } from './coverage.ts'
import type { Latency } from './latency.ts'
import type { Manifest } from './manifest.ts'
import type { Overhead } from './overhead.ts'
import type { SeriesTable } from './series.ts'
import type { Estimate } from './statistics.ts'

export type Verdict = 'reproduced' | 'better' | 'differs' | 'not measured'

/** What counts as reproduced, in the claim's unit. */
export type Acceptance =
  | { readonly kind: 'at most'; readonly bound: number }
  | { readonly kind: 'within'; readonly low: number; readonly high: number }
  | { readonly kind: 'exactly'; readonly value: number }

export interface Claim {
  /** Equal to the file's name. */
  readonly name: string
  /** Where it stands among the claims. */
  readonly order: number
  readonly source: string
  /** The claim in its own terms, one line. */
  readonly says: string
  /** `fraction`, `ms`, `share of originals`. */
  readonly unit: string
  readonly accept: Acceptance
  /** Judged once for each; an empty list is a claim that this version cannot measure. */
  readonly comparisons: readonly Comparison[]
  observe(evidence: Evidence, of: Comparison): Observation
}

export interface Comparison {
  readonly config: string
  /** The config it is compared with, where the claim compares. */
  readonly over?: string
  /** The clock it is judged by, where there are two. */
  readonly metric?: 'wall' | 'busy'
}

/** What a claim may look at. */
export interface Evidence {
  readonly manifest: Manifest
  readonly series: SeriesTable
  readonly overheads: readonly Overhead[]
  readonly latencies: readonly Latency[]
  readonly coverage: readonly CoverageSummary[]
}

export type Observation =
  | { readonly kind: 'not measured'; readonly why: string }
  | {
      readonly kind: 'measured'
      readonly estimate: Estimate
      /** Least and greatest single figure behind a mean. */
      readonly min?: number
      readonly max?: number
      /** What the reader must know beside the number. */
      readonly notes: readonly string[]
      readonly cells: readonly string[]
    }

/** The verdict on an estimate. For a range, an interval that reaches above it differs. */
export function judge(accept: Acceptance, estimate: Estimate): Verdict {
  switch (accept.kind) {
    case 'at most':
      return estimate.high <= accept.bound ? 'reproduced' : 'differs'
    case 'within':
      if (estimate.high < accept.low) return 'better'
      return estimate.high <= accept.high ? 'reproduced' : 'differs'
    case 'exactly':
      return estimate.low === accept.value && estimate.high === accept.value
        ? 'reproduced'
        : 'differs'
    default:
      return accept satisfies never
  }
}

/** What counts as reproduced, in words: `≤ 5 %`, `5–8 %`. */
export function expected(accept: Acceptance, unit: string): string {
  const percent = unit === 'fraction' || unit.startsWith('share')
  const number = (value: number): string =>
    String(Number((percent ? value * 100 : value).toFixed(6)))
  const suffix = percent ? ' %' : ` ${unit}`
  switch (accept.kind) {
    case 'at most':
      return `≤ ${number(accept.bound)}${suffix}`
    case 'within':
      return `${number(accept.low)}–${number(accept.high)}${suffix}`
    case 'exactly':
      return `${number(accept.value)}${suffix}`
    default:
      return accept satisfies never
  }
}

/** A claim that waits for a part which does not exist yet. */
export function unmeasured(
  claim: Omit<Claim, 'comparisons' | 'observe'>,
  why: string,
): Claim & { readonly why: string } {
  return { ...claim, why, comparisons: [], observe: () => ({ kind: 'not measured', why }) }
}

/** All claims of the folder `claims`, in their order. Throws if a file's claim has another name. */
export async function loadClaims(): Promise<Claim[]> {
  const folder = new URL('claims/', import.meta.url)
  const files = (await readdir(folder)).filter((file) => /^[\w-]+\.(ts|js)$/.test(file))
  const claims = await Promise.all(
    files.map(async (file) => {
      const { default: claim } = (await import(new URL(file, folder).href)) as { default: Claim }
      if (`${claim.name}` === file.replace(/\.(ts|js)$/, '')) return claim
      throw new Error(`results/claims/${file}: expected a claim of this name, got ${claim.name}`)
    }),
  )
  return claims.toSorted((a, b) => a.order - b.order)
}
