// The extra time to create a space of 200 KB on frames never touched since boot, judged on the
// slowest of the ways to create it.

import type { Claim } from '../claim.ts'
import type { JudgedPoint } from '../judged-set.ts'
import { extraTime, LATENCY_WORKLOAD } from '../latency.ts'

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
  observe({ series, manifest }, { config, over = 'none' }, seeds) {
    const found = SPACES.flatMap((space) => {
      const subject = { ...space, metric: 'wall', unit: 'cycles' } as const
      const one = series.find(subject, config)
      return one === undefined ? [] : extraTime(one, series.find(subject, over), manifest, seeds)
    })
    if (found.length < WAYS.length) {
      return {
        kind: 'not measured',
        why: `a way to create it has no seed of ${config} and ${over}`,
      }
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
