// Every original frame has a backup of its own: frames are counted from outside, not entries.

import type { Claim } from '../claim.ts'
import { violations } from '../coverage.ts'

export default {
  name: 'coverage',
  order: 1,
  source: 'thesis 2013, abstract',
  says: 'every original space has a backup',
  unit: 'share of originals',
  accept: { kind: 'exactly', value: 1 },
  comparisons: [{ config: 'memv6' }, { config: 'memvisor' }],
  observe({ coverage, manifest }, { config }) {
    const guests = coverage.filter((line) => line.config === config)
    const originals = guests.reduce((sum, line) => sum + line.originals, 0)
    if (originals === 0) {
      return { kind: 'not measured', why: `no walk over ${config} counted an original frame` }
    }
    const bad = guests.reduce((sum, line) => sum + violations(line), 0)
    const value = Math.max(0, 1 - bad / originals)
    const walks = guests.reduce((sum, line) => sum + line.walks, 0)
    const scope = manifest.configs.find(({ name }) => name === config)?.coverage ?? 'unknown'
    return {
      kind: 'measured',
      estimate: { value, low: value, high: value, samples: walks },
      notes: [
        `coverage ${scope}; ${walks} walks, the worst with ${originals} originals and ${bad} violations`,
      ],
      cells: guests.map((line) => line.cell),
    }
  },
} satisfies Claim
