// The plan of a cell for tests: `noop` on `none`. Invariant: no file outside tests imports it.

import type { CellPlan } from './cell.ts'

export function cellPlan(more: Partial<CellPlan> = {}): CellPlan {
  return {
    key: 'f'.repeat(32),
    workload: 'noop',
    parameters: {},
    config: 'none',
    policy: 'none',
    backend: 'rv64',
    profile: 'flat',
    seed: 1,
    live: false,
    ...more,
  }
}
