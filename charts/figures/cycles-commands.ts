// The same commands in absolute cycles under every config: what virtualisation costs, what backups.

import { absolutePlot } from '../absolute-plot.ts'
import type { Chart } from '../chart.ts'

export default {
  name: 'cycles-commands',
  title: 'Each command in cycles, under every config',
  about:
    'Busy cycles of each command, logarithmic; the median over seeds and their range. From ' +
    'none to visor-shadow is the cost of the hypervisor, from none to memv6 and from ' +
    'visor-shadow to memvisor the cost of backups.',
  draw({ series }) {
    return absolutePlot({
      series: series.all.filter(
        ({ workload, metric, unit }) =>
          workload.startsWith('commands/') && metric === 'busy' && unit === 'cycles',
      ),
      label: ({ workload }) => workload.replace('commands/', ''),
      title: 'busy cycles',
      scale: 'log',
    })
  },
} satisfies Chart
