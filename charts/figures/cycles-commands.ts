// The same commands in absolute cycles under every config: what virtualisation costs, what backups.

import type { Series } from '../../results/series.ts'
import { absolutePlot, barsOf } from '../absolute-plot.ts'
import type { Chart, ChartResults } from '../chart.ts'

export default {
  name: 'cycles-commands',
  title: 'Each command in cycles, under every config',
  about:
    'Busy cycles of each command, logarithmic; the median over seeds. From ' +
    'none to visor-shadow is the cost of the hypervisor, from none to memv6 and from ' +
    'visor-shadow to memvisor the cost of backups.',
  bars: (results) => barsOf(commands(results)),
  draw(results) {
    return absolutePlot({
      series: commands(results),
      label: ({ workload }) => workload.replace('commands/', ''),
      title: 'busy cycles',
      scale: 'log',
    })
  },
} satisfies Chart

function commands({ series }: ChartResults): Series[] {
  return series.all.filter(
    ({ workload, metric, unit }) =>
      workload.startsWith('commands/') && metric === 'busy' && unit === 'cycles',
  )
}
