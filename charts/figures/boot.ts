// How long each config boots, from reset to the shell's prompt.

import { absolutePlot } from '../absolute-plot.ts'
import type { Chart } from '../chart.ts'

export default {
  name: 'boot',
  title: 'From reset to the prompt',
  about:
    'Virtual time from reset to the first prompt of the shell under each config; the median ' +
    'over seeds and their range.',
  draw({ series }) {
    return absolutePlot({
      series: series.all.filter(
        ({ workload, metric, unit }) =>
          workload === 'boot' && metric === 'wall' && unit === 'cycles',
      ),
      label: () => 'boot',
      title: 'cycles',
      scale: 'zero',
    })
  },
} satisfies Chart
