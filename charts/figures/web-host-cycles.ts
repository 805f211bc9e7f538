// What the guest spends on a request from outside, in live cycles: beside the host's figures, and
// never in one chart with them.

import { rowName } from '../../results/cell.ts'
import type { Series } from '../../results/series.ts'
import { absolutePlot, barsOf } from '../absolute-plot.ts'
import type { Chart, ChartResults } from '../chart.ts'

export default {
  name: 'web-host-cycles',
  title: 'What the guest spends on a request from outside',
  about:
    'Busy live cycles of the guest per request under the load of the figure above. Live cycles ' +
    'do not repeat, because requests arrive when the host brings them. Points: the median over seeds.',
  bars: (results) => barsOf(perRequest(results)),
  draw(results) {
    return absolutePlot({
      series: perRequest(results),
      label: rowName,
      title: 'busy live cycles per request',
      scale: 'zero',
    })
  },
} satisfies Chart

function perRequest({ series }: ChartResults): Series[] {
  return series.all
    .filter(({ workload, metric }) => workload === 'web-host' && metric === 'busy')
    .map((busy) => divide(busy, series.find(busy, busy.config, 'requests')))
    .filter(({ bySeed }) => bySeed.size > 0)
}

function divide(busy: Series, requests: Series | undefined): Series {
  const bySeed = [...busy.bySeed].flatMap(([seed, reading]) => {
    const count = requests?.bySeed.get(seed)?.value ?? 0
    return count > 0 ? [[seed, { ...reading, value: reading.value / count }] as const] : []
  })
  return { ...busy, bySeed: new Map(bySeed) }
}
