// The words of a run comparison, that terminal and Markdown share. Invariant: what makes the runs unlike
// and what a side lacks comes before any figure, and what was left out is told after them.

import {
  type CellChange,
  type ComparedSide,
  type Direction,
  type FigureChange,
  headline,
  KEY_ALONE,
  type RunComparison,
  type RunInput,
  UNREPEATED,
} from '../results/run-comparison.ts'
import { exportedNumber } from '../results/summary.ts'
import { count } from './extent.ts'
import { signedPercent, whole } from './numbers.ts'

/** `base first-light → new tonight: 3 of 16 cells differ; of 96 virtual figures 4 worse, 92 equal`. */
export function titleOf(comparison: RunComparison): string {
  const { base, new: next, cells, figures, changes, equal } = comparison
  const all = count(cells.compared, 'cell')
  const figured = count(figures.compared, 'virtual figure')
  if (equal) {
    const without = cells.withoutFigures.length
    const told = [
      `equal: base ${base.run} and new ${next.run}, ${all}, ${figured}`,
      ...(without > 0 ? [`${count(without, 'cell')} not done on either side`] : []),
      ...(figures.leftOut > 0 ? [leftOut(figures.leftOut)] : []),
    ]
    return told.join('; ')
  }
  const told = [tally(figures), `${whole(figures.equal)} equal`].filter((words) => words !== '')
  const differ = `${changes.length} of ${all} differ; of ${figured} ${told.join(', ')}`
  return `base ${base.run} → new ${next.run}: ${differ}`
}

/** What must be known before a figure is read, a sentence each. */
export function warningsOf(comparison: RunComparison): string[] {
  const { unlike, changes } = comparison
  const inputs = unlike.map((one) => `${one.input} ${one.base} → ${one.new}`)
  const unrepeated = changes.filter(({ causes }) => causes.includes(UNREPEATED))
  const alone = changes.filter(({ causes }) => causes.includes(KEY_ALONE))
  return [
    ...(unlike.length === 0 ? [] : [`unlike runs, compared on request: ${inputs.join('; ')}`]),
    ...shortfallsOf(comparison),
    ...(unrepeated.length === 0
      ? []
      : [
          `${count(unrepeated.length, 'cell')} with ${UNREPEATED}: the same cell gave other results, which is a defect unless rows were edited`,
        ]),
    ...(alone.length === 0
      ? []
      : [
          `${count(alone.length, 'cell')} where ${KEY_ALONE}: what may be the cause is in no manifest, as the boot arguments or, of an older run, a field of the config`,
        ]),
  ]
}

/** What a side lacks of what it planned. */
function shortfallsOf(comparison: RunComparison): string[] {
  return sidesOf(comparison).flatMap(([side, { missing, failed, torn }]) => [
    ...(missing.length > 0
      ? [`${side} is not whole: ${count(missing.length, 'planned cell')} not run`]
      : []),
    ...(failed.length > 0 ? [`${side}: ${count(failed.length, 'cell')} failed or violated`] : []),
    ...(torn ? [`${side} ends in an unfinished cell, which was left out`] : []),
  ])
}

type NamedSide = readonly [name: string, side: ComparedSide]
type NamedSides = readonly [base: NamedSide, next: NamedSide]

/** The runs may have one name, so each is called by its side as well. */
function sidesOf({ base, new: next }: RunComparison): NamedSides {
  return [
    [`base ${base.run}`, base],
    [`new ${next.run}`, next],
  ]
}

export const INPUT_HEAD = ['of', 'input that differs', 'base → new']

/**
 * The inputs that differ, in the columns of INPUT_HEAD; configs with the same difference stand
 * together.
 */
export function inputRows({ inputs }: RunComparison): string[][] {
  const alike = ({ input, base, new: next }: RunInput): string =>
    JSON.stringify([input, base, next])
  return [...Map.groupBy(inputs, alike).values()].map((same) => {
    const { input, base, new: next } = same[0]!
    const configs = same.map(({ config }) => config ?? 'the run').join(', ')
    return [configs, input, `${short(base)} → ${short(next)}`]
  })
}

/** What has no partner, and what was left out. */
export function remaindersOf(comparison: RunComparison): string[] {
  const { cells, figures } = comparison
  const [[base], [next]] = sidesOf(comparison)
  const only = (side: string, names: readonly string[]): string[] =>
    names.length === 0 ? [] : [`only in ${side}, ${count(names.length, 'cell')}: ${listed(names)}`]
  return [
    ...only(base, cells.onlyBase),
    ...only(next, cells.onlyNew),
    ...(cells.withoutFigures.length === 0
      ? []
      : [`not done on both sides, so without figures: ${listed(cells.withoutFigures)}`]),
    ...(figures.leftOut === 0
      ? []
      : [
          `${leftOut(figures.leftOut)}: they do not repeat, so a difference of two of them says nothing`,
        ]),
  ]
}

export const CHANGE_HEAD = [
  ...['change', 'figure', 'base', 'new'],
  ...['workload', 'parameters', 'config', 'seed', 'besides', 'may be due to'],
]

/** A cell that differs, in the columns of CHANGE_HEAD. */
export function changeRow(cell: CellChange): string[] {
  const { workload, parameters, config, seed, causes } = cell
  const names = Object.keys(parameters).toSorted()
  return [
    ...figureWords(cell),
    workload,
    names.map((name) => `${name}=${String(parameters[name])}`).join(' '),
    config,
    `seed ${seed}`,
    besides(cell),
    causes.join(', '),
  ]
}

/** What a cell's row is painted as: worse if anything in it is. */
export function directionOfCell({ figures, outcome }: CellChange): Direction {
  const all = [outcome, ...figures.map(({ direction }) => direction)]
  return all.includes('worse') ? 'worse' : all.includes('better') ? 'better' : 'moved'
}

function figureWords({ figures, outcomes, outcome }: CellChange): string[] {
  const first = headline(figures)
  if (outcome !== null) return [outcome, 'outcome', outcomes.base, outcomes.new]
  if (first === undefined) return ['differs', 'final state', '', '']
  const { region, metric, iteration } = first
  const name = `${region} ${metric}${iteration > 0 ? ` #${iteration}` : ''}`
  return [shareOf(first), name, figureText(first.base), figureText(first.new)]
}

function shareOf({ change, base, new: next }: FigureChange): string {
  if (base === null) return 'new'
  if (next === null) return 'gone'
  return change === null ? 'from 0' : signedPercent(change, digitsFor(change))
}

/** The digits that show the change, which may be one cycle of a million. */
function digitsFor(change: number): number {
  const magnitude = Math.floor(Math.log10(Math.abs(change) * 100))
  return Math.min(9, Math.max(1, 1 - magnitude))
}

function figureText(value: number | null): string {
  if (value === null) return '–'
  return Number.isInteger(value) ? whole(value) : String(exportedNumber(value))
}

/** The other figures of the cell by direction: `2 worse, 5 moved`. */
function besides({ figures }: CellChange): string {
  const first = headline(figures)
  return tally(countsOf(figures.filter((figure) => figure !== first)))
}

function countsOf(figures: readonly FigureChange[]): Record<Direction, number> {
  const of = (wanted: Direction): number =>
    figures.filter(({ direction }) => direction === wanted).length
  return { worse: of('worse'), better: of('better'), moved: of('moved') }
}

function tally(counts: Readonly<Record<Direction, number>>): string {
  const words = (['worse', 'better', 'moved'] as const)
    .filter((direction) => counts[direction] > 0)
    .map((direction) => `${whole(counts[direction])} ${direction}`)
  return words.join(', ')
}

const HASH = /^[0-9a-f]{16,}$/
const SHOWN_OF_HASH = 12

function short(value: string): string {
  return HASH.test(value) ? value.slice(0, SHOWN_OF_HASH) : value
}

const LISTED = 4

function listed(names: readonly string[]): string {
  const more = names.length > LISTED ? `; and ${names.length - LISTED} more (all by --json)` : ''
  return `${names.slice(0, LISTED).join('; ')}${more}`
}

function leftOut(readings: number): string {
  return `left out: ${count(readings, 'reading')} of host time and of live cells`
}
