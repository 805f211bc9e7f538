// The web server in host time, through the loopback bridge. Noisy, and of this host only.

import { rowName } from '../../results/cell.ts'
import type { Series } from '../../results/series.ts'
import { absolutePlot, barsOf } from '../absolute-plot.ts'
import type { Chart, ChartResults } from '../chart.ts'

export default {
  name: 'web-host',
  title: 'The same server from outside, in host time',
  about:
    'Requests a second of host time as autocannon counts them through the loopback bridge. ' +
    'This is the speed of the emulator on this host, and it is noisy; nothing is judged by it. ' +
    'Points: the median over seeds.',
  bars: (results) => barsOf(throughputs(results)),
  draw(results) {
    return absolutePlot({
      series: throughputs(results),
      label: rowName,
      title: 'requests a second of host time',
      scale: 'zero',
    })
  },
} satisfies Chart

function throughputs({ series }: ChartResults): Series[] {
  return series.all.filter(({ workload, unit }) => workload === 'web-host' && unit === 'requests/s')
}
