// RunComparison: two runs against each other, cell by cell. Invariant: the threshold is 0 and nothing is
// summed, so that one figure's gain hides no other's loss; what has no partner on the other side is named.

import { z } from 'zod'
import { type CellRecord, type Coordinates, cellName, parameterWords } from './cell.ts'
import {
  type ComparedFigures,
  compareFigures,
  type Direction,
  figureChangeSchema,
  headline,
  isLive,
  magnitude,
} from './figure-change.ts'
import { configInputs, type RunInput, runInputs, unlikeInputs } from './input.ts'
import { parametersSchema } from './measurement.ts'
import { completenessOf } from './plan.ts'
import type { StoredRun } from './store.ts'

export { type Direction, type FigureChange, headline } from './figure-change.ts'
export type { RunInput } from './input.ts'

/** Raised when a field changes its meaning or goes. */
const COMPARISON_VERSION = 1

/** The cause of a cell whose keys are equal and whose results are not: a defect, or rows edited by hand. */
export const UNREPEATED = 'equal keys'
/** The cause of a cell whose keys differ while all that the manifests keep is alike. */
export const KEY_ALONE = 'only the key tells'

const inputSchema = z.object({
  config: z.string().nullable(),
  input: z.string(),
  base: z.string(),
  new: z.string(),
})

const comparedSideSchema = z.object({
  run: z.string(),
  started: z.string(),
  profile: z.string(),
  backend: z.string(),
  cells: z.number().int(),
  /** What the run lacks: cells planned and not there, failed or violated; an unfinished last cell. */
  missing: z.array(z.string()),
  failed: z.array(z.string()),
  torn: z.boolean(),
})
export type ComparedSide = Readonly<z.infer<typeof comparedSideSchema>>

const cellChangeSchema = z.object({
  name: z.string(),
  workload: z.string(),
  parameters: parametersSchema,
  config: z.string(),
  seed: z.number().int(),
  /** Keys of the two records. */
  keys: z.object({ base: z.string(), new: z.string() }),
  outcomes: z.object({ base: z.string(), new: z.string() }),
  /** What became of the outcome; null where it is the same. */
  outcome: z.enum(['worse', 'better']).nullable(),
  /** The keys are equal, and the digests of the machines' final states are not. */
  state: z.boolean(),
  /** Inputs that differ and may each be the cause; their values stand in `inputs`. */
  causes: z.array(z.string()),
  /** The largest change first. */
  figures: z.array(figureChangeSchema),
})
export type CellChange = Readonly<z.infer<typeof cellChangeSchema>>

export const runComparisonSchema = z.object({
  schemaVersion: z.literal(COMPARISON_VERSION),
  base: comparedSideSchema,
  new: comparedSideSchema,
  /** Nothing at all differs. */
  equal: z.boolean(),
  /** A virtual figure or an outcome got worse. */
  regression: z.boolean(),
  /** Inputs that make the runs unlike; empty unless such runs were compared on request. */
  unlike: z.array(inputSchema),
  /** Inputs that differ and decide figures of cells that differ. */
  inputs: z.array(inputSchema),
  cells: z.object({
    compared: z.number().int(),
    equal: z.number().int(),
    onlyBase: z.array(z.string()),
    onlyNew: z.array(z.string()),
    /** Cells that one side or both did not finish; outcomes are compared, figures are not. */
    withoutFigures: z.array(z.string()),
    /** Cells with a live peer, left out. */
    live: z.array(z.string()),
  }),
  figures: z.object({
    compared: z.number().int(),
    equal: z.number().int(),
    worse: z.number().int(),
    better: z.number().int(),
    moved: z.number().int(),
    /** Readings of host time and of live cells. */
    leftOut: z.number().int(),
  }),
  /** Every cell that differs, the largest relative change first. */
  changes: z.array(cellChangeSchema),
})
export type RunComparison = Readonly<z.infer<typeof runComparisonSchema>>

/** Compares what both runs have. Whether they are alike enough for it is the caller's to ask: `unlike`. */
export function compareRuns(base: StoredRun, next: StoredRun): RunComparison {
  const { pairs, onlyBase, onlyNew } = paired(base, next)
  const compared = pairs.map((pair) => comparedPair(pair, base, next))
  const changed = compared.filter(({ change }) => change !== undefined)
  const changes = changed.map(({ change }) => change!).toSorted((a, b) => rankOf(b) - rankOf(a))
  const touched = new Set(changes.map(({ config }) => config))
  const figures = figuresOf(compared)
  const counts = cellCounts(compared)
  return {
    schemaVersion: COMPARISON_VERSION,
    base: sideOf(base),
    new: sideOf(next),
    equal: changes.length + onlyBase.length + onlyNew.length === 0,
    regression: figures.worse > 0 || changes.some(({ outcome }) => outcome === 'worse'),
    unlike: unlikeInputs(base.manifest, next.manifest),
    inputs: touched.size === 0 ? [] : inputsOf(base, next, touched),
    cells: { ...counts, onlyBase: onlyBase.map(cellName), onlyNew: onlyNew.map(cellName) },
    figures,
    changes,
  }
}

interface RecordPair {
  readonly base: CellRecord
  readonly next: CellRecord
}

interface ComparedCell extends ComparedFigures, RecordPair {
  readonly change: CellChange | undefined
}

/** A cell's partner has its workload, parameters, config and seed; of the rest the inputs tell. */
function paired(base: StoredRun, next: StoredRun) {
  const after = new Map(next.cells.map((cell) => [partnerKey(cell), cell]))
  const before = new Set(base.cells.map(partnerKey))
  const pairs: RecordPair[] = base.cells.flatMap((cell) => {
    const other = after.get(partnerKey(cell))
    return other === undefined ? [] : [{ base: cell, next: other }]
  })
  return {
    pairs,
    onlyBase: base.cells.filter((cell) => !after.has(partnerKey(cell))),
    onlyNew: next.cells.filter((cell) => !before.has(partnerKey(cell))),
  }
}

function partnerKey({ workload, parameters, config, seed }: Coordinates): string {
  return JSON.stringify([workload, parameterWords(parameters), config, seed])
}

function comparedPair(pair: RecordPair, base: StoredRun, next: StoredRun): ComparedCell {
  const both = pair.base.outcome.kind === 'done' && pair.next.outcome.kind === 'done'
  const figures = both
    ? compareFigures(pair.base, pair.next)
    : { compared: 0, changes: [], leftOut: 0 }
  const differs = outcomeChange(pair) !== null || stateDiffers(pair) || figures.changes.length > 0
  const change = differs ? changeOfCell(pair, figures, base, next) : undefined
  return { ...pair, ...figures, change }
}

function changeOfCell(
  pair: RecordPair,
  { changes }: ComparedFigures,
  base: StoredRun,
  next: StoredRun,
): CellChange {
  const { workload, parameters, config, seed } = pair.base
  return {
    name: cellName(pair.base),
    ...{ workload, parameters, config, seed },
    keys: { base: pair.base.cell, new: pair.next.cell },
    outcomes: { base: outcomeWords(pair.base), new: outcomeWords(pair.next) },
    outcome: outcomeChange(pair),
    state: stateDiffers(pair),
    causes: causesOf(pair, base, next),
    figures: changes.toSorted((a, b) => magnitude(b) - magnitude(a) || 0),
  }
}

/** Names of the inputs that may have moved the cell. */
function causesOf(pair: RecordPair, base: StoredRun, next: StoredRun): string[] {
  if (pair.base.cell === pair.next.cell) return [UNREPEATED]
  const inputs = [
    ...runInputs(base.manifest, next.manifest),
    ...configInputs(base.manifest, next.manifest, pair.base.config),
  ]
  return inputs.length === 0 ? [KEY_ALONE] : inputs.map(({ input }) => input)
}

function inputsOf(base: StoredRun, next: StoredRun, configs: ReadonlySet<string>): RunInput[] {
  return [
    ...runInputs(base.manifest, next.manifest),
    ...[...configs].flatMap((config) => configInputs(base.manifest, next.manifest, config)),
  ]
}

const OUTCOMES = ['done', 'skipped', 'failed', 'violated'] as const

function outcomeChange({ base, next }: RecordPair): CellChange['outcome'] {
  const [before, after] = [base, next].map(({ outcome }) => {
    const more = outcome.kind === 'violated' ? outcome.violations : 0
    return OUTCOMES.indexOf(outcome.kind) + more
  }) as [number, number]
  if (before === after) return null
  return after > before ? 'worse' : 'better'
}

/** Equal keys promise equal states; the end of a live cell depends on its peer. */
function stateDiffers({ base, next }: RecordPair): boolean {
  if (base.cell !== next.cell || isLive(base) || isLive(next)) return false
  if (base.outcome.kind !== 'done' || next.outcome.kind !== 'done') return false
  const [before, after] = [base.outcome.digest, next.outcome.digest]
  return before !== undefined && after !== undefined && before !== after
}

function outcomeWords({ outcome }: CellRecord): string {
  if (outcome.kind !== 'violated') return outcome.kind
  return `violated ${outcome.invariant} ${outcome.violations} times`
}

/** An outcome or a final state that changed is more than any figure. */
function rankOf({ figures }: CellChange): number {
  const first = headline(figures)
  if (first === undefined) return Number.MAX_VALUE
  return Math.min(magnitude(first), Number.MAX_VALUE / 2)
}

function cellCounts(compared: readonly ComparedCell[]) {
  const isDone = ({ base, next }: RecordPair): boolean =>
    base.outcome.kind === 'done' && next.outcome.kind === 'done'
  const live = compared.filter(
    ({ base, next, change }) => change === undefined && (isLive(base) || isLive(next)),
  )
  const there = compared.filter((cell) => !live.includes(cell))
  const names = (cells: readonly ComparedCell[]): string[] =>
    cells.map(({ base }) => cellName(base))
  return {
    compared: there.length,
    equal: there.filter(({ change }) => change === undefined).length,
    withoutFigures: names(there.filter((cell) => !isDone(cell))),
    live: names(live),
  }
}

function figuresOf(compared: readonly ComparedCell[]): RunComparison['figures'] {
  const changes = compared.flatMap((cell) => cell.changes)
  const of = (wanted: Direction): number =>
    changes.filter(({ direction }) => direction === wanted).length
  const all = compared.reduce((sum, cell) => sum + cell.compared, 0)
  return {
    compared: all,
    equal: all - changes.length,
    ...{ worse: of('worse'), better: of('better'), moved: of('moved') },
    leftOut: compared.reduce((sum, cell) => sum + cell.leftOut, 0),
  }
}

function sideOf({ manifest, cells, torn }: StoredRun): ComparedSide {
  const failed = cells.filter(({ outcome: { kind } }) => kind === 'failed' || kind === 'violated')
  return {
    run: manifest.run,
    started: manifest.started,
    profile: manifest.profile.name,
    backend: manifest.backend,
    cells: cells.length,
    missing: completenessOf(manifest, cells).missing.map(cellName),
    failed: failed.map(cellName),
    torn,
  }
}
