// audit: boot, stress, walk the invariants; exit code 1 if one is violated.

import { Command } from 'commander'
import { type AuditStep, audit as walk } from '../harness/audit.ts'
import { loadCatalogue } from '../harness/catalogue.ts'
import { realParts } from '../harness/parts.ts'
import { profileNamed } from '../harness/profile.ts'
import { pick } from '../harness/registry.ts'
import { printableJson, printableLine } from '../results/printable.ts'
import { FAILED_CHECK, FINE, UsageError } from './exit.ts'
import { profileOption, wholeNumber } from './options.ts'
import { table } from './table.ts'

interface Options {
  readonly config: string
  readonly seed: number
  readonly profile: string
  readonly json?: boolean
}

/** Violations that the table names; --json has all. */
const NAMED = 10
const HEAD = [
  ...['after', 'guest', 'in use', 'originals', 'backups'],
  ...['missing', 'aliased', 'same bank', 'stale'],
]

export function audit(): Command {
  return new Command('audit')
    .description('boots a config, stresses it and walks its invariants')
    .requiredOption('--config <name>', 'what to audit')
    .option('--seed <n>', 'frame allocation order', wholeNumber(0), 1)
    .addOption(profileOption())
    .option('--json', 'the same as JSON')
    .action(async (options: Options) => {
      process.exitCode = await perform(options)
    })
}

async function perform({ config: name, seed, profile, json }: Options): Promise<number> {
  profileNamed(profile)
  const catalogue = await loadCatalogue()
  const config = pick(catalogue.configs, 'config', name)
  if (config.invariants.length === 0) {
    throw new UsageError(`--config ${name}: expected a config that promises backups, it does not`)
  }
  const steps: AuditStep[] = []
  for await (const step of walk(config, catalogue, realParts, { seed, profile })) steps.push(step)
  const violations = steps.flatMap((step) => step.violations)
  if (json) {
    process.stdout.write(`${printableJson({ config: name, seed, profile, steps }, 2)}\n`)
  } else {
    const rows = steps.flatMap(({ after, readings }) =>
      readings.map((found) => [
        after,
        found.guest,
        ...[found.inUse ?? '–', found.originals, found.backups, found.missing].map(String),
        ...[found.aliased, found.sameBank, found.stale].map(String),
      ]),
    )
    process.stdout.write(table(HEAD, rows, HEAD.slice(2)))
    for (const { kind, says } of violations.slice(0, NAMED)) {
      process.stdout.write(`${printableLine(`${kind}: ${says}`)}\n`)
    }
    process.stdout.write(`${name}, ${config.coverage}: ${violations.length} violations\n`)
  }
  return violations.length > 0 ? FAILED_CHECK : FINE
}
