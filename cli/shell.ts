// shell: you at the guest's console.

import { Command } from 'commander'
import { loadCatalogue } from '../harness/catalogue.ts'
import { specFor } from '../harness/computer.ts'
import { openOutside } from '../harness/outside.ts'
import { realParts } from '../harness/parts.ts'
import { profileNamed } from '../harness/profile.ts'
import { pick } from '../harness/registry.ts'
import { profileOption, wholeNumber } from './options.ts'
import { outcomeOf } from './outcome.ts'
import { attend } from './terminal.ts'

interface Options {
  readonly config: string
  readonly seed: number
  readonly profile: string
}

export function shell(): Command {
  return new Command('shell')
    .description("you at the guest's console")
    .option('--config <name>', 'what to boot', 'none')
    .option('--seed <n>', 'frame allocation order', wholeNumber(0), 1)
    .addOption(profileOption())
    .action(async ({ config: name, seed, profile }: Options) => {
      profileNamed(profile)
      const { configs } = await loadCatalogue()
      const outside = openOutside()
      const options = { seed, profile, pacer: outside.pacer }
      const spec = await specFor(pick(configs, 'config', name), realParts, options)
      await using machine = await realParts.open(spec)
      try {
        process.exitCode = outcomeOf(await attend(machine, outside))
      } finally {
        await outside.close()
      }
    })
}
