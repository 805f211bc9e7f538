// The extra time to create a space of 200 KB on frames never touched since boot, judged on the
// slowest of the ways to create it.

import type { Claim } from '../claim.ts'

const BYTES = 200 * 1024

export default {
  name: 'backup-200kb',
  order: 2,
  source: 'thesis 2013',
  says: 'creating the backup of a 200 KB space costs less than 1 ms extra',
  unit: 'ms',
  accept: { kind: 'at most', bound: 1 },
  comparisons: [
    { config: 'memv6', over: 'none' },
    { config: 'memvisor', over: 'visor-shadow' },
  ],
  observe({ latencies, manifest }, { config, over }) {
    const found = latencies.filter(
      (latency) =>
        latency.bytes === BYTES &&
        latency.frames === 'cold' &&
        latency.config === config &&
        latency.over === over,
    )
    const first = found[0]
    if (first === undefined) {
      const why = `the run has no pair of cells backup-latency bytes=${BYTES} frames=cold for ${config} and ${over}`
      return { kind: 'not measured', why }
    }
    const worst = found.reduce((a, b) => (b.highMs > a.highMs ? b : a), first)
    return {
      kind: 'measured',
      estimate: {
        value: worst.extraMs,
        low: worst.lowMs,
        high: worst.highMs,
        samples: worst.samples,
      },
      min: Math.min(...found.map((latency) => latency.extraMs)),
      max: Math.max(...found.map((latency) => latency.extraMs)),
      notes: [
        `the slowest of ${found.map((latency) => latency.how).join(', ')}: ${worst.how}, ${worst.extraCycles} cycles over ${over}`,
        ...(manifest.profile.name === 'flat'
          ? ['profile flat counts one cycle an instruction at 1 GHz, without caches']
          : []),
      ],
      cells: worst.cells,
    }
  },
} satisfies Claim
