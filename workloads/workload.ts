// Workload: a row of the comparison, and Guest: the face of a booted computer that it drives.
// A workload checks its own output; wrong output is no measurement.

import type { Capability, MarkLog, PeerSocket, Stop } from '../machine/machine.ts'
import type { Cycles } from '../machine/units.ts'
import type { Parameters } from '../results/measurement.ts'

export interface Workload<P extends Parameters = Parameters> {
  /** Equal to the file's path below workloads/, without `.ts`. */
  readonly name: string
  readonly about: string
  /** The figure of the literature that it answers. */
  readonly figure?: string
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
  /** Brackets `body` as a region: wall and busy cycles and instructions become measurements. */
  measure(region: string, body: () => Promise<void>): Promise<void>
  /** Adds a measurement that the workload found itself, as a count, cycles or a fraction. */
  record(region: string, metric: string, unit: GuestUnit, value: number): void
  /** Marks made by the guest since the last call. */
  takeMarks(): MarkLog
  /** Virtual time. */
  now(): Cycles
  /** Runs until `done` holds, asked after each network event. */
  runUntil(done: () => boolean, within?: Cycles): Promise<void>
  connect(port: number): PeerSocket
  /** Walks the config's invariants now. */
  check(): Promise<void>
  powerOff(): Promise<Stop>
}

export type GuestUnit = 'cycles' | 'count' | 'bytes' | 'requests/s'

/** The guest did not do what the workload asked; becomes a failed cell, never a crash. */
export class WorkloadFailure extends Error {
  override readonly name = 'WorkloadFailure'
  readonly stop: Stop | undefined
  constructor(message: string, stop?: Stop) {
    super(message)
    this.stop = stop
  }
}
