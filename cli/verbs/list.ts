// list: what there is to run.

import { Command } from 'commander'
import { loadCatalogue } from '../../harness/catalogue.ts'
import { points } from '../../harness/matrix.ts'
import { PROFILES } from '../../harness/profile.ts'
import { suiteNames } from '../../harness/suite.ts'
import { printableJson } from '../../results/printable.ts'
import { table } from '../table.ts'
import { PURPOSE } from '../verbs.ts'

export default new Command('list')
  .helpGroup(PURPOSE.ask)
  .description('what there is: suites, profiles, configs, workloads')
  .option('--json', 'the same as JSON')
  .action(async ({ json }: { json?: boolean }) => {
    const { configs, workloads } = await loadCatalogue()
    const suites = await suiteNames()
    if (json) {
      const shown = {
        suites,
        profiles: PROFILES,
        configs: [...configs.values()].map(({ name, about, baseline, policy, coverage }) => {
          return { name, about, baseline, policy, coverage }
        }),
        workloads: [...workloads.values()].map(({ name, about, parameters }) => {
          return { name, about, parameters: parameters ?? {} }
        }),
      }
      process.stdout.write(`${printableJson(shown, 2)}\n`)
      return
    }
    const configRows = [...configs.values()].map((config) => [
      config.name,
      config.baseline ?? '–',
      config.policy,
      config.about,
    ])
    const workloadRows = [...workloads.values()].map((workload) => [
      workload.name,
      String(points(workload).length),
      workload.about,
    ])
    process.stdout.write(`suites: ${suites.join(', ')}\n`)
    process.stdout.write(`profiles: ${PROFILES.map(({ name }) => name).join(', ')}\n\n`)
    process.stdout.write(`${table(['config', 'against', 'policy', 'about'], configRows)}\n`)
    process.stdout.write(table(['workload', 'points', 'about'], workloadRows, ['points']))
  })
