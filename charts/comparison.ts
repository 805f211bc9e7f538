// Which overheads stand in a chart: each mirrored config over the same thing without backups.

import { parameterWords } from '../results/cell.ts'
import type { Manifest } from '../results/manifest.ts'
import type { Overhead } from '../results/summary.ts'
import type { ChartResults } from './chart.ts'

/** Overheads of configs with backups, over their control if they have one, else their baseline. */
export function likeWithLike({ manifest, summary }: ChartResults): Overhead[] {
  const sides = comparedWith(manifest)
  return summary.overheads.filter(
    ({ config, baseline, metric }) => sides.get(config) === baseline && !metric.endsWith('-net'),
  )
}

/** Config with backups → what its backups are counted against. */
export function comparedWith(manifest: Manifest): Map<string, string> {
  const sides = new Map<string, string>()
  for (const { name, baseline, control, coverage } of manifest.configs) {
    const over = control ?? baseline
    if (coverage !== 'none' && over !== undefined) sides.set(name, over)
  }
  return sides
}

/** `memvisor over visor-shadow`: the label of a comparison; its first word is the config. */
export function comparisonLabel({
  config,
  baseline,
}: Pick<Overhead, 'config' | 'baseline'>): string {
  return `${config} over ${baseline}`
}

/** `ls` for `commands/ls`, with parameters if there are any. */
export function byWorkload({ workload, parameters }: Overhead): string {
  const last = workload.split('/').at(-1) ?? workload
  return [last, ...parameterWords(parameters)].join(' ')
}
