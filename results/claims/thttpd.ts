// How much longer the small web server takes for its load, judged on the worst file size among
// those where the server of the baseline config is never idle.

import { rowName } from '../cell.ts'
import type { Claim } from '../claim.ts'
import { medianOf } from '../series.ts'

/** Above this idle share the wall time is the client's, not the server's (MEASURE §2). */
const IDLE_SHARE = 0.01

const isWeb = (workload: string): boolean => /^web(-|$)/.test(workload)

export default {
  name: 'thttpd',
  order: 4,
  source: 'thesis 2013',
  says: 'a small web server (thttpd) slows down by less than 5 %',
  unit: 'fraction',
  accept: { kind: 'at most', bound: 0.05 },
  comparisons: [
    { config: 'memv6', over: 'none' },
    { config: 'memvisor', over: 'visor-shadow' },
  ],
  observe({ overheads, series }, { config, over }) {
    const loads = overheads.filter(
      (overhead) =>
        isWeb(overhead.workload) &&
        overhead.unit === 'cycles' &&
        overhead.metric === 'wall' &&
        overhead.config === config &&
        overhead.baseline === over,
    )
    const idle = (load: (typeof loads)[number]): number => {
      const wall = series.find(load, 'none', 'wall')
      const busy = series.find(load, 'none', 'busy')
      if (wall === undefined || busy === undefined) return 1
      return 1 - medianOf(busy) / medianOf(wall)
    }
    if (loads.length === 0) {
      return { kind: 'not measured', why: `the run has no web load for ${config} and ${over}` }
    }
    const [first, ...rest] = loads.filter((load) => idle(load) < IDLE_SHARE)
    if (first === undefined) {
      const least = Math.min(...loads.map(idle))
      const why = `the server of none idles at least ${(least * 100).toFixed(1)} % of the time under every load; the claim is judged below ${IDLE_SHARE * 100} %`
      return { kind: 'not measured', why }
    }
    const judged = [first, ...rest]
    const worst = rest.reduce((a, b) => (b.high > a.high ? b : a), first)
    const { value, low, high, samples } = worst
    return {
      kind: 'measured',
      estimate: { value, low, high, samples },
      min: Math.min(...judged.map((load) => load.value)),
      max: Math.max(...judged.map((load) => load.value)),
      notes: [
        `the worst of ${judged.length} loads: ${rowName(worst)}, wall cycles, over ${over}`,
        ...(judged.length < loads.length
          ? [`${loads.length - judged.length} loads with an idle server left out`]
          : []),
      ],
      cells: worst.cells,
    }
  },
} satisfies Claim
