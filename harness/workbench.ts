// Workbench: runs cells one after another, keeping the computers of the last config and seed. Invariant:
// whatever a guest or a workload does, the cell ends with an outcome, within its host time.

import type { Config } from '../configs/config.ts'
import { ImageError } from '../guest/images.ts'
import {
  type Machine,
  MachineError,
  type MachineSpec,
  type Snapshot,
  type Stop,
} from '../machine/machine.ts'
import { cycles } from '../machine/units.ts'
import { pick } from '../registry/registry.ts'
import type { CellRecord, Outcome } from '../results/cell.ts'
import { coverageRows } from '../results/coverage.ts'
import type { Measurement } from '../results/measurement.ts'
import { type Workload, WorkloadFailure } from '../workloads/workload.ts'
import { type Attachment, openAttachment } from './attachment.ts'
import { backtrace, withSymbols } from './backtrace.ts'
import type { Catalogue } from './catalogue.ts'
import { type CellPlan, computerKey } from './cell.ts'
import { Computer, type Parts, specFor } from './computer.ts'
import { Conversation, type RegionReading, stopText } from './conversation.ts'
import { InvariantViolated } from './invariant.ts'
import { profileNamed } from './profile.ts'
import { openView } from './view/view.ts'

export interface Bench {
  readonly run: string
  readonly catalogue: Catalogue
  readonly parts: Parts
  /** Milliseconds of host time that a cell may take. */
  readonly hostLimit: number
}

/** Lines of the console that a failure keeps. */
const LAST_LINES = 40
/** Cycles from the prompt's last byte to the shell's next instruction: at most this, or it is gone. */
const WAY_TO_SHELL = 1_000_000

export class Workbench implements AsyncDisposable {
  readonly #bench: Bench
  #computer: Computer | undefined
  #for = ''

  constructor(bench: Bench) {
    this.#bench = bench
  }

  /** The prompt's snapshot of the last cell's config and seed, if it has been booted. */
  get booted(): Snapshot | undefined {
    return this.#computer?.booted
  }

  /** `booted` spares the boot if another workbench has done it. */
  async run(plan: CellPlan, booted?: Snapshot): Promise<CellRecord> {
    const started = performance.now()
    const attempt = new Attempt(this.#bench, plan)
    const outcome = await attempt.run(() => this.#computerFor(plan, attempt, booted))
    if (plan.live) await this.#forget()
    return attempt.record(outcome, performance.now() - started)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#forget()
  }

  async #computerFor(plan: CellPlan, attempt: Attempt, booted?: Snapshot): Promise<Computer> {
    const wanted = computerKey(plan)
    if (this.#computer === undefined || this.#for !== wanted) {
      await this.#forget()
      const { parts, catalogue } = this.#bench
      const config = pick(catalogue.configs, 'config', plan.config)
      const { pacer } = attempt.outside ?? {}
      const spec = await specFor(config, parts, { ...plan, ...(pacer ? { pacer } : {}) })
      const open = (of: MachineSpec) => parts.open(of, plan.backend)
      this.#computer = new Computer({ ...parts, open }, spec, booted)
      this.#for = wanted
    }
    return this.#computer
  }

  async #forget(): Promise<void> {
    await this.#computer?.[Symbol.asyncDispose]()
    this.#computer = undefined
  }
}

/** One try at one cell. */
class Attempt {
  readonly outside: Attachment | undefined
  readonly #bench: Bench
  readonly #plan: CellPlan
  readonly #config: Config
  readonly #workload: Workload
  readonly #signal: AbortSignal
  readonly #coverage: Measurement[] = []
  #readings: readonly RegionReading[] = []
  #machine: Machine | undefined
  #walks = 0

  constructor(bench: Bench, plan: CellPlan) {
    this.#bench = bench
    this.#plan = plan
    this.#config = pick(bench.catalogue.configs, 'config', plan.config)
    this.#workload = pick(bench.catalogue.workloads, 'workload', plan.workload)
    this.#signal = AbortSignal.timeout(bench.hostLimit)
    this.outside = plan.live ? openAttachment() : undefined
  }

  async run(computerFor: () => Promise<Computer>): Promise<Outcome> {
    let computer: Computer | undefined
    try {
      computer = await computerFor()
      const lack = this.#lack(await computer.opened())
      if (lack !== undefined) return { kind: 'skipped', why: lack }
      const machine = this.#workload.fromReset
        ? await computer.atReset()
        : await computer.atPrompt(this.#signal)
      this.#machine = machine
      await this.#drive(machine)
      if (!machine.capabilities.has('snapshot')) return { kind: 'done' }
      return { kind: 'done', digest: await machine.digest() }
    } catch (error) {
      this.#machine ??= computer?.machine
      return await this.#failure(error)
    } finally {
      await this.outside?.close()
    }
  }

  record(outcome: Outcome, hostMs: number): CellRecord {
    const named = this.#named()
    const rows = this.#readings.map(({ region, metric, unit, iteration, value }) => {
      return { ...named, region, metric, unit, iteration, value }
    })
    const { run: _, ...end } = named
    const kept = outcome.kind === 'done' ? [...rows, ...this.#coverage] : this.#coverage
    return { ...end, outcome, hostMs, rows: kept }
  }

  /** What config or workload need and the machine does not have, with the reason. */
  #lack({ capabilities, lacks }: Machine): string | undefined {
    const needs = [...(this.#config.needs ?? []), ...(this.#workload.needs ?? [])]
    const lack = needs.find((need) => !capabilities.has(need))
    if (lack === undefined) return undefined
    const why = lacks?.[lack]
    return `the machine has no ${lack}${why === undefined ? '' : `: ${why}`}`
  }

  async #drive(machine: Machine): Promise<void> {
    const { outside } = this
    const conversation = new Conversation(machine, {
      probes: [...this.#bench.catalogue.probes.values()],
      live: this.#plan.live,
      hz: profileNamed(this.#plan.profile).hz,
      signal: this.#signal,
      check: () => this.#check(machine),
      ...(outside ? { expose: (port: number) => outside.expose(machine, port) } : {}),
    })
    await this.#workload.drive(conversation, this.#plan.parameters)
    this.#readings = conversation.readings
    if (this.#config.invariants.length > 0) await toUserMode(machine)
    await this.#check(machine)
  }

  /** Walks the config's invariants; throws if one is violated. */
  async #check(machine: Machine): Promise<void> {
    for (const name of this.#config.invariants) {
      const invariant = pick(this.#bench.catalogue.invariants, 'invariant', name)
      const finding = await invariant.check(await openView(machine, this.#config))
      for (const reading of finding.readings) {
        this.#coverage.push(...coverageRows(this.#named(), reading, this.#walks))
      }
      this.#walks++
      if (finding.violations.length > 0) throw new InvariantViolated(name, finding)
    }
  }

  async #failure(error: unknown): Promise<Outcome> {
    const ending = this.#ending(error)
    const machine = this.#machine
    if (machine === undefined) return ending
    const view = await openView(machine, this.#config).catch(unlessGone)
    const console = lastLines(machine.console.transcript)
    if (view === undefined) return { ...ending, console }
    return { ...ending, console: withSymbols(view, console), backtrace: await backtrace(view) }
  }

  /** What went wrong, without the state of the machine. A violation stands, however long it took to find. */
  #ending(error: unknown): Exclude<Outcome, { kind: 'done' | 'skipped' }> {
    if (error instanceof InvariantViolated) {
      const { invariant, violations, message: why } = error
      return { kind: 'violated', invariant, violations, why }
    }
    if (this.#signal.aborted) {
      const limit = `expected the cell to end within ${this.#bench.hostLimit / 1000} s of host time`
      return { kind: 'failed', why: `${limit}, it did not` }
    }
    const stop = error instanceof WorkloadFailure ? error.stop : undefined
    return {
      kind: 'failed',
      why: reason(error),
      ...(stop === undefined ? {} : { stop: shortStop(stop) }),
    }
  }

  /** What names the cell, in each of its rows. */
  #named(): Omit<Measurement, 'region' | 'metric' | 'unit' | 'iteration' | 'value'> {
    const { key, live: _, ...coordinates } = this.#plan
    return { run: this.#bench.run, cell: key, ...coordinates }
  }
}

/**
 * Lets a guest that has just prompted go on to its shell, so that the walk meets the hart in a user's space;
 * at the prompt it is in the kernel's own. What was measured is over.
 */
async function toUserMode(machine: Machine): Promise<void> {
  if (!machine.capabilities.has('user-stop')) return
  await machine.run({ user: true, deadline: cycles(machine.now() + WAY_TO_SHELL) })
}

function reason(error: unknown): string {
  const told = [WorkloadFailure, ImageError, MachineError]
  if (error instanceof Error && told.some((kind) => error instanceof kind)) return error.message
  // Not the guest's doing: a defect of ours, kept as this cell's outcome so that the others go on.
  const stack = error instanceof Error ? error.stack : undefined
  const text = process.env.MIRRORBENCH_DEBUG ? (stack ?? String(error)) : String(error)
  return `defect in mirrorbench: ${text}`
}

/** A machine outside this process may be gone, and then there is nothing to look at. */
function unlessGone(error: unknown): undefined {
  if (!(error instanceof MachineError)) throw error
}

function shortStop(stop: Stop): string {
  return stopText(stop).replaceAll(/\s+/g, ' ').slice(0, 200)
}

function lastLines(transcript: string): string {
  return transcript.split('\n').slice(-LAST_LINES).join('\n').slice(-16_000)
}
