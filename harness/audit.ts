// Audit: boots a config, stresses it at the shell and walks its invariants in between. Invariant: what is
// walked is always a guest that waits for the next line: its shell, or a program that holds a space.

import type { Config } from '../configs/config.ts'
import type { CoverageReading } from '../results/coverage.ts'
import { WorkloadFailure } from '../workloads/workload.ts'
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

export interface AuditOptions {
  readonly seed: number
  readonly profile: string
  /** Lines to type, with a walk after each. A program told to `hold` is walked while it does. */
  readonly stress?: readonly string[]
}

/** Creation and end of many spaces, growth, pipes, and large spaces while they live and after. */
const STRESS = [
  'ls',
  'forktest',
  'cat README | wc',
  'space sbrk 4194304 hold',
  'space fork 1048576 hold',
  'space exec 1048576 cold hold',
  'ls',
]
const HOLDS = / hold$/
const HELD = / ok\r?\n/

export async function* audit(
  config: Config,
  { invariants }: Pick<Catalogue, 'invariants'>,
  parts: Parts,
  { seed, profile, stress = STRESS }: AuditOptions,
): AsyncGenerator<AuditStep> {
  const { hz } = profileNamed(profile)
  await using computer = new Computer(parts, await specFor(config, parts, { seed, profile }))
  const machine = await computer.atPrompt()
  const guest = new Conversation(machine, { probes: [], live: false, hz, check: async () => {} })
  let before = ''
  for (const after of ['boot', ...stress]) {
    const stopped = after === 'boot' ? [] : await typed(guest, after, HOLDS.test(before))
    before = after
    for (const invariant of config.invariants) {
      const view = await openView(machine, config)
      const { readings, violations } = await pick(invariants, 'invariant', invariant).check(view)
      yield { after, invariant, readings, violations: [...violations, ...stopped] }
    }
    if (stopped.length > 0) return
  }
}

/** A guest that does not survive its stress is walked once more, as it lies, and then left. */
async function typed(guest: Conversation, line: string, held: boolean): Promise<Violation[]> {
  try {
    if (held) await guest.command('') // lets the program go on to its end
    if (!HOLDS.test(line)) await guest.command(line)
    else {
      guest.type(line)
      await guest.expect(HELD)
    }
    return []
  } catch (error) {
    if (!(error instanceof WorkloadFailure)) throw error
    return [{ kind: 'stopped', says: error.message }]
  }
}
