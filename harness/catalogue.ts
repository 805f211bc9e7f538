// Catalogue: everything that can be named on the command line or by a config, found by file name.

import type { Config } from '../configs/config.ts'
import { entries, pick, RegistryError } from '../registry/registry.ts'
import type { Workload } from '../workloads/workload.ts'
import type { Invariant } from './invariant.ts'
import type { Probe } from './probe.ts'

export interface Catalogue {
  readonly configs: ReadonlyMap<string, Config>
  readonly workloads: ReadonlyMap<string, Workload>
  readonly probes: ReadonlyMap<string, Probe>
  readonly invariants: ReadonlyMap<string, Invariant>
}

export async function loadCatalogue(): Promise<Catalogue> {
  const [configs, workloads, probes, invariants] = await Promise.all([
    entries<Config>('configs'),
    entries<Workload>('workloads'),
    entries<Probe>('harness/probes'),
    entries<Invariant>('harness/invariants'),
  ])
  for (const config of configs.values()) refuseLoose(config, configs, invariants)
  return { configs: baselinesFirst(configs), workloads, probes, invariants }
}

/** Every config after those it is compared with, otherwise by name. */
function baselinesFirst(configs: ReadonlyMap<string, Config>): ReadonlyMap<string, Config> {
  const ordered = new Map<string, Config>()
  const add = (config: Config): void => {
    for (const name of [config.baseline, config.control]) {
      const other = name === undefined ? undefined : configs.get(name)
      if (other !== undefined && !ordered.has(other.name)) add(other)
    }
    ordered.set(config.name, config)
  }
  for (const config of configs.values()) if (!ordered.has(config.name)) add(config)
  return ordered
}

/** What a config names must exist. */
function refuseLoose(
  config: Config,
  configs: ReadonlyMap<string, Config>,
  invariants: ReadonlyMap<string, Invariant>,
): void {
  for (const name of config.invariants) pick(invariants, 'invariant', name)
  for (const other of [config.baseline, config.control]) {
    if (other !== undefined && !configs.has(other)) {
      throw new RegistryError(
        `configs/${config.name}.ts: expected a config '${other}', there is none`,
      )
    }
  }
}
