// All comparisons of every command on one axis: what the hypervisor costs beside what backups cost.

import type { Overhead } from '../../results/summary.ts'
import type { Chart, ChartResults } from '../chart.ts'
import { byWorkload } from '../comparison.ts'
import { overheadPlot } from '../overhead-plot.ts'

export default {
  name: 'hypervisor',
  title: 'What backups cost, and what the hypervisor costs',
  about:
    'Every config over what it is compared with, in wall cycles of each command; the median over ' +
    'seeds. The axis is logarithmic on both sides of zero, and linear between −1 % and +1 %. Grey: ' +
    'the 5–8 % of the thesis, which compares like with like.',
  bars: commandOverheads,
  draw(results) {
    const { manifest } = results
    if (!manifest.configs.some(({ control }) => control !== undefined)) return undefined
    return overheadPlot({
      overheads: commandOverheads(results),
      label: byWorkload,
      metrics: ['wall'],
      scale: 'symlog',
      thesis: { low: 0.05, high: 0.08 },
    })
  },
} satisfies Chart

function commandOverheads({ summary }: ChartResults): Overhead[] {
  return summary.overheads.filter(({ workload }) => workload.startsWith('commands/'))
}
