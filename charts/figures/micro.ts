// What backups cost the single operations of a kernel.

import type { Overhead } from '../../results/summary.ts'
import type { Chart, ChartResults } from '../chart.ts'
import { byWorkload, likeWithLike } from '../comparison.ts'
import { overheadPlot } from '../overhead-plot.ts'

export default {
  name: 'micro',
  title: 'What backups cost one operation',
  about:
    'Extra cycles of one system call, fork, page fault, context switch and round trip through ' +
    'a pipe, as a fraction of the same config without backups; the median over seeds.',
  bars: microOverheads,
  draw(results) {
    return overheadPlot({
      overheads: microOverheads(results),
      label: byWorkload,
      metrics: ['wall'],
    })
  },
} satisfies Chart

function microOverheads(results: ChartResults): Overhead[] {
  return likeWithLike(results).filter(({ workload }) => workload.startsWith('micro/'))
}
