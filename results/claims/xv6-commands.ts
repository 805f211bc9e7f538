// How much longer a command typed at the shell takes: for each seed the geometric mean of the ratios over
// all commands, of these the median. Judged in wall cycles, as a person would notice, and in busy cycles,
// which waiting for the disk cannot dilute.

import type { Claim } from '../claim.ts'
import type { JudgedPoint } from '../judged-set.ts'
import { pairsOf } from '../series.ts'
import { geometricMean, median, medianEstimate } from '../statistics.ts'

/** The commands of the suite `quick`; the thesis does not name its own. */
export const COMMANDS: readonly JudgedPoint[] = [
  ...['ls', 'cat-readme', 'cat-wc', 'grep', 'echo-file'],
  ...['mkdir', 'ln', 'rm', 'script', 'forktest'],
].map((name) => ({ workload: `commands/${name}`, parameters: {}, region: 'command' }))

export default {
  name: 'xv6-commands',
  source: 'thesis 2013',
  says: 'xv6 commands slow down by 5–8 %',
  unit: 'fraction',
  accept: { kind: 'within', low: 0.05, high: 0.08 },
  words: {
    card: 'xv6 commands',
    before: 'A command at the shell costs',
    after: 'on geometric average',
    lines: [
      { label: 'xv6 commands', metric: 'wall' },
      { label: 'without waiting', metric: 'busy' },
    ],
  },
  comparisons: [
    { config: 'memv6', over: 'none', metric: 'wall' },
    { config: 'memv6', over: 'none', metric: 'busy' },
    { config: 'memvisor', over: 'visor-shadow', metric: 'wall' },
    { config: 'memvisor', over: 'visor-shadow', metric: 'busy' },
    { config: 'memvisor-direct', over: 'visor-direct', metric: 'wall', lacks: 'direct paging' },
    { config: 'memvisor-direct', over: 'visor-direct', metric: 'busy', lacks: 'direct paging' },
  ],
  judged: { noun: 'commands', points: COMMANDS, seeds: 3 },
  observe({ series }, { config, over = 'none', metric = 'wall' }, seeds) {
    const commands = COMMANDS.map((point) => {
      const subject = { ...point, metric, unit: 'cycles' } as const
      const [one, base] = [series.find(subject, config), series.find(subject, over)]
      return one === undefined || base === undefined ? [] : pairsOf(one, base, seeds)
    })
    const ratios = commands.map((pairs) => pairs.map(({ value, base }) => value.value / base.value))
    if (ratios.some((of) => of.length < seeds.length || of.some((ratio) => !(ratio > 0)))) {
      return { kind: 'not measured', why: `a command has no ${metric} cycles to compare` }
    }
    const each = ratios.map((of) => median(of) - 1)
    return {
      kind: 'measured',
      estimate: medianEstimate(
        seeds.map((_, seed) => geometricMean(ratios.map((of) => of[seed]!)) - 1),
      ),
      min: Math.min(...each),
      max: Math.max(...each),
      notes: [
        `geometric mean over ${COMMANDS.length} commands, ${metric} cycles${metric === 'busy' ? ' (without waiting)' : ''}`,
      ],
      cells: commands.flatMap((pairs) =>
        pairs.flatMap(({ value, base }) => [value.cell, base.cell]),
      ),
    }
  },
} satisfies Claim
