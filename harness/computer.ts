// Computer: one config with one seed, booted at most once if its machine can go back to a snapshot.
// Invariant: each caller gets the machine in the state in which every caller before got it: at reset, or at
// the shell's first prompt.

import type { Config } from '../configs/config.ts'
import type { Backend, Machine, MachineSpec, Pacer, Snapshot } from '../machine/machine.ts'
import { cycles } from '../machine/units.ts'
import { WorkloadFailure } from '../workloads/workload.ts'
import { PROMPT, stopText } from './conversation.ts'

/** What a computer is built with; tests put a fake machine here. */
export interface Parts {
  readonly open: (spec: MachineSpec, backend?: Backend) => Promise<Machine>
  /** The disk image, made anew from the committed images. */
  readonly disk: () => Promise<Uint8Array>
}

export interface SpecOptions {
  readonly seed: number
  readonly profile: string
  readonly pacer?: Pacer
}

/** A boot that takes longer than this in virtual time has failed. */
const BOOT_PATIENCE = cycles(1_000_000_000)

export async function specFor(
  config: Config,
  parts: Parts,
  { seed, profile, pacer }: SpecOptions,
): Promise<MachineSpec> {
  const [firmware, kernel, initrd, disk] = await Promise.all([
    config.firmware(),
    config.kernel(),
    config.initrd?.(),
    parts.disk(),
  ])
  return {
    firmware: firmware.bytes,
    kernel: kernel.bytes,
    ...(initrd === undefined ? {} : { initrd: initrd.bytes }),
    bootargs: bootargsFor(config, seed),
    banks: config.banks,
    disk,
    network: true,
    harts: 1,
    profile,
    ...(pacer === undefined ? {} : { pacer }),
  }
}

export function bootargsFor(config: Config, seed: number): string {
  return [config.bootargs, `seed=${seed}`].filter((word) => word !== undefined).join(' ')
}

export class Computer implements AsyncDisposable {
  readonly #parts: Parts
  readonly #spec: MachineSpec
  #machine: Machine | undefined
  /** True once a machine without snapshots may have run. */
  #used = false
  #reset: Snapshot | undefined
  #prompt: Snapshot | undefined
  #bootFailure: WorkloadFailure | undefined

  /** `booted`: the prompt's snapshot if another computer of the same kind has taken it. */
  constructor(parts: Parts, spec: MachineSpec, booted?: Snapshot) {
    this.#parts = parts
    this.#spec = spec
    this.#prompt = booted
  }

  /** The prompt's snapshot, once there is one. */
  get booted(): Snapshot | undefined {
    return this.#prompt
  }

  /** The machine as it is now, for a look at it after something went wrong. */
  get machine(): Machine | undefined {
    return this.#machine
  }

  /** The machine, in whatever state, to see what it is. */
  async opened(): Promise<Machine> {
    if (this.#machine === undefined) {
      this.#machine = await this.#parts.open(this.#spec)
      if (this.#machine.capabilities.has('snapshot')) this.#reset = await this.#machine.snapshot()
    }
    return this.#machine
  }

  async atReset(): Promise<Machine> {
    const machine = await this.opened()
    if (this.#reset === undefined) return this.#fresh()
    await machine.restore(this.#reset)
    return machine
  }

  /** Boots at the first call; throws the same WorkloadFailure each time if the boot fails. */
  async atPrompt(signal?: AbortSignal): Promise<Machine> {
    if (this.#bootFailure !== undefined) throw this.#bootFailure
    const machine = await this.opened()
    if (this.#prompt === undefined) return this.#boot(signal)
    await machine.restore(this.#prompt)
    return machine
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#machine?.[Symbol.asyncDispose]()
    this.#machine = undefined
  }

  /** A machine that has not run: one without snapshots is opened anew for each caller. */
  async #fresh(): Promise<Machine> {
    if (this.#used) await this[Symbol.asyncDispose]()
    this.#used = true
    return this.opened()
  }

  async #boot(signal?: AbortSignal): Promise<Machine> {
    const machine = await this.atReset()
    const deadline = BOOT_PATIENCE
    const stop = await machine.run({ text: PROMPT, deadline, ...(signal ? { signal } : {}) })
    signal?.throwIfAborted()
    if (stop.kind !== 'text') {
      const last = machine.console.transcript.trimEnd().split('\n').at(-1) ?? ''
      const why = `expected the shell's prompt after reset; the guest stopped by ${stopText(stop)}`
      this.#bootFailure = new WorkloadFailure(`${why}; last line was "${last.trim()}"`, stop)
      throw this.#bootFailure
    }
    machine.takeMarks()
    if (machine.capabilities.has('snapshot')) this.#prompt = await machine.snapshot()
    return machine
  }
}
