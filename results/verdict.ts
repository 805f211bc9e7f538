// Verdict: what becomes of a claim. Invariant: judge() and the sentences beside it are the only
// definition; page, terminal, docs and glossary repeat these sentences, and a test compares them.

import type { Estimate } from './statistics.ts'

export const verdicts = ['reproduced', 'better', 'differs', 'inconclusive', 'not measured'] as const
export type Verdict = (typeof verdicts)[number]

/** What counts as reproduced, in the claim's unit. */
export type Acceptance =
  | { readonly kind: 'at most'; readonly bound: number }
  | { readonly kind: 'within'; readonly low: number; readonly high: number }
  | { readonly kind: 'exactly'; readonly value: number }

/** After the word: "*reproduced*: the whole spread lies …". */
export const DEFINITIONS: Readonly<Record<Verdict, string>> = {
  reproduced:
    'the whole spread lies at or below an upper bound, inside a range, or on an exact figure',
  better: 'the whole spread lies below a range',
  differs: 'the whole spread lies above an upper bound or a range, or beside an exact figure',
  inconclusive: 'the spread straddles a bound, an end of a range, or an exact figure',
  'not measured':
    'cells of the judged set are missing or failed, it has too few seeds, or this version lacks a part',
}

/** The verdict on an estimate: its spread is judged, not its middle. */
export function judge(accept: Acceptance, { low, high }: Estimate): Verdict {
  switch (accept.kind) {
    case 'at most':
      if (high <= accept.bound) return 'reproduced'
      return low > accept.bound ? 'differs' : 'inconclusive'
    case 'within':
      if (high < accept.low) return 'better'
      if (low > accept.high) return 'differs'
      return low >= accept.low && high <= accept.high ? 'reproduced' : 'inconclusive'
    case 'exactly':
      if (low === accept.value && high === accept.value) return 'reproduced'
      return high < accept.value || low > accept.value ? 'differs' : 'inconclusive'
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
