// How much longer a command typed at the shell takes: the geometric mean of the ratios over all
// commands, resampled over the seeds that every command has. Judged in wall cycles, as a person
// would notice, and in busy cycles, which waiting for the disk cannot dilute.

import type { Claim } from '../claim.ts'
import { type Pair, pairsOf } from '../series.ts'
import { bootstrap, geometricMean, median } from '../statistics.ts'

const isCommand = (workload: string): boolean => workload.startsWith('commands/')

export default {
  name: 'xv6-commands',
  order: 3,
  source: 'thesis 2013',
  says: 'xv6 commands slow down by 5–8 %',
  unit: 'fraction',
  accept: { kind: 'within', low: 0.05, high: 0.08 },
  comparisons: [
    { config: 'memv6', over: 'none', metric: 'wall' },
    { config: 'memv6', over: 'none', metric: 'busy' },
    { config: 'memvisor', over: 'visor-shadow', metric: 'wall' },
    { config: 'memvisor', over: 'visor-shadow', metric: 'busy' },
  ],
  observe({ series }, { config, over, metric = 'wall' }) {
    const commands = pairedCommands()
    const seeds = common(commands)
    if (commands.length === 0 || seeds.length === 0) {
      const why = `the run has no commands/* with a seed in common for ${config} and ${over}`
      return { kind: 'not measured', why }
    }
    const estimate = bootstrap(seeds.length, (drawn) =>
      mean(
        commands,
        drawn.map((index) => seeds[index]!),
      ),
    )
    const left = series.of(config, metric, isCommand).length - commands.length
    const each = commands.map((pairs) => mean([pairs], seeds))
    return {
      kind: 'measured',
      estimate,
      min: Math.min(...each),
      max: Math.max(...each),
      notes: [
        `geometric mean over ${commands.length} commands, ${metric} cycles${metric === 'busy' ? ' (without waiting)' : ''}`,
        ...(left > 0 ? [`${left} commands without a pair left out`] : []),
      ],
      cells: commands.flatMap((pairs) =>
        pairs.flatMap(({ value, base }) => [value.cell, base.cell]),
      ),
    }

    function pairedCommands(): Pair[][] {
      return series.of(config, metric, isCommand).flatMap((one) => {
        const base = over === undefined ? undefined : series.find(one, over)
        const pairs = base === undefined ? [] : pairsOf(one, base)
        const usable = pairs.filter((pair) => pair.base.value > 0 && pair.value.value > 0)
        return usable.length > 0 ? [usable] : []
      })
    }
  },
} satisfies Claim

/** Seeds that all commands have. */
function common(commands: readonly (readonly Pair[])[]): number[] {
  const [first = [], ...rest] = commands.map((pairs) => pairs.map(({ seed }) => seed))
  return first.filter((seed) => rest.every((seeds) => seeds.includes(seed)))
}

/** The geometric mean over commands of each one's median ratio over the seeds drawn, − 1. */
function mean(commands: readonly (readonly Pair[])[], drawn: readonly number[]): number {
  const ratios = commands.map((pairs) => {
    const bySeed = new Map(pairs.map((pair) => [pair.seed, pair.value.value / pair.base.value]))
    return median(drawn.map((seed) => bySeed.get(seed)!))
  })
  return geometricMean(ratios) - 1
}
