// The extra time to create a space of 200 KB on frames never touched since boot, judged on the
// slowest of the ways to create it.

import type { Claim } from '../claim.ts'
import type { JudgedPoint } from '../judged-set.ts'
import { LATENCY_WORKLOAD } from '../latency.ts'

const BYTES = 200 * 1024
const WAYS = ['sbrk', 'fork', 'exec'] as const

export const SPACES: readonly JudgedPoint[] = WAYS.map((how) => ({
  workload: LATENCY_WORKLOAD,
  parameters: { bytes: BYTES, how, frames: 'cold' },
  region: 'space',
}))

export default {
  name: 'backup-200kb',
  source: 'thesis 2013',
  says: 'creating the backup of a 200 KB space costs less than 1 ms extra',
  unit: 'ms',
  accept: { kind: 'at most', bound: 1 },
  words: {
    card: 'Backup of 200 KB',
    before: 'Creating a space of 200 KB takes longer by',
    lines: [{ label: 'backup of 200 KB' }],
  },
  comparisons: [
    { config: 'memv6', over: 'none' },
    { config: 'memvisor', over: 'visor-shadow' },
    { config: 'memvisor-direct', over: 'visor-direct', lacks: 'direct paging' },
  ],
  judged: { noun: 'ways to create it', points: SPACES, seeds: 3 },
  observe({ latencies, manifest }, { config, over }) {
    const found = latencies.filter(
      (latency) =>
        latency.bytes === BYTES &&
        latency.frames === 'cold' &&
        WAYS.some((how) => how === latency.how) &&
        latency.config === config &&
        latency.over === over,
    )
    if (found.length < WAYS.length) {
      return { kind: 'not measured', why: `the manifest does not compare ${config} with ${over}` }
    }
    const worst = found.reduce((a, b) => (b.highMs > a.highMs ? b : a))
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
        `the slowest of ${WAYS.join(', ')}: ${worst.how}, wall cycles, over ${over}`,
        ...(manifest.profile.name === 'flat'
          ? ['profile flat counts one cycle an instruction at 1 GHz, without caches']
          : []),
      ],
      cells: worst.cells,
    }
  },
} satisfies Claim
