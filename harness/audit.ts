// Audit: boots a config, stresses it at the shell and walks its invariants in between. Invariant: what is
// walked is always a guest that waits at its prompt.

import type { Config } from '../configs/config.ts'
import type { CoverageReading } from '../results/coverage.ts'
import type { Catalogue } from './catalogue.ts'
import { Computer, type Parts, specFor } from './computer.ts'
import { Conversation } from './conversation.ts'
import type { Violation } from './invariant.ts'
import { profileNamed } from './profile.ts'
import { pick } from './registry.ts'
import { openView } from './view/view.ts'

export interface AuditStep {
  /** What was typed before this walk; `boot` for the first. */
  readonly after: string
  readonly invariant: string
  readonly readings: readonly CoverageReading[]
  readonly violations: readonly Violation[]
}

/** Creation and end of many spaces, growth, pipes, redirection, and programs that share nothing. */
const STRESS = ['ls', 'forktest', 'cat README | wc', 'space sbrk 4194304', 'space fork 1048576']

export async function* audit(
  config: Config,
  { invariants }: Pick<Catalogue, 'invariants'>,
  parts: Parts,
  { seed, profile }: { readonly seed: number; readonly profile: string },
): AsyncGenerator<AuditStep> {
  const { hz } = profileNamed(profile)
  await using computer = new Computer(parts, await specFor(config, parts, { seed, profile }))
  const machine = await computer.atPrompt()
  const guest = new Conversation(machine, { probes: [], live: false, hz, check: async () => {} })
  for (const after of ['boot', ...STRESS]) {
    if (after !== 'boot') await guest.command(after)
    for (const invariant of config.invariants) {
      const view = await openView(machine, config)
      const finding = await pick(invariants, 'invariant', invariant).check(view)
      yield { after, invariant, ...finding }
    }
  }
}
