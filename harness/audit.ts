// Audit: boots a config, stresses it at the shell and walks its invariants, in two rounds that the guest
// cannot tell apart. In the first it is walked after each line, where it waits for the next: its shell, or
// a program that holds a space. In the second it is walked while it carries out the same lines, in user
// mode, at moments of its busy time drawn by the seed: there one sees what is wrong for a short time only.
// Invariant: equal options give equal steps.

import { createHash } from 'node:crypto'
import type { Config } from '../configs/config.ts'
import type { Machine } from '../machine/machine.ts'
import { type Cycles, PAGE_BYTES } from '../machine/units.ts'
import { pick } from '../registry/registry.ts'
import type { CoverageReading } from '../results/coverage.ts'
import { WorkloadFailure } from '../workloads/workload.ts'
import type { Catalogue } from './catalogue.ts'
import { Computer, type Parts, specFor } from './computer.ts'
import { Conversation, PROMPT } from './conversation.ts'
import type { Violation } from './invariant.ts'
import { Patrol } from './patrol.ts'
import { profileNamed } from './profile.ts'
import { openView } from './view/view.ts'

export interface AuditStep {
  /** What was typed before this walk, or is being carried out; `boot` for the first. */
  readonly after: string
  /** Whether the guest waited for the next line, or was met in user mode on its way there. */
  readonly met: 'waiting' | 'running'
  readonly at: Cycles
  readonly invariant: string
  readonly readings: readonly CoverageReading[]
  readonly violations: readonly Violation[]
}

export interface AuditOptions {
  readonly seed: number
  readonly profile: string
  /** Lines to type. A program told to `hold` is walked while it does, and once more when it is gone. */
  readonly stress?: readonly string[]
  /** Walks of the second round, for each line. */
  readonly looks?: number
}

/** Prime numbers of pages: with round ones a fault of every n-th hides at the same place in each space. */
const LARGE_BYTES = 1031 * PAGE_BYTES
const SMALL_BYTES = 263 * PAGE_BYTES
/** Creation and end of many spaces, growth, pipes, and large spaces while they live and after. */
const STRESS = [
  'ls',
  'forktest',
  'cat README | wc',
  `space sbrk ${LARGE_BYTES} hold`,
  `space fork ${SMALL_BYTES} hold`,
  'ls',
  `space sbrk ${SMALL_BYTES} cold hold`,
  `space fork ${SMALL_BYTES} cold hold`,
  `space exec ${SMALL_BYTES} cold hold`,
]
const LOOKS = 4
const HOLD = /^space (\w+) (\d+)( cold)? hold$/
const HELD = / ok\r?\n/

/** A line to type, and what must be true when the guest waits again. */
interface Leg {
  readonly after: string
  readonly line: string
  /** A program waits, not the shell. */
  readonly held: boolean
  /** Begins at the first prompt after boot: only there it is known which frames were never used. */
  readonly cold: boolean
  /** Frames that are held then, and were not before. */
  readonly frames: number
}

export async function* audit(
  config: Config,
  { invariants }: Pick<Catalogue, 'invariants'>,
  parts: Parts,
  { seed, profile, stress = STRESS, looks = LOOKS }: AuditOptions,
): AsyncGenerator<AuditStep> {
  await using computer = new Computer(parts, await specFor(config, parts, { seed, profile }))
  const tour = new Tour({ config, invariants, computer, hz: profileNamed(profile).hz })
  const legs = stress.flatMap(legsOf)
  const ways: { leg: Leg; from: number; to: number }[] = []
  const booted = await tour.begin()
  yield* booted
  let before = booted
  for (const leg of legs) {
    if (leg.cold) before = await tour.begin()
    const from = await tour.busy()
    const stopped = await tour.go(leg)
    ways.push({ leg, from, to: await tour.busy() })
    const steps = await tour.walk(leg.after, 'waiting')
    const uncounted = stopped.length > 0 ? [] : uncountedIn(leg, config, before, steps)
    yield* steps.map((step) => ({
      ...step,
      violations: [...step.violations, ...stopped, ...uncounted],
    }))
    if (stopped.length > 0) return
    before = steps
  }
  await tour.begin()
  for (const [n, { leg, from, to }] of ways.entries()) {
    if (leg.cold) await tour.begin()
    const draws = Array.from({ length: looks }, (_, look) => chance(`${seed} ${n} ${look}`))
    const moments = draws.map((draw) => from + Math.floor(draw * (to - from)))
    await tour.go(leg, moments)
    yield* tour.met()
  }
}

function legsOf(line: string): Leg[] {
  const [hold, how, bytes, cold] = HOLD.exec(line) ?? []
  const plain = { after: line, line, held: false, cold: false, frames: 0 }
  if (hold === undefined) return [plain]
  const copies = how === 'fork' ? 2 : 1
  const frames = (copies * Number(bytes)) / PAGE_BYTES
  return [
    { after: line, line, held: true, cold: cold !== undefined, frames },
    { ...plain, after: `${line}, let go`, line: '' },
  ]
}

/**
 * What a program holds must be among the originals. A guest's frame keeps its machine frame when the guest's
 * kernel has freed it, so below Memvisor that says something of frames never used alone.
 */
function uncountedIn(
  leg: Leg,
  { coverage }: Config,
  before: readonly AuditStep[],
  after: readonly AuditStep[],
): Violation[] {
  if (!leg.held || (coverage === 'guest frames' && !leg.cold)) return []
  const originals = (steps: readonly AuditStep[]): number =>
    steps.flatMap(({ readings }) => readings).reduce((sum, found) => sum + found.originals, 0)
  const more = originals(after) - originals(before)
  if (more >= leg.frames) return []
  const says = `${leg.line}: expected ${leg.frames} originals more than before, got ${more}`
  return [{ kind: 'uncounted', says }]
}

interface TourOptions {
  readonly config: Config
  readonly invariants: Catalogue['invariants']
  readonly computer: Computer
  readonly hz: number
}

/** One guest after another, each the same at its first prompt. */
class Tour {
  readonly #around: TourOptions
  #machine!: Machine
  #guest!: Conversation
  #patrol!: Patrol
  /** The leg under way, for walks on its way. */
  #leg = ''
  #met: AuditStep[] = []

  constructor(around: TourOptions) {
    this.#around = around
  }

  async busy(): Promise<number> {
    return (await this.#machine.counters()).busy
  }

  /** Runs the machine to the first prompt after boot. */
  async begin(): Promise<AuditStep[]> {
    const { computer, hz } = this.#around
    const machine = await computer.atPrompt()
    this.#machine = machine
    this.#patrol = new Patrol(machine, async () => {
      this.#met.push(...(await this.walk(this.#leg, 'running')))
    })
    const around = { probes: [], live: false, hz, check: async () => {} }
    this.#guest = new Conversation(machine, { ...around, through: this.#patrol })
    return this.walk('boot', 'waiting')
  }

  /** A guest that does not survive is left as it lies. Walks are made at the moments on the way. */
  async go(leg: Leg, moments: readonly number[] = []): Promise<Violation[]> {
    this.#leg = leg.after
    this.#patrol.watch(moments)
    try {
      this.#guest.type(leg.line)
      await this.#guest.expect(leg.held ? HELD : PROMPT)
      return []
    } catch (error) {
      if (!(error instanceof WorkloadFailure)) throw error
      return [{ kind: 'stopped', says: error.message }]
    } finally {
      this.#patrol.watch([])
    }
  }

  async walk(after: string, met: AuditStep['met']): Promise<AuditStep[]> {
    const { config, invariants } = this.#around
    const steps: AuditStep[] = []
    for (const invariant of config.invariants) {
      const view = await openView(this.#machine, config)
      const found = await pick(invariants, 'invariant', invariant).check(view)
      steps.push({ after, met, at: this.#machine.now(), invariant, ...found })
    }
    return steps
  }

  /** The walks made on the way since the last call. */
  met(): AuditStep[] {
    const met = this.#met
    this.#met = []
    return met
  }
}

/** A number in [0, 1) that follows from `words` alone. */
function chance(words: string): number {
  return createHash('sha256').update(words).digest().readUInt32LE() / 2 ** 32
}
