// Two runs against each other: every virtual figure that differs is told with its cause, and nothing else
// is.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import '../test/fuzz-seed.ts'
import type { CellRecord, Outcome } from './cell.ts'
import { cell, type Figures, run } from './made-up-cells.fixture.ts'
import type { Manifest } from './manifest.ts'
import type { Parameters, Unit } from './measurement.ts'
import {
  compareRuns,
  KEY_ALONE,
  type RunComparison,
  runComparisonSchema,
  UNREPEATED,
} from './run-comparison.ts'
import { syntheticManifest, syntheticRun } from './synthetic-run.fixture.ts'

const { plan: _, ...unplanned } = syntheticManifest
const manifest: Manifest = { ...unplanned, run: 'synthetic' }

const ls = (figures: Figures, config = 'none', unit: Unit = 'cycles'): CellRecord =>
  cell(['commands/ls', config, 1], 'command', figures, {}, unit)

const rekeyed = (record: CellRecord): CellRecord => ({
  ...record,
  cell: `${record.cell}-b`,
  rows: record.rows.map((row) => ({ ...row, cell: `${row.cell}-b` })),
})

const compared = (
  base: readonly CellRecord[],
  next: readonly CellRecord[],
  after: Manifest = manifest,
): RunComparison => compareRuns(run(base, manifest), run(next, after))

describe('figures', () => {
  test('one cycle of a billion is a change, in both directions', () => {
    const [fast, slow] = [[ls({ wall: 1_000_000_000 })], [ls({ wall: 1_000_000_001 })]]
    expect(compared(fast, slow).changes[0]?.figures).toEqual([
      {
        ...{ region: 'command', metric: 'wall', unit: 'cycles', iteration: 0 },
        ...{ base: 1_000_000_000, new: 1_000_000_001, direction: 'worse' },
        change: expect.closeTo(1e-9, 12),
      },
    ])
    expect(compared(fast, slow).regression).toBe(true)
    const back = compared(slow, fast)
    expect(back.changes[0]?.figures[0]).toMatchObject({ direction: 'better' })
    expect([back.regression, back.equal]).toEqual([false, false])
  })

  test('a gain elsewhere hides no loss, though the sums are equal', () => {
    const base = [ls({ wall: 100, busy: 200 }), ls({ wall: 100 }, 'memv6')]
    const next = [ls({ wall: 150, busy: 150 }), ls({ wall: 100 }, 'memv6')]
    const { figures, regression, cells } = compared(base, next)
    expect(figures).toEqual({
      ...{ compared: 3, equal: 1, worse: 1, better: 1, moved: 0, leftOut: 0 },
    })
    expect(regression).toBe(true)
    expect(cells).toMatchObject({ compared: 2, equal: 1 })
  })

  test('stand by their relative change, the largest first; from 0 before all', () => {
    const sized = (bytes: number, wall: number) =>
      cell(['space', 'none', 1], 'space', { wall }, { bytes })
    const base = [sized(1, 1000), sized(2, 1000), sized(3, 0), sized(4, 1_000_000)]
    const next = [sized(1, 1100), sized(2, 500), sized(3, 1), sized(4, 1_000_500)]
    const { changes } = compared(base, next)
    expect(changes.map(({ parameters }) => parameters.bytes)).toEqual([3, 2, 1, 4])
    expect(changes[0]?.figures[0]).toMatchObject({ base: 0, new: 1, change: null })
  })

  test('counts move and are no regression, but for violations of coverage', () => {
    const counted = (region: string, metric: string, value: number) =>
      cell(['boot', 'memv6', 1], region, { [metric]: value }, {}, 'count')
    const moved = compared([counted('all', 'event:x', 1)], [counted('all', 'event:x', 9)])
    expect(moved).toMatchObject({ regression: false, equal: false, figures: { moved: 1 } })
    const missing = (value: number) => [counted('coverage/kernel', 'missing', value)]
    expect(compared(missing(0), missing(1))).toMatchObject({ regression: true })
  })

  test('on one side only are a change', () => {
    const { changes, equal } = compared([ls({ wall: 5 })], [ls({ wall: 5, busy: 4 })])
    expect(equal).toBe(false)
    expect(changes[0]?.figures).toMatchObject([{ metric: 'busy', base: null, new: 4 }])
  })

  test('of host time and of live cells are left out, whatever they are', () => {
    const hosted = (ms: number) => [ls({ host: ms }, 'none', 'host-ms')]
    const live = (wall: number) => [ls({ wall }, 'memv6', 'live-cycles')]
    const result = compared([...hosted(1), ...live(5)], [...hosted(900), ...live(7)])
    expect(result).toMatchObject({ equal: true, figures: { compared: 0, leftOut: 4 } })
    expect(result.cells.live).toEqual(['commands/ls · memv6 · seed 1'])
  })
})

describe('causes', () => {
  const before = [ls({ wall: 5 })]
  const after = [rekeyed(ls({ wall: 6 }))]

  test('are the inputs that differ, with their values; another Node is none', () => {
    const [none, ...rest] = manifest.configs
    const changed: Manifest = {
      ...manifest,
      versions: { ...manifest.versions, emulator: '1', node: 'v22.0.0' },
      configs: [{ ...none!, images: { kernel: 'cd'.repeat(32), initrd: 'ef' } }, ...rest],
    }
    const { changes, inputs } = compared(before, after, changed)
    expect(changes[0]?.causes).toEqual(['emulator', 'image kernel', 'image initrd'])
    expect(inputs).toEqual([
      { config: null, input: 'emulator', base: '0', new: '1' },
      { config: 'none', input: 'image kernel', base: 'ab'.repeat(32), new: 'cd'.repeat(32) },
      { config: 'none', input: 'image initrd', base: 'none', new: 'ef' },
    ])
  })

  test('are the disk and the fields of a config too; an older run did not keep its disk', () => {
    const keeping = (disk: string | undefined, banks: string): Manifest => ({
      ...manifest,
      ...(disk === undefined ? {} : { disk }),
      configs: manifest.configs.map((config) => ({ ...config, fields: { banks } })),
    })
    const causes = (one: Manifest, other: Manifest): readonly string[] =>
      compareRuns(run(before, one), run(after, other)).changes[0]!.causes
    expect(causes(keeping('a', '[1]'), keeping('b', '[2]'))).toEqual(['disk', 'config field banks'])
    expect(causes(keeping(undefined, '[1]'), keeping('b', '[1]'))).toEqual(['disk'])
    expect(causes(keeping('a', '[1]'), keeping('a', '[1]'))).toEqual([KEY_ALONE])
  })

  test('that no manifest keeps are said to be in the key alone', () => {
    expect(compared(before, after).changes[0]?.causes).toEqual([KEY_ALONE])
  })

  test('of cells with one key are none: they did not repeat, in figures or in the final state', () => {
    expect(compared(before, [ls({ wall: 6 })]).changes[0]?.causes).toEqual([UNREPEATED])
    const ended = (digest: string): CellRecord => ({
      ...ls({ wall: 5 }),
      outcome: { kind: 'done', digest },
    })
    const [change] = compared([ended('a')], [ended('b')]).changes
    expect(change).toMatchObject({ state: true, figures: [], causes: [UNREPEATED] })
    expect(compared([ended('a')], [rekeyed(ended('b'))]).equal).toBe(true)
  })
})

describe('cells', () => {
  const ended = (outcome: Outcome): CellRecord => ({ ...ls({}), outcome, rows: [] })
  const failed = ended({ kind: 'failed', why: 'made up' })
  const violated = (violations: number) =>
    ended({ kind: 'violated', invariant: 'coverage', violations, why: 'made up' })

  test('that fail now, or break an invariant more often, are a regression', () => {
    expect(compared([ls({ wall: 5 })], [failed])).toMatchObject({
      regression: true,
      changes: [{ outcome: 'worse', outcomes: { base: 'done', new: 'failed' }, figures: [] }],
    })
    expect(compared([failed], [ls({ wall: 5 })])).toMatchObject({ regression: false, equal: false })
    expect(compared([violated(1)], [violated(2)]).regression).toBe(true)
    expect(compared([violated(2)], [violated(2)]).equal).toBe(true)
  })

  test('of one side are named, and make the runs differ', () => {
    const result = compared([ls({ wall: 5 }), ls({ wall: 6 }, 'memv6')], [ls({ wall: 5 })])
    expect(result).toMatchObject({ equal: false, regression: false, changes: [] })
    expect(result.cells.onlyBase).toEqual(['commands/ls · memv6 · seed 1'])
  })

  test('missing, failed and torn are told of their side', () => {
    const whole = syntheticRun([1])
    const result = compareRuns(whole, { ...whole, cells: whole.cells.slice(1), torn: true })
    expect(result.base).toMatchObject({ missing: [], failed: [expect.any(String)], torn: false })
    expect(result.new).toMatchObject({ missing: ['noop · none · seed 1'], torn: true })
  })
})

test('runs of another profile, clock, back end or seeds are unlike, and pair all the same', () => {
  const flat = manifest.profile
  const changed: Manifest = {
    ...manifest,
    backend: 'qemu',
    seeds: [1],
    profile: { ...flat, name: 'in-order', hz: 5 },
  }
  const slow = { ...rekeyed(ls({ wall: 6 })), profile: 'in-order', backend: 'qemu' }
  const { unlike, changes } = compared([ls({ wall: 5 })], [slow], changed)
  expect(unlike).toEqual([
    { config: null, input: 'back end', base: 'rv64', new: 'qemu' },
    { config: null, input: 'profile', base: 'flat', new: 'in-order' },
    { config: null, input: 'clock of the profile', base: '1000000000 Hz', new: '5 Hz' },
    { config: null, input: 'seeds', base: '1, 2, 3', new: '1' },
  ])
  expect(changes[0]?.causes).toEqual(['back end', 'profile', 'clock of the profile'])
})

describe('any two runs', () => {
  const figures = fc.record(
    { wall: fc.nat(3), busy: fc.nat(3), requests: fc.nat(2) },
    { requiredKeys: [] },
  )
  const parameters: fc.Arbitrary<Parameters> = fc.constantFrom({}, { bytes: 4096 })
  const record = fc
    .tuple(fc.constantFrom('none', 'memv6'), fc.integer({ min: 1, max: 2 }), parameters, figures)
    .chain(([config, seed, point, read]) => {
      const done = cell(['commands/ls', config, seed], 'command', read, point)
      const failed: CellRecord = { ...done, outcome: { kind: 'failed', why: 'x' }, rows: [] }
      return fc.constantFrom(done, done, rekeyed(done), failed)
    })
  const name = (one: CellRecord): string => JSON.stringify([one.config, one.seed, one.parameters])
  const records = fc.uniqueArray(record, { selector: name, maxLength: 8 })

  test('are equal to themselves', () => {
    fc.assert(
      fc.property(records, (cells) => {
        const result = compared(cells, cells)
        expect(result).toMatchObject({ equal: true, regression: false, changes: [], inputs: [] })
        expect(result.figures.equal).toBe(result.figures.compared)
      }),
    )
  })

  test('differ by the same cells and figures from either side, worse for better', () => {
    const turned = { worse: 'better', better: 'worse', moved: 'moved' } as const
    const flat = ({ changes }: RunComparison, mirrored: boolean): string[] =>
      changes
        .flatMap((one) =>
          [undefined, ...one.figures].map((figure) => {
            const sides = figure && [figure.base, figure.new, figure.direction]
            const mirror = figure && [figure.new, figure.base, turned[figure.direction]]
            const outcome = one.outcome && (mirrored ? turned[one.outcome] : one.outcome)
            return JSON.stringify([one.name, outcome, figure?.metric, mirrored ? mirror : sides])
          }),
        )
        .toSorted()
    fc.assert(
      fc.property(records, records, (a, b) => {
        const [there, back] = [compared(a, b), compared(b, a)]
        expect(flat(back, true)).toEqual(flat(there, false))
        expect([...back.cells.onlyBase].toSorted()).toEqual([...there.cells.onlyNew].toSorted())
        expect([back.equal, back.figures.worse]).toEqual([there.equal, there.figures.better])
        expect(runComparisonSchema.parse(JSON.parse(JSON.stringify(there)))).toEqual(there)
      }),
    )
  })
})
