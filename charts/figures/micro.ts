// What backups cost the single operations of a kernel.

import type { Chart } from '../chart.ts'
import { byWorkload, likeWithLike } from '../comparison.ts'
import { overheadPlot } from '../overhead-plot.ts'

export default {
  name: 'micro',
  order: 5,
  title: 'What backups cost one operation',
  about:
    'Extra cycles of one system call, fork, page fault, context switch and round trip through ' +
    'a pipe, as a fraction of the same config without backups; the median over seeds and its ' +
    '95 % interval.',
  draw(results) {
    return overheadPlot({
      overheads: likeWithLike(results).filter(({ workload }) => workload.startsWith('micro/')),
      label: byWorkload,
      metrics: ['wall'],
    })
  },
} satisfies Chart
