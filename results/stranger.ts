// Stranger: a cell that contradicts the manifest beside it. Invariant: cells that are compared were
// measured by one back end under one profile, each config with one policy.

import { type CellRecord, cellName } from './cell.ts'
import type { Manifest } from './manifest.ts'

/** What of a cell contradicts the manifest, in words; undefined if nothing does. */
export function strangeness(manifest: Manifest, record: CellRecord): string | undefined {
  const { run, backend, profile, configs } = manifest
  const config = configs.find(({ name }) => name === record.config)
  const row = record.rows.find((one) => one.run !== run)
  const differs = (what: string, expected: string, got: string): string =>
    `${cellName(record)}: expected ${what} ${expected}, as the manifest says, got ${got}`
  if (row !== undefined) return differs('rows of run', run, row.run)
  if (record.backend !== backend) return differs('back end', backend, record.backend)
  if (record.profile !== profile.name) return differs('profile', profile.name, record.profile)
  if (config === undefined) {
    return differs('one of the configs', configs.map(({ name }) => name).join(', '), record.config)
  }
  if (record.policy !== config.policy) return differs('policy', config.policy, record.policy)
  return undefined
}
