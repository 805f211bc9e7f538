// How much longer the small web server takes for its load, judged on the worst of all loads. Under each of
// them, with each seed, the server of `none` must not idle: else the wall time would be the client's.

import { cellName, rowName } from '../cell.ts'
import type { Claim, Evidence } from '../claim.ts'
import type { JudgedPoint } from '../judged-set.ts'
import { pairsOf } from '../series.ts'
import { medianEstimate } from '../statistics.ts'

/** Above this idle share of `none` a load says nothing about the server. */
const IDLE_SHARE = 0.01
const KIB = 1024

export const LOADS: readonly JudgedPoint[] = [1, 10, 100].flatMap((size) =>
  [true, false].map((keepAlive) => ({
    workload: 'web',
    parameters: { bytes: size * KIB, keepAlive },
    region: 'load',
  })),
)

export default {
  name: 'thttpd',
  source: 'thesis 2013',
  says: 'a small web server (thttpd) slows down by less than 5 %',
  unit: 'fraction',
  accept: { kind: 'at most', bound: 0.05 },
  words: {
    card: 'Web server',
    before: 'The web server costs',
    after: 'under its worst load',
    lines: [{ label: 'web server' }],
  },
  comparisons: [
    { config: 'memv6', over: 'none' },
    { config: 'memvisor', over: 'visor-shadow' },
    { config: 'memvisor-direct', over: 'visor-direct', lacks: 'direct paging' },
  ],
  judged: { noun: 'loads', points: LOADS, seeds: 3, beside: ['none'] },
  observe(evidence, { config, over = 'none' }, seeds) {
    const idle = LOADS.flatMap((load) => seeds.map((seed) => idleOf(evidence, load, seed)))
    const most = idle.reduce((a, b) => (b.share > a.share ? b : a))
    if (!(most.share < IDLE_SHARE)) {
      const why = `the server of none idles for ${(most.share * 100).toFixed(1)} % of the time in ${most.cell}; the claim is judged below ${IDLE_SHARE * 100} %`
      return { kind: 'not measured', why }
    }
    const loads = LOADS.map((load) => ({
      load,
      ...overheadOf(evidence, load, config, over, seeds),
    }))
    const worst = loads.reduce((a, b) => (b.estimate.high > a.estimate.high ? b : a))
    const values = loads.map(({ estimate }) => estimate.value)
    return {
      kind: 'measured',
      estimate: worst.estimate,
      min: Math.min(...values),
      max: Math.max(...values),
      notes: [
        `the worst of ${LOADS.length} loads: ${rowName(worst.load)}, wall cycles, over ${over}`,
      ],
      cells: worst.cells,
    }
  },
} satisfies Claim

/** The share of wall time in which the server of `none` waits under a load with one seed. */
function idleOf({ series }: Evidence, load: JudgedPoint, seed: number) {
  const of = (metric: string): number | undefined =>
    series.find({ ...load, metric, unit: 'cycles' }, 'none')?.bySeed.get(seed)?.value
  const share = 1 - (of('busy') ?? 0) / (of('wall') ?? 1)
  return { share, cell: cellName({ ...load, config: 'none', seed }) }
}

function overheadOf(
  { series }: Evidence,
  load: JudgedPoint,
  config: string,
  over: string,
  seeds: readonly number[],
) {
  const subject = { ...load, metric: 'wall', unit: 'cycles' } as const
  const pairs = pairsOf(series.find(subject, config)!, series.find(subject, over)!, seeds)
  return {
    estimate: medianEstimate(pairs.map(({ value, base }) => value.value / base.value - 1)),
    cells: pairs.flatMap(({ value, base }) => [value.cell, base.cell]),
  }
}
