// Summary: everything a run says, from its rows alone. Invariant: a pure function of the run, so
// that it can be drawn again years later; what did not run is listed with its reason.

import { z } from 'zod'
import { cellName } from './cell.ts'
import type { Claim, Comparison, Evidence } from './claim.ts'
import { coverageOf, coverageSummarySchema } from './coverage.ts'
import { holding } from './judged-set.ts'
import { latencies, latencySchema } from './latency.ts'
import { overheadSchema, overheads } from './overhead.ts'
import { completenessOf } from './plan.ts'
import { SeriesTable } from './series.ts'
import { spreadName } from './spread.ts'
import type { StoredRun } from './store.ts'
import { expected, judge, verdicts } from './verdict.ts'

export { type CreationLatency, LATENCY_WORKLOAD } from './latency.ts'
export type { Overhead } from './overhead.ts'

/** 2: overheads are of unit `fraction`; verdict `inconclusive`; what was planned. */
const SUMMARY_VERSION = 2

const claimVerdictSchema = z.object({
  name: z.string(),
  source: z.string(),
  says: z.string(),
  /** What counts as reproduced: `≤ 5 %`, `5–8 %`. */
  expected: z.string(),
  /** What was judged; null where the claim has no config yet. */
  config: z.string().nullable(),
  over: z.string().nullable(),
  /** `wall` or `busy` where a claim is judged by both clocks. */
  metric: z.string().nullable(),
  measured: z.number().nullable(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  /** What `low` and `high` are: `95 % interval`, `range of 3 seeds`; `worst of 63 walks` of a share. */
  spread: z.string().nullable(),
  seeds: z.number().int().nullable(),
  /** What a share is a share of. */
  of: z.string().nullable(),
  /** Least and greatest single figure behind a mean. */
  min: z.number().nullable(),
  max: z.number().nullable(),
  unit: z.string(),
  profile: z.string(),
  policy: z.string().nullable(),
  verdict: z.enum(verdicts),
  /** What must be known beside the number; why, where nothing was measured. */
  notes: z.array(z.string()),
  cells: z.array(z.string()),
})
export type ClaimVerdict = Readonly<z.infer<typeof claimVerdictSchema>>

const unfinishedSchema = z.object({ cell: z.string(), name: z.string(), why: z.string() })

export const summarySchema = z.object({
  schemaVersion: z.literal(SUMMARY_VERSION),
  run: z.string(),
  /** Seeds with a cell that is done; how many stand behind a figure, the figure says. */
  seeds: z.array(z.number().int()),
  overheads: z.array(overheadSchema),
  latencies: z.array(latencySchema),
  claims: z.array(claimVerdictSchema),
  coverage: z.array(coverageSummarySchema),
  cells: z.object({
    /** Cells asked for; null in a run of an older version, which kept no plan. */
    planned: z.number().int().nullable(),
    done: z.number().int(),
    skipped: z.array(unfinishedSchema),
    failed: z.array(unfinishedSchema),
    /** Cells in which a walk found a violation. */
    violated: z.array(unfinishedSchema),
    /** Names of the planned cells that have not run. */
    missing: z.array(z.string()),
    /** The rows end in the middle of a cell, which was left out. */
    torn: z.boolean(),
  }),
  /** Host time of all cells together: the one figure here that differs between equal runs. */
  hostMs: z.number(),
})
export type Summary = Readonly<z.infer<typeof summarySchema>>

/** What the claims of this version may look at. */
function evidenceOf(run: StoredRun): Evidence {
  const series = new SeriesTable(run.cells)
  return {
    manifest: run.manifest,
    cells: run.cells,
    series,
    overheads: overheads(series, run.manifest.configs),
    latencies: latencies(series, run.manifest),
    coverage: coverageOf(run.cells),
  }
}

export function summarise(run: StoredRun, claims: readonly Claim[]): Summary {
  const evidence = evidenceOf(run)
  const done = run.cells.filter((cell) => cell.outcome.kind === 'done')
  return {
    schemaVersion: SUMMARY_VERSION,
    run: run.manifest.run,
    seeds: [...new Set(done.map(({ seed }) => seed))].toSorted((a, b) => a - b),
    overheads: [...evidence.overheads],
    latencies: [...evidence.latencies],
    claims: claims.flatMap((claim) => verdictsOn(claim, evidence)),
    coverage: [...evidence.coverage],
    cells: cellsOf(run),
    hostMs: run.cells.reduce((sum, cell) => sum + cell.hostMs, 0),
  }
}

function cellsOf({ manifest, cells, torn }: StoredRun): Summary['cells'] {
  const { planned, missing } = completenessOf(manifest, cells)
  const ended = (kind: 'skipped' | 'failed' | 'violated') =>
    cells.flatMap((cell) =>
      cell.outcome.kind === kind
        ? [{ cell: cell.cell, name: cellName(cell), why: cell.outcome.why }]
        : [],
    )
  return {
    planned: planned ?? null,
    done: cells.filter((cell) => cell.outcome.kind === 'done').length,
    skipped: ended('skipped'),
    failed: ended('failed'),
    violated: ended('violated'),
    missing: missing.map(cellName),
    torn,
  }
}

/** One verdict for each comparison; one without config where there is none yet. */
function verdictsOn(claim: Claim, evidence: Evidence): ClaimVerdict[] {
  if (claim.comparisons.length > 0) {
    return claim.comparisons.map((comparison) => verdictOn(claim, evidence, comparison))
  }
  const seen = claim.observe(evidence, { config: '' }, [])
  const why = seen.kind === 'not measured' ? seen.why : 'nothing to compare'
  return [{ ...unjudged(claim, evidence, undefined), notes: [why] }]
}

function verdictOn(claim: Claim, evidence: Evidence, comparison: Comparison): ClaimVerdict {
  const blank = unjudged(claim, evidence, comparison)
  const seen = observed(claim, evidence, comparison)
  if (seen.kind === 'not measured') return { ...blank, notes: [seen.why] }
  const { value, low, high, samples } = seen.estimate
  return {
    ...blank,
    ...{ measured: value, low, high, min: seen.min ?? null, max: seen.max ?? null },
    ...{ spread: seen.spread ?? spreadName(samples), seeds: samples, of: seen.of ?? null },
    verdict: judge(claim.accept, seen.estimate),
    notes: [...seen.notes],
    cells: [...seen.cells],
  }
}

/** Only a run that holds the whole judged set is asked for the figure. */
function observed(claim: Claim, evidence: Evidence, of: Comparison): ReturnType<Claim['observe']> {
  if (of.lacks !== undefined) {
    return { kind: 'not measured', why: `needs ${of.lacks}, which this version does not have` }
  }
  const refuted = claim.refute?.(evidence, of)
  if (refuted !== undefined) return refuted
  const compared = [of.config, ...(of.over === undefined ? [] : [of.over])]
  const { configs } = evidence.manifest
  const absent = compared.filter((name) => !configs.some((config) => config.name === name))
  if (absent.length > 0) {
    return { kind: 'not measured', why: `the run has no config ${absent.join(', ')}` }
  }
  if (claim.judged === undefined) return claim.observe(evidence, of, [])
  const held = holding(claim.judged, compared, evidence)
  if (held.kind === 'short') return { kind: 'not measured', why: held.why }
  return claim.observe(evidence, of, held.seeds)
}

function unjudged(claim: Claim, evidence: Evidence, of: Comparison | undefined): ClaimVerdict {
  const { name, source, says, unit } = claim
  const config = evidence.manifest.configs.find((other) => other.name === of?.config)
  return {
    ...{ name, source, says, expected: expected(claim.accept, unit) },
    ...{ config: of?.config ?? null, over: of?.over ?? null, metric: of?.metric ?? null },
    ...{ measured: null, low: null, high: null, min: null, max: null },
    ...{ spread: null, seeds: null, of: null },
    unit,
    profile: evidence.manifest.profile.name,
    policy: config?.policy ?? null,
    verdict: 'not measured',
    notes: [],
    cells: [],
  }
}

/** Digits of a figure that is no whole number: what counts in it, without the dust of binary fractions. */
const EXPORTED_DIGITS = 12

/** 0.057176 for 0.057176000000000005; whole numbers as they are. */
export function exportedNumber(value: number): number {
  return Number.isInteger(value) ? value : Number(value.toPrecision(EXPORTED_DIGITS))
}

/** The summary as files and dashboards get it. */
export function exported(summary: Summary): Summary {
  return JSON.parse(
    JSON.stringify(summary, (_, value: unknown) =>
      typeof value === 'number' ? exportedNumber(value) : value,
    ),
  )
}
