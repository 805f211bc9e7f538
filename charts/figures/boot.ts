// How long each config boots, from reset to the shell's prompt.

import type { Series } from '../../results/series.ts'
import { absolutePlot, barsOf } from '../absolute-plot.ts'
import type { Chart, ChartResults } from '../chart.ts'

export default {
  name: 'boot',
  title: 'From reset to the prompt',
  about:
    'Virtual time from reset to the first prompt of the shell under each config; the median ' +
    'over seeds.',
  bars: (results) => barsOf(boots(results)),
  draw(results) {
    return absolutePlot({
      series: boots(results),
      label: () => 'boot',
      title: 'cycles',
      scale: 'zero',
    })
  },
} satisfies Chart

function boots({ series }: ChartResults): Series[] {
  return series.all.filter(
    ({ workload, metric, unit }) => workload === 'boot' && metric === 'wall' && unit === 'cycles',
  )
}
