// What backups cost each command, in wall and in busy cycles, against the 5–8 % of the thesis.

import type { Overhead } from '../../results/summary.ts'
import type { Chart, ChartResults } from '../chart.ts'
import { byWorkload, likeWithLike } from '../comparison.ts'
import { overheadPlot } from '../overhead-plot.ts'

export default {
  name: 'overhead-commands',
  title: 'What backups cost a command',
  about:
    'Extra cycles of each command as typed at the shell, as a fraction of the same config ' +
    'without backups; the median over seeds. Grey: the 5–8 % of the thesis. ' +
    'Left with waiting for the disk and the console, right without.',
  bars: commandOverheads,
  draw(results) {
    return overheadPlot({
      overheads: commandOverheads(results),
      label: byWorkload,
      metrics: ['wall', 'busy'],
      thesis: { low: 0.05, high: 0.08 },
    })
  },
} satisfies Chart

function commandOverheads(results: ChartResults): Overhead[] {
  return likeWithLike(results).filter(({ workload }) => workload.startsWith('commands/'))
}
