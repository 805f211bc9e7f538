// coverage: every original has exactly one backup, in the other bank, reached where the config says; no
// backup is left over, and no user can reach one. The rules stand in harness/coverage.

import { kernelCoverage } from '../coverage/kernel.ts'
import { visorCoverage } from '../coverage/visor.ts'
import type { Finding, Invariant } from '../invariant.ts'
import { NoRecord } from '../view/audit-records.ts'

export default {
  name: 'coverage',
  about: 'every original space has a backup; counted in frames',
  async check(view) {
    try {
      return view.coverage === 'guest frames'
        ? await visorCoverage(view)
        : await kernelCoverage(view)
    } catch (error) {
      if (error instanceof NoRecord) return unreadable(error.message)
      throw error
    }
  },
} satisfies Invariant

function unreadable(says: string): Finding {
  return { readings: [], violations: [{ kind: 'unreadable', says }] }
}
