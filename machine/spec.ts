// What a machine is to be. Invariant: with what is typed and sent, and when, a spec decides all that
// happens; which engine executes and who paces it changes nothing that a guest can see.

import type { Cycles } from './units.ts'

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
  /** The version of virtio-mmio, 2 unless told; 1 for drivers from before virtio 1.0, which take no other. */
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

/** Ties virtual time to the outside while a client is attached; lives outside the pure machine. */
export interface Pacer {
  /** Called at `wfi`: resolves when virtual time may move on to `until`, or sooner if input arrived. */
  idle(now: Cycles, until: Cycles): Promise<void>
  /** Between slices: lets sockets and terminals deliver. */
  breathe(now: Cycles): Promise<void>
}
