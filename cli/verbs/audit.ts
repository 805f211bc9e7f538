// audit: boot, stress, walk the invariants; exit code 1 if one is violated.

import { Command } from 'commander'
import { type AuditStep, audit as walk } from '../../harness/audit.ts'
import { loadCatalogue } from '../../harness/catalogue.ts'
import { realParts } from '../../harness/real-parts.ts'
import { pick } from '../../registry/registry.ts'
import type { CoverageReading } from '../../results/coverage.ts'
import { printableJson, printableLine } from '../../results/printable.ts'
import { FAILED_CHECK, FINE, UsageError } from '../exit.ts'
import { profileOption, wholeNumber } from '../options.ts'
import { table } from '../table.ts'
import { PURPOSE } from '../verbs.ts'

interface Options {
  readonly config: string
  readonly seed: number
  readonly profile: string
  readonly json?: boolean
}

/** Violations that the table names; --json has all. */
const NAMED = 10
const HEAD = [
  ...['after', 'guest', 'walks', 'in use', 'originals', 'backups'],
  ...['missing', 'aliased', 'same bank', 'stale'],
]

export default new Command('audit')
  .helpGroup(PURPOSE.look)
  .description('boots a config, stresses it and walks its invariants')
  .requiredOption('--config <name>', 'what to audit')
  .option('--seed <n>', 'frame allocation order', wholeNumber(0), 1)
  .addOption(profileOption())
  .option('--json', 'the same as JSON')
  .action(async (options: Options) => {
    process.exitCode = await perform(options)
  })

async function perform({ config: name, seed, profile, json }: Options): Promise<number> {
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
    process.stdout.write(table(HEAD, rowsOf(steps), HEAD.slice(2)))
    for (const { kind, says } of violations.slice(0, NAMED)) {
      process.stdout.write(`${printableLine(`${kind}: ${says}`)}\n`)
    }
    const walks = `${steps.length} walks, ${violations.length} violations`
    process.stdout.write(`${name}, ${config.coverage}: ${walks}\n`)
  }
  return violations.length > 0 ? FAILED_CHECK : FINE
}

/** A row for each stop, and one for all walks on the way there: the most that one of them counted. */
function rowsOf(steps: readonly AuditStep[]): string[][] {
  const labelled = steps.map((step, n) => {
    const { after, met } = step
    return {
      ...step,
      label: met === 'waiting' ? after : `while ${after}`,
      stop: met === 'waiting' ? n : -1,
    }
  })
  const groups = Map.groupBy(labelled, ({ label, stop }) => `${label} ${stop}`)
  return [...groups.values()].flatMap((group) => {
    const byGuest = Map.groupBy(
      group.flatMap(({ readings }) => readings),
      ({ guest }) => guest,
    )
    return [...byGuest].map(([guest, readings]) => {
      const most = (count: (reading: CoverageReading) => number): string =>
        String(Math.max(...readings.map(count)))
      return [
        ...[group[0]!.label, guest, String(readings.length)],
        readings.some(({ inUse }) => inUse === undefined) ? '–' : most(({ inUse }) => inUse ?? 0),
        ...[most(({ originals }) => originals), most(({ backups }) => backups)],
        ...[most(({ missing }) => missing), most(({ aliased }) => aliased)],
        ...[most(({ sameBank }) => sameBank), most(({ stale }) => stale)],
      ]
    })
  })
}
