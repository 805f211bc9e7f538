// Machine: the contract that every back end keeps. What a guest does comes back as a value (a
// Stop); what the caller does wrong is thrown.

import { UserError } from '../errors/user-error.ts'
import type { Cycles, PhysicalAddress } from './units.ts'

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
   * where a back end cannot. Requires that nobody debugs the machine.
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

export interface Console {
  /**
   * Queues text as typed; it enters at the current virtual time and is recorded. Throws RangeError if more
   * waits than any guest would take (1 MiB).
   */
  type(text: string): void
  /** Bytes that were typed and that the guest has not taken yet, as far as the back end knows. */
  readonly waiting: number
  /** Everything the guest has written since reset (the last 1 MiB of it). */
  readonly transcript: string
  /** Called with each piece of output as it appears. Returns the way to stop listening. */
  listen(heard: (text: string) => void): () => void
}

/** The far end of the guest's network cable: a TCP/IP endpoint in virtual time. */
export interface Network {
  /**
   * Opens a TCP connection to the guest. Progress happens only while the machine runs. What a
   * connection from `outside` does is recorded with its cycle, like typed text.
   */
  connect(port: number, from?: 'workload' | 'outside'): PeerSocket
}

export interface PeerSocket {
  readonly state: 'connecting' | 'open' | 'closing' | 'closed' | 'failed'
  /** Why it failed, in one line. */
  readonly failure: string | undefined
  /** Queues bytes to send; returns the number of bytes not yet acknowledged by the guest. */
  send(bytes: Uint8Array): number
  /** Takes what has arrived, in order; empty if nothing has. */
  receive(): Uint8Array
  /** Sends FIN after what is queued; receiving goes on. */
  end(): void
  /** Sends RST and forgets the connection. */
  destroy(): void
  /** Called in virtual time whenever the state changes or bytes arrive or are acknowledged. */
  onProgress: (() => void) | undefined
}

export interface MachineSpec {
  /** ELF run in M-mode at reset; absent: the kernel itself starts in M-mode (`-bios none`). */
  readonly firmware?: Uint8Array
  /** ELF of the S-mode payload (M-mode without firmware). */
  readonly kernel: Uint8Array
  readonly initrd?: Uint8Array
  /** /chosen/bootargs. */
  readonly bootargs?: string
  /** Contiguous RAM from 0x80000000 upwards, in order. */
  readonly banks: readonly Bank[]
  /** Raw disk image behind virtio-mmio slot 0; the machine writes to its own copy. */
  readonly disk?: Uint8Array
  /** A network card in virtio-mmio slot 1, with its peer. */
  readonly network?: boolean
  /** Of virtio-mmio: 2 unless told; 1 for drivers from before virtio 1.0, which take no other. */
  readonly virtio?: 1 | 2
  /** Loses frames on the network cable: a probability, and the seed that says which. */
  readonly loss?: { readonly probability: number; readonly seed: number }
  /** 1 to 8; they take turns, deterministically (docs/machine.md). */
  readonly harts: number
  readonly profile: string
  /** `compiler` unless told; `fast` interprets everything; `reference` is the oracle. */
  readonly engine?: 'fast' | 'compiler' | 'reference'
  /** Hold virtual time back to host time at `wfi`; only with an outside peer. */
  readonly pacer?: Pacer
}

export interface Bank {
  readonly bytes: number
  readonly role: 'original' | 'backup'
}

/** Ties virtual time to the outside while somebody is attached; lives outside the pure machine. */
export interface Pacer {
  /** At `wfi`: resolves when virtual time may move on to `until`, or sooner if input arrived. */
  idle(now: Cycles, until: Cycles): Promise<void>
  /** Between slices: lets sockets and terminals deliver. */
  breathe(now: Cycles): Promise<void>
}

export interface HartState {
  readonly pc: bigint
  readonly x: readonly bigint[]
  readonly privilege: Privilege
  /** By name of the privileged specification: `satp`, `vsatp`, `mcause`, … */
  readonly csr: Readonly<Record<string, bigint>>
}

export type Privilege = 'M' | 'HS' | 'U' | 'VS' | 'VU'

export interface Counters {
  /** Virtual time. */
  readonly cycles: number
  /**
   * Of `cycles` those in which the hart was not waiting in `wfi`, so between two looks never more; of several
   * harts the sum, each by its own cycle counter, so that it can exceed `cycles`.
   */
  readonly busy: number
  /** Retired instructions, of all harts. */
  readonly instructions: number
  /** Everything else that the guest makes the machine do, by name: traps by cause, device operations. */
  readonly events: Readonly<Record<string, number>>
  /** How the host went about it: why fast paths were left. Differs between engines; never measured. */
  readonly why?: Readonly<Record<string, number>>
}

/** A mark is the HINT `slti x0, x0, n`; even n begins region n/2, odd n ends it. */
export interface Mark {
  readonly n: number
  readonly cycles: number
  readonly busy: number
  readonly instructions: number
}

export interface MarkLog {
  readonly marks: readonly Mark[]
  /** Marks dropped because the guest made more than the log holds. */
  readonly lost: number
}

/** Copies RAM of a machine that stands; empty outside it. */
export type Peek = (at: PhysicalAddress, length: number) => Uint8Array

/** What a hart did, exactly; times are virtual. */
export interface Trace {
  readonly from: Cycles
  readonly to: Cycles
  readonly spans: readonly Span[]
  readonly traps: readonly TrapTaken[]
  /** Cycles and retired instructions by place; the cycles of all add up to `busy`. */
  readonly work: readonly Work[]
  /** Spans and traps that did not fit. */
  readonly lost: number
}

/** A stretch in one privilege and, for user programs, one address space; or of waiting in `wfi`. */
export interface Span {
  readonly what: Privilege | 'wfi'
  /** Of the address space, if it has one. */
  readonly name: string | undefined
  readonly from: Cycles
  readonly to: Cycles
}

export interface TrapTaken {
  readonly at: Cycles
  readonly interrupt: boolean
  readonly cause: number
  /** The privilege that handles it. */
  readonly to: Privilege
  /** Where it was taken. */
  readonly pc: bigint
}

export interface Work {
  readonly privilege: Privilege
  readonly name: string | undefined
  readonly pc: number
  readonly cycles: number
  readonly instructions: number
}

/**
 * What befalls RAM. A word of 8 bytes is guarded by a code that corrects one flipped bit when the word
 * is next read, and finds two: then the word is poison, and whoever reads it gets a hardware error
 * until it is written anew. Flips in a word that nobody reads add up.
 */
export type MemoryError =
  | {
      readonly kind: 'flip'
      readonly at: PhysicalAddress
      /** Counted from the lowest bit of the byte at `at`, through as many bytes as they need. */
      readonly bits: readonly number[]
      /** The code does not notice, as if the bits had changed before it saw the word. */
      readonly silent?: boolean
      /** Absent: now. */
      readonly when?: Cycles
    }
  | {
      /** A range of whole words, lost: one of them, a row, a bank. */
      readonly kind: 'poison'
      readonly at: PhysicalAddress
      readonly bytes: number
      readonly when?: Cycles
    }

export interface Snapshot {
  readonly bytes: Uint8Array
}
