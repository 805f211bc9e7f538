// Summary: everything a run says, from its rows alone. Invariant: a pure function of the run, so
// that it can be drawn again years later; what did not run is listed with its reason.

import { z } from 'zod'
import { cellName } from './cell.ts'
import { type Claim, type Comparison, type Evidence, expected, judge, loadClaims } from './claim.ts'
import { coverageOf, coverageSummarySchema } from './coverage.ts'
import { latencies, latencySchema } from './latency.ts'
import { overheadSchema, overheads } from './overhead.ts'
import { SeriesTable } from './series.ts'
import type { RunRecord } from './store.ts'

export type { Latency } from './latency.ts'
export type { Overhead } from './overhead.ts'
export { loadClaims }

export const SUMMARY_VERSION = 1

export const claimVerdictSchema = z.object({
  name: z.string(),
  source: z.string(),
  says: z.string(),
  /** What counts as reproduced: `≤ 5 %`, `5–8 %`. */
  expected: z.string(),
  /** What was judged; null where nothing was measured. */
  config: z.string().nullable(),
  over: z.string().nullable(),
  /** `wall` or `busy` where a claim is judged by both clocks. */
  metric: z.string().nullable(),
  measured: z.number().nullable(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  /** Least and greatest single figure behind a mean. */
  min: z.number().nullable(),
  max: z.number().nullable(),
  unit: z.string(),
  profile: z.string(),
  policy: z.string().nullable(),
  verdict: z.enum(['reproduced', 'better', 'differs', 'not measured']),
  /** What must be known beside the number; why, where nothing was measured. */
  notes: z.array(z.string()),
  cells: z.array(z.string()),
})
export type ClaimVerdict = Readonly<z.infer<typeof claimVerdictSchema>>

const unfinishedSchema = z.object({ cell: z.string(), name: z.string(), why: z.string() })

export const summarySchema = z.object({
  schemaVersion: z.literal(SUMMARY_VERSION),
  run: z.string(),
  seeds: z.array(z.number().int()),
  overheads: z.array(overheadSchema),
  latencies: z.array(latencySchema),
  claims: z.array(claimVerdictSchema),
  coverage: z.array(coverageSummarySchema),
  cells: z.object({
    done: z.number().int(),
    skipped: z.array(unfinishedSchema),
    failed: z.array(unfinishedSchema),
  }),
  /** Host time of all cells together. */
  hostMs: z.number(),
})
export type Summary = Readonly<z.infer<typeof summarySchema>>

/** What the claims of this version may look at. */
export function evidenceOf(run: RunRecord): Evidence {
  const series = new SeriesTable(run.cells)
  return {
    manifest: run.manifest,
    series,
    overheads: overheads(series, run.manifest.configs),
    latencies: latencies(series, run.manifest),
    coverage: coverageOf(run.cells),
  }
}

export function summarise(run: RunRecord, claims: readonly Claim[]): Summary {
  const evidence = evidenceOf(run)
  const unfinished = (kind: 'skipped' | 'failed'): z.infer<typeof unfinishedSchema>[] =>
    run.cells.flatMap((cell) =>
      cell.outcome.kind === kind
        ? [{ cell: cell.cell, name: cellName(cell), why: cell.outcome.why }]
        : [],
    )
  return {
    schemaVersion: SUMMARY_VERSION,
    run: run.manifest.run,
    seeds: [...run.manifest.seeds],
    overheads: [...evidence.overheads],
    latencies: [...evidence.latencies],
    claims: claims.flatMap((claim) => verdicts(claim, evidence)),
    coverage: [...evidence.coverage],
    cells: {
      done: run.cells.filter((cell) => cell.outcome.kind === 'done').length,
      skipped: unfinished('skipped'),
      failed: unfinished('failed'),
    },
    hostMs: run.cells.reduce((sum, cell) => sum + cell.hostMs, 0),
  }
}

/** One verdict for each comparison whose config the run has; one without config if it has none. */
function verdicts(claim: Claim, evidence: Evidence): ClaimVerdict[] {
  const here = claim.comparisons.filter(({ config }) =>
    evidence.manifest.configs.some(({ name }) => name === config),
  )
  if (here.length > 0) return here.map((comparison) => verdict(claim, evidence, comparison))
  const names = claim.comparisons.map(({ config }) => config).join(', ')
  const why = names === '' ? whyNot(claim, evidence) : `the run has none of the configs ${names}`
  return [{ ...unjudged(claim, evidence, undefined), notes: [why] }]
}

function verdict(claim: Claim, evidence: Evidence, comparison: Comparison): ClaimVerdict {
  const blank = unjudged(claim, evidence, comparison)
  const seen = claim.observe(evidence, comparison)
  if (seen.kind === 'not measured') return { ...blank, notes: [seen.why] }
  const { value, low, high } = seen.estimate
  return {
    ...blank,
    ...{ measured: value, low, high, min: seen.min ?? null, max: seen.max ?? null },
    verdict: judge(claim.accept, seen.estimate),
    notes: [...seen.notes],
    cells: [...seen.cells],
  }
}

function unjudged(claim: Claim, evidence: Evidence, of: Comparison | undefined): ClaimVerdict {
  const { name, source, says, unit } = claim
  const config = evidence.manifest.configs.find((other) => other.name === of?.config)
  return {
    ...{ name, source, says, expected: expected(claim.accept, unit) },
    ...{ config: of?.config ?? null, over: of?.over ?? null, metric: of?.metric ?? null },
    ...{ measured: null, low: null, high: null, min: null, max: null },
    unit,
    profile: evidence.manifest.profile.name,
    policy: config?.policy ?? null,
    verdict: 'not measured',
    notes: [],
    cells: [],
  }
}

function whyNot(claim: Claim, evidence: Evidence): string {
  const seen = claim.observe(evidence, { config: '' })
  return seen.kind === 'not measured' ? seen.why : 'nothing to compare'
}

/** JSON Schema 2020-12 of summary.json, for other people's tools. */
export function summaryJsonSchema(): object {
  return z.toJSONSchema(summarySchema)
}
