// The web server in virtual time: requests a second by file size, and what backups cost it.

import type { TopLevelSpec } from 'vega-lite'
import type { Parameters } from '../../results/measurement.ts'
import type { Series } from '../../results/series.ts'
import type { Overhead } from '../../results/summary.ts'
import { absolutePlot, barsOf } from '../absolute-plot.ts'
import type { Chart, ChartResults } from '../chart.ts'
import { likeWithLike } from '../comparison.ts'
import { bytes as inBytes } from '../numbers.ts'
import { overheadPlot } from '../overhead-plot.ts'

const isWeb = (workload: string): boolean => /^web(-|$)/.test(workload)

export default {
  name: 'web',
  title: 'The web server',
  about:
    'Above: requests a second of virtual time in a closed loop, by file size, under every ' +
    'config. Below: extra cycles for the same load over the same config without backups, with ' +
    'the 5 % of the thesis in grey; medians over seeds.',
  bars: (results) => [...barsOf(throughputs(results)), ...loadOverheads(results)],
  draw(results) {
    const throughput = absolutePlot({
      series: throughputs(results),
      label: ({ parameters }) => load(parameters),
      title: 'requests a second of virtual time',
      scale: 'log',
    })
    const overhead = overheadPlot({
      overheads: loadOverheads(results),
      label: ({ parameters }) => load(parameters),
      metrics: ['wall', 'busy'],
      thesis: { high: 0.05 },
    })
    const panels = [throughput, overhead].filter((panel) => panel !== undefined)
    if (panels.length === 0) return undefined
    return {
      vconcat: panels,
      spacing: 24,
      resolve: { scale: { color: 'independent', shape: 'independent' } },
    } as unknown as TopLevelSpec
  },
} satisfies Chart

function throughputs({ series }: ChartResults): Series[] {
  return series.all.filter(
    ({ workload, unit }) => isWeb(workload) && workload !== 'web-host' && unit === 'requests/s',
  )
}

function loadOverheads(results: ChartResults): Overhead[] {
  return likeWithLike(results).filter(
    ({ workload, comparedIn }) => isWeb(workload) && comparedIn === 'cycles',
  )
}

/** `10 KiB ×10, keep-alive` */
function load({ bytes, concurrency, keepAlive }: Parameters): string {
  const size = typeof bytes === 'number' ? inBytes(bytes) : 'page'
  const at = concurrency === undefined ? '' : ` ×${concurrency}`
  return `${size}${at}${keepAlive === true ? ', keep-alive' : ''}`
}
