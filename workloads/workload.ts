// Workload: a row of the comparison, and Guest: the face of a booted computer that it drives.
// A workload checks its own output; wrong output is no measurement.

import { UserError } from '../errors/user-error.ts'
import type { Capability, MarkLog, PeerSocket, Stop } from '../machine/machine.ts'
import type { Cycles } from '../machine/units.ts'
import type { Parameters, Unit } from '../results/measurement.ts'

export interface Workload<P extends Parameters = Parameters> {
  /** Equal to the file's path below workloads/, without `.ts`. */
  readonly name: string
  readonly about: string
  /** Names of the claims that it serves: files in results/claims. */
  readonly claims?: readonly string[]
  readonly needs?: readonly Capability[]
  /** Starts at reset instead of at the shell prompt. */
  readonly fromReset?: boolean
  /** Needs a live outside peer: its guest figures are `live-cycles`, and it is never cached. */
  readonly live?: boolean
  /** Every value a parameter takes; cells are the product. */
  readonly parameters?: { readonly [K in keyof P]: readonly P[K][] }
  drive(guest: Guest, parameters: P): Promise<void>
}

export interface Guest {
  /** Types a line at the console, newline added. */
  type(line: string): void
  /** Runs until the console shows `text`; throws WorkloadFailure if it stops for another reason. */
  expect(text: RegExp, within?: Cycles): Promise<RegExpExecArray>
  /** Types a command at the prompt and returns its output, without echo and prompt. */
  command(line: string, within?: Cycles): Promise<string>
  /**
   * Brackets `body` as a region: wall and busy cycles and instructions become measurements; on a machine
   * that does not count exactly, the host's time.
   */
  measure(region: string, body: () => Promise<void>): Promise<void>
  /** Adds a reading that the workload made itself; a live workload's cycles are `live-cycles`. */
  addReading(region: string, metric: string, unit: GuestUnit, value: number): void
  /** Marks made by the guest since the last call. */
  takeMarks(): MarkLog
  /** Virtual time. */
  now(): Cycles
  /** Cycles in a second of virtual time. */
  readonly hz: number
  /** Runs until `done` holds, asked after each network event. */
  runUntil(done: () => boolean, within?: Cycles): Promise<void>
  connect(port: number): PeerSocket
  /** Opens a port on 127.0.0.1 of the host that leads to `port` of the guest; live workloads only. */
  expose(port: number): Promise<number>
  /** Runs the guest while `work` is under way on the host; live workloads only. */
  runDuring<T>(work: Promise<T>, within?: Cycles): Promise<T>
  /** Checks the config's invariants now. */
  check(): Promise<void>
  powerOff(): Promise<Stop>
}

export type GuestUnit = Exclude<Unit, 'live-cycles'>

/** The guest did not do what the workload asked; becomes a failed cell, never a crash. */
export class WorkloadFailure extends UserError {
  override readonly name = 'WorkloadFailure'
  override readonly exitCode = 1
  readonly stop: Stop | undefined
  constructor(message: string, stop?: Stop) {
    super(message)
    this.stop = stop
  }
}
