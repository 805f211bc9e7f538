// QemuMachine: QEMU behind the machine contract, an independent implementation to compare with.
// Invariant: it claims no capability that it cannot keep exactly, and `lacks` says why. What QEMU's disk
// and console do takes effect at no fixed instruction: its counts and times do not repeat.

import { isElf } from '../elf/file.ts'
import { readFirmware, readKernel } from '../elf/image.ts'
import type {
  Capability,
  Console,
  Counters,
  HartState,
  Machine,
  MachineSpec,
  MarkLog,
  Snapshot,
  Stop,
  Until,
} from '../machine.ts'
import { MEMORY_MAP } from '../rv64/memory/memory-map.ts'
import { Transcript } from '../rv64/saved/transcript.ts'
import { type Cycles, cycles, type PhysicalAddress, physical } from '../units.ts'
import { type QemuProcess, startQemu } from './process.ts'
import { QemuError } from './qemu-error.ts'
import { registersOf } from './registers.ts'
import type { Version } from './version.ts'

/** Host milliseconds between looks at QEMU's time. */
const LOOK_MS = 50
/**
 * QEMU's disk takes host time, in which virtual time of a waiting guest flies: for a guest that only
 * waits a deadline counts when the host has had this long.
 */
const PATIENCE_MS = 10_000
/** QEMU before 8 lets a guest reach satp although VTVM is set. */
const FIRST_WITH_VTVM = 8

const RAM_BASE = physical(MEMORY_MAP.ram.base)

export class QemuMachine implements Machine {
  readonly spec: MachineSpec
  readonly capabilities: ReadonlySet<Capability>
  readonly lacks: Readonly<Partial<Record<Capability, string>>>
  readonly console: Console
  readonly network = undefined
  readonly #process: QemuProcess
  readonly #transcript = new Transcript()
  #now = cycles(0)
  #executed = 0
  /** QEMU's exit code once it has ended, which is how a guest powers off. */
  #code: number | undefined
  /** Ends the run that is under way. */
  #leave: (() => void) | undefined

  /** Throws QemuError if there is no QEMU, RangeError for a spec that it cannot be built to. */
  static async open(spec: MachineSpec): Promise<QemuMachine> {
    const { firmware, kernel } = spec
    // QEMU takes a damaged one for raw bytes, and runs into them in silence.
    if (firmware !== undefined && isElf(firmware)) readFirmware(firmware, RAM_BASE)
    if (isElf(kernel)) readKernel(kernel, RAM_BASE)
    return new QemuMachine(spec, await startQemu(spec))
  }

  private constructor(spec: MachineSpec, process: QemuProcess) {
    this.spec = spec
    this.#process = process
    this.lacks = lacksOf(process.version)
    this.capabilities = new Set(this.lacks.hypervisor === undefined ? ['hypervisor'] : [])
    this.console = this.#listening()
  }

  /** The time of the last stop, exact to 100 cycles. */
  now(): Cycles {
    return this.#now
  }

  async run(until: Until): Promise<Stop> {
    if (until.user) throw new RangeError('QEMU: expected no stop in user mode asked for, got one')
    if (this.#leave !== undefined) throw new Error('expected one run at a time, got a second')
    const { console, gdb } = this.#process
    const left = new Promise<void>((resolve) => {
      this.#leave = resolve
    })
    const leave = this.#leave!
    this.#transcript.expect(until.text, until.heard)
    until.signal?.addEventListener('abort', leave)
    const looks = this.#lookOften(until)
    try {
      const early = this.#reason(until)
      if (early !== undefined) return early
      gdb.resume()
      console.resume()
      await left
      return this.#reason(until) ?? { kind: 'deadline' }
    } finally {
      looks.stop()
      until.signal?.removeEventListener('abort', leave)
      console.pause()
      await gdb.interrupt()
      await this.#look()
      this.#leave = undefined
      this.#transcript.expect(undefined)
    }
  }

  async read(at: PhysicalAddress, length: number): Promise<Uint8Array> {
    return this.#process.gdb.read(at, length)
  }

  async registers(hart: number): Promise<HartState> {
    if (hart !== 0) throw new RangeError(`expected hart 0, got ${hart}`)
    return registersOf(this.#process.gdb, this.#process.qmp)
  }

  async counters(): Promise<Counters> {
    throw this.#absent('counters')
  }

  takeMarks(): MarkLog {
    return { marks: [], lost: 0 }
  }

  async digest(): Promise<string> {
    throw this.#absent('snapshot')
  }

  async snapshot(): Promise<Snapshot> {
    throw this.#absent('snapshot')
  }

  async restore(): Promise<void> {
    throw this.#absent('snapshot')
  }

  async inject(): Promise<void> {
    throw this.#absent('memory-error')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.console.destroy()
    await this.#process.end()
  }

  #listening(): Console {
    const { console, ended } = this.#process
    const transcript = this.#transcript
    const closed = new Promise((resolve) => console.once('close', resolve))
    console.on('error', () => {}) // `close` follows
    console.on('data', (bytes: Uint8Array) => {
      for (const byte of bytes) if (transcript.write(byte)) this.#leave?.()
    })
    console.pause()
    // All that the guest has said comes before its end.
    void Promise.all([ended, closed]).then(([code]) => {
      this.#code = code
      this.#leave?.()
    })
    return {
      type: (text) => void console.write(text),
      get waiting() {
        return console.writableLength
      },
      get transcript() {
        return transcript.text
      },
      listen: (heard) => transcript.listen(heard),
    }
  }

  /** Why a run may end now, other than by its deadline. */
  #reason(until: Until): Stop | undefined {
    const { match } = this.#transcript
    if (match !== undefined) return { kind: 'text', match }
    if (this.#code !== undefined) return { kind: 'power-off', code: this.#code }
    if (until.signal?.aborted === true) return { kind: 'aborted' }
    return until.when?.() === true ? { kind: 'condition' } : undefined
  }

  /** Looks at QEMU's time until told to stop, and ends the run at its deadline. */
  #lookOften({ deadline, when }: Until): { stop(): void } {
    const began = { now: this.#now, executed: this.#executed, at: performance.now() }
    const timer = setInterval(async () => {
      await this.#look()
      const worked = this.#executed - began.executed >= deadline - began.now
      const waited = this.#now >= deadline && performance.now() - began.at >= PATIENCE_MS
      if (worked || waited || when?.() === true) this.#leave?.()
    }, LOOK_MS)
    return { stop: () => clearInterval(timer) }
  }

  async #look(): Promise<void> {
    try {
      const { now, executed } = await this.#process.times()
      this.#now = now
      this.#executed = executed
    } catch (error) {
      // QEMU may end at any moment; its exit code tells the rest.
      if (!(error instanceof QemuError)) throw error
    }
  }

  #absent(what: Capability): Error {
    return new Error(`QEMU has no ${what}: ${this.lacks[what]}`)
  }
}

function lacksOf({ major, minor }: Version): Readonly<Partial<Record<Capability, string>>> {
  return {
    counters: 'its disk and console take effect at no fixed instruction, so counts do not repeat',
    snapshot: 'a state of QEMU holds what the host has done for it meanwhile',
    'memory-error': 'a riscv64 guest of QEMU gets no hardware error from its memory',
    marks: 'QEMU does not tell of marks',
    network: 'the other end of its network is in host time',
    ...(major >= FIRST_WITH_VTVM
      ? {}
      : { hypervisor: `QEMU ${major}.${minor} does not trap satp under VTVM` }),
  }
}
