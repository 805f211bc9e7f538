// Machine: the contract that every back end keeps. What a guest does comes back as a value (a
// Stop); what the caller does wrong is thrown.

import { UserError } from '../errors/user-error.ts'
import type { MemoryError } from './memory-error.ts'
import type { Counters, HartState, MarkLog, Peek, Trace } from './observation.ts'
import type { MachineSpec } from './spec.ts'
import type { Cycles, PhysicalAddress } from './units.ts'
import type { Console, Network } from './wires.ts'

export type { MemoryError } from './memory-error.ts'
export type {
  Counters,
  HartState,
  Mark,
  MarkLog,
  Peek,
  Privilege,
  Span,
  Trace,
  TrapTaken,
  Work,
} from './observation.ts'
export type { Bank, MachineSpec, Pacer } from './spec.ts'
export type { Console, Network, PeerSocket } from './wires.ts'

export interface Machine extends AsyncDisposable {
  readonly spec: MachineSpec
  readonly capabilities: ReadonlySet<Capability>
  /** Why a capability is absent, where there is more to say than that it is. */
  readonly lacks?: Readonly<Partial<Record<Capability, string>>>
  readonly console: Console
  readonly network: Network | undefined
  /** Virtual time since reset. */
  now(): Cycles
  /** Runs the guest until the first of the conditions; always bounded by the deadline. */
  run(until: Until): Promise<Stop>
  /** Copies `length` bytes of RAM as they are stored, errors and all. RangeError outside RAM. */
  read(at: PhysicalAddress, length: number): Promise<Uint8Array>
  registers(hart: number): Promise<HartState>
  counters(): Promise<Counters>
  /** Marks retired since the last call, oldest first; rate-limited, see `lost`. */
  takeMarks(): MarkLog
  /**
   * A digest (hex) of all architectural state: RAM, hart, devices. Equal runs have equal digests.
   * Requires `snapshot`, as do snapshot and restore; `counters` requires `counters`.
   */
  digest(): Promise<string>
  /**
   * Begins an exact record of what the hart does, instruction by instruction; slow, and the guest cannot
   * tell. `nameOf` is asked whenever another user address space begins to run, with a look at RAM. Absent
   * where a back end cannot. Requires that no debugger is attached.
   */
  record?(nameOf: (root: PhysicalAddress, peek: Peek) => string | undefined): { stop(): Trace }
  snapshot(): Promise<Snapshot>
  restore(from: Snapshot): Promise<void>
  /**
   * Causes a memory error, at once or at its time; the next access sees it. Requires `memory-error`.
   * Throws RangeError for one that is not in RAM, or in the past.
   */
  inject(error: MemoryError): Promise<void>
}

/** What can run a guest: this project's computer, or QEMU. */
export const BACKENDS = ['rv64', 'qemu'] as const
export type Backend = (typeof BACKENDS)[number]

/** The machine is gone or does not answer, as one outside this process may; the guest did nothing. */
export class MachineError extends UserError {
  override readonly name: string = 'MachineError'
}

export type Capability =
  | 'counters'
  | 'snapshot'
  | 'memory-error'
  | 'hypervisor'
  | 'network'
  | 'marks'
  | 'user-stop'

export interface Until {
  /** Stop when the console text written since this call began matches. */
  readonly text?: RegExp
  /** Counts as written at the beginning of this call, in front of what is. */
  readonly heard?: string
  /** Absolute virtual time at which to stop at the latest. */
  readonly deadline: Cycles
  /** Stop when this becomes true; asked after each network event, never on a hot path. */
  readonly when?: () => boolean
  /**
   * Stop when the hart is in user mode (U or VU): at once, or when it comes there next, before its first
   * instruction there. Requires `user-stop`; RangeError without it.
   */
  readonly user?: boolean
  /** Ends a run from outside (Ctrl-C); the stop is then `aborted`. */
  readonly signal?: AbortSignal
}

export type Stop =
  | { readonly kind: 'text'; readonly match: RegExpExecArray }
  | { readonly kind: 'condition' }
  | { readonly kind: 'user' }
  | { readonly kind: 'power-off'; readonly code: number }
  | { readonly kind: 'deadline' }
  | { readonly kind: 'stuck'; readonly why: string }
  | { readonly kind: 'aborted' }

export interface Snapshot {
  readonly bytes: Uint8Array
}
