// Rv64Machine: our emulated computer behind the machine contract. It joins hart, RAM, board and
// clock and runs them. Invariant: what happens depends on the spec and on what was typed and sent at
// which cycle, on nothing else; however a run is cut into pieces, the guest sees the same.

import type {
  Capability,
  Console,
  Counters,
  HartState,
  Machine,
  MachineSpec,
  MarkLog,
  MemoryError,
  Network,
  Snapshot,
  Stop,
  Trace,
} from '../machine.ts'
import type { Cycles, HostMs, PhysicalAddress } from '../units.ts'
import { Board, type HartWire } from './board/board.ts'
import { Debugger } from './debug/debugger.ts'
import { type NameOf, Recorder } from './debug/recorder.ts'
import { type CompilerLimits, USUAL } from './engine/compiler/limits.ts'
import type { Engine } from './engine/engine.ts'
import { ReferenceEngine } from './engine/reference.ts'
import { WebAssemblyEngine } from './engine/webassembly.ts'
import { Hart } from './hart/hart.ts'
import { describe } from './hart/registers.ts'
import { MEIP, MSIP, MTIP, SEIP } from './isa/status.ts'
import { PC } from './memory/layout.ts'
import { MEMORY_MAP } from './memory/memory-map.ts'
import { Ram } from './memory/ram.ts'
import type { Halter } from './run/halter.ts'
import { Marks } from './run/marks.ts'
import { checkHarts, RoundRobin } from './run/round-robin.ts'
import { type Reach, RunLoop } from './run/run-loop.ts'
import { identityOf, type MachineIdentity } from './saved/machine-identity.ts'
import { Transcript } from './saved/transcript.ts'
import { Injector } from './session/injector.ts'
import type { Moment } from './session/input-log.ts'
import { type About, type Recording, RecordingError } from './session/recording.ts'
import { digestOf, type MachineParts, restoreFrom, takeSnapshot } from './snapshot/snapshot.ts'
import { Clock } from './time/clock.ts'
import { profileNamed } from './timing/profiles.ts'

export interface Rv64Options {
  /** Lets the host's event loop turn; without it a run without pacer never pauses. */
  readonly breathe?: () => Promise<void>
  /** A clock of the host's, by which it is seen when that is due. The guest cannot tell. */
  readonly hostNow?: () => HostMs
  /** Limits of the compiler; the usual ones if absent. */
  readonly limits?: Partial<CompilerLimits>
}

const WIRE: Readonly<Record<HartWire, number>> = { MSIP, MTIP, MEIP, SEIP }
type Halt = { readonly code: number } | 'reboot' | undefined

export class Rv64Machine implements Machine {
  readonly spec: MachineSpec
  readonly capabilities: ReadonlySet<Capability>
  readonly console: Console
  readonly #loop: RunLoop
  readonly #clock = new Clock()
  readonly #ram: Ram
  readonly #board: Board
  readonly #hart: Hart
  readonly #harts: RoundRobin
  readonly #engine: Engine
  readonly #transcript = new Transcript()
  readonly #marks = new Marks()
  readonly #injector: Injector
  #halter: Halter | undefined
  #halt: Halt
  #condition: (() => boolean) | undefined
  #conditionHolds = false
  #running = false
  #known: MachineIdentity | undefined

  /** Throws RangeError or ElfError for a spec that cannot be built. */
  constructor(spec: MachineSpec, options: Rv64Options = {}) {
    checkHarts(spec.harts)
    if (spec.harts > 1 && profileNamed(spec.profile).core !== undefined) {
      throw new RangeError(`profile ${spec.profile}: expected 1 hart, got ${spec.harts}. Try: flat`)
    }
    this.spec = spec
    const profile = profileNamed(spec.profile)
    this.#ram = new Ram(
      spec.banks.reduce((sum, bank) => sum + bank.bytes, 0),
      spec.harts,
    )
    // The hart needs the bus, and the board the hart's interrupt inputs: the lines bind late.
    const late: { harts?: RoundRobin } = {}
    this.#board = new Board({
      spec,
      clock: this.#clock,
      dma: this.#ram,
      profile,
      interrupt: (hart, wire, level) => late.harts?.setWire(hart, WIRE[wire], level),
      finish: (code, kind) => this.#finish(kind === 'reboot' ? 'reboot' : { code }),
      timeMoved: () => late.harts?.timeMoved(),
      networkEvent: () => this.#askCondition(),
      moment: () => this.moment,
      settle: () => this.#settle(),
      leave: () => this.#leave(),
    })
    this.#hart = new Hart({
      ram: this.#ram,
      clock: this.#clock,
      bus: this.#board.bus,
      cyclesPerTick: profile.cyclesPerTick,
      core: profile.core,
      timeOffset: () => this.#board.clint.offset,
      mark: (n) => this.#mark(n),
    })
    this.#harts = new RoundRobin(this.#hart, this.#clock, spec.harts)
    late.harts = this.#harts
    this.#injector = new Injector(this.#ram, this.#clock, this.#board.gate)
    this.#ram.onDma = (at, length) => {
      this.#hart.endReservation()
      this.#hart.timing?.dma(at, length)
    }
    this.#board.uart.onOutput = (byte) => {
      if (this.#transcript.write(byte)) this.#hart.leave = true
    }
    this.#engine = engineFor(spec, this.#hart, options.limits)
    this.#loop = new RunLoop({
      clock: this.#clock,
      hart: this.#hart,
      harts: this.#harts,
      engine: this.#engine,
      pacer: spec.pacer,
      breathe: options.breathe,
      hostNow: options.hostNow,
      quiet: () => this.#board.quiet,
      stopped: () => this.#stopped(),
      halter: () => this.#halter,
      letIn: () => this.#board.gate.open(),
      rebooted: () => this.#reboot(),
    })
    this.console = consoleOf(this.#board, this.#transcript)
    const network: readonly Capability[] = spec.network === true ? ['network'] : []
    const userStop: readonly Capability[] = spec.harts === 1 ? ['user-stop'] : []
    this.capabilities = new Set([
      'counters',
      'snapshot',
      'memory-error',
      'hypervisor',
      'marks',
      ...network,
      ...userStop,
    ])
    this.#boot()
  }

  get network(): Network | undefined {
    return this.#board.network
  }

  now(): Cycles {
    return this.#clock.now
  }

  /** Where it stands, for a recording. */
  get moment(): Moment {
    const { count, together } = this.#harts
    return { cycle: this.#clock.now, ...(count > 1 && { together }) }
  }

  async run(until: Reach): Promise<Stop> {
    if (Number.isNaN(until.deadline)) throw new RangeError('expected a deadline, got NaN')
    if (until.user && !this.capabilities.has('user-stop')) {
      throw new RangeError(`a stop in user mode: expected 1 hart, got ${this.spec.harts}`)
    }
    if (this.#running) throw new Error('expected one run at a time, got a second')
    this.#running = true
    try {
      this.#transcript.expect(until.text, until.heard)
      this.#condition = until.when
      this.#conditionHolds = false
      this.#askCondition()
      return await this.#loop.run(until)
    } finally {
      this.#running = false
      this.#condition = undefined
      this.#transcript.expect(undefined)
    }
  }

  async read(at: PhysicalAddress, length: number): Promise<Uint8Array> {
    return this.#ram.read(at, length)
  }

  async registers(hart: number): Promise<HartState> {
    return this.#harts.visit(hart, () => describe(this.#hart))
  }

  async counters(): Promise<Counters> {
    const { busy, busyByNow, unretired } = this.#harts
    return {
      cycles: this.#clock.now,
      busy: busyByNow,
      instructions: busy - unretired - this.#hart.extra,
      events: {
        ...this.#hart.counters.events(),
        ...this.#ram.errors.events(),
        ...this.#board.counts(),
      },
      why: { ...this.#hart.counters.why(), ...this.#engine.why?.() },
    }
  }

  takeMarks(): MarkLog {
    return this.#marks.take()
  }

  async digest(): Promise<string> {
    return digestOf(this.#parts)
  }

  /** Throws if something is open that no snapshot can hold. */
  async snapshot(): Promise<Snapshot> {
    const { obstacle } = this.#board
    if (obstacle !== undefined) throw new Error(obstacle)
    this.#settle() // what is due now is no state that could be kept
    return takeSnapshot(this.#parts)
  }

  /** Throws SnapshotError for one that is damaged or of another machine; the machine is as before. */
  async restore(from: Snapshot): Promise<void> {
    restoreFrom(this.#parts, from)
    this.#engine.forget()
    this.#marks.clear()
    this.#halt = undefined
  }

  async inject(error: MemoryError): Promise<void> {
    this.#injector.inject(error)
  }

  /** A hand on this machine, from outside; what it may do is its own affair. */
  debugger(): Debugger {
    if (this.#halter instanceof Debugger) return this.#halter
    if (this.#halter !== undefined) throw new Error('expected nobody else at work, got a recorder')
    const control = new Debugger(this.#hart, this.#clock, this.#harts)
    this.#halter = control
    return control
  }

  record(nameOf: NameOf): { stop(): Trace } {
    if (this.#halter !== undefined) throw new Error('expected nobody else at work, got somebody')
    if (this.spec.harts !== 1) {
      throw new RangeError(`a record: expected a machine with 1 hart, got ${this.spec.harts}`)
    }
    const recorder = new Recorder(this.#hart, this.#clock, nameOf)
    this.#halter = recorder
    return {
      stop: () => {
        this.#halter = undefined
        return recorder.stop()
      },
    }
  }

  /** No recording will be asked for: nothing that comes from outside is kept, now or after a restore. */
  keepNoInputs(): void {
    this.#board.gate.log.turnOff()
  }

  /**
   * Everything since reset, for a replay. Throws RecordingError if something that changed the machine is
   * not on record: a debugger's hand, a workload on the network, input beyond what the log holds.
   */
  recording(about: About): Recording {
    const { entries, lost, unrecorded, isOff } = this.#board.gate.log
    const gap =
      (isOff && 'nothing, as was asked for') ||
      (lost > 0 && `${lost} inputs too many for the log`) ||
      (unrecorded > 0 && 'a workload that used the network by itself') ||
      (this.#halter instanceof Debugger && 'a debugger, which may change what it likes')
    if (gap) throw new RecordingError(`expected all that happened on record, got ${gap}`)
    this.#settle()
    const end = { ...this.moment, digest: digestOf(this.#parts) }
    return { about, identity: this.#identity, inputs: entries, end }
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  /** Made once: its digests take a while. */
  get #identity(): MachineIdentity {
    this.#known ??= identityOf(this.spec)
    return this.#known
  }

  get #parts(): MachineParts {
    return {
      identity: this.#identity,
      clock: this.#clock,
      ram: this.#ram,
      injector: this.#injector,
      hart: this.#hart,
      harts: this.#harts,
      board: this.#board,
      transcript: this.#transcript,
    }
  }

  #stopped(): Stop | undefined {
    const { match } = this.#transcript
    if (match !== undefined) return { kind: 'text', match }
    if (typeof this.#halt === 'object') return { kind: 'power-off', code: this.#halt.code }
    return this.#conditionHolds ? { kind: 'condition' } : undefined
  }

  #finish(halt: Halt): void {
    this.#halt = halt
    this.#hart.leave = true
  }

  #leave(): void {
    this.#hart.leave = true
  }

  /** All that is due at this cycle happens. */
  #settle(): void {
    this.#board.gate.open()
    this.#clock.fireDue()
    this.#reboot()
  }

  #askCondition(): void {
    if (this.#condition?.() !== true) return
    this.#conditionHolds = true
    this.#hart.leave = true
  }

  /** The guest asked to start again: as power-on, but time and counts go on. */
  #reboot(): boolean {
    if (this.#halt !== 'reboot') return false
    this.#halt = undefined
    this.#board.reset()
    this.#boot()
    return true
  }

  #boot(): void {
    this.#ram.clear()
    this.#harts.restart()
    const hart = this.#hart
    this.#harts.visitAll(() => {
      const { idle, unretired, extra } = hart
      hart.reset()
      hart.idle = idle
      hart.unretired = unretired
      hart.extra = extra
      hart.put(PC, 0, MEMORY_MAP.rom.base)
    })
    this.#board.boot()
    this.#engine.forget()
  }

  #mark(n: number): void {
    const now = this.#clock.now
    const busy = this.#harts.busyNow
    const instructions = busy - this.#harts.unretired - this.#hart.extra
    this.#marks.add({ n, cycles: now, busy, instructions })
  }
}

function engineFor(
  { engine = 'compiler' }: MachineSpec,
  hart: Hart,
  limits: Partial<CompilerLimits> | undefined,
): Engine {
  switch (engine) {
    case 'reference':
      return new ReferenceEngine(hart)
    case 'fast':
      return new WebAssemblyEngine(hart)
    case 'compiler':
      return new WebAssemblyEngine(hart, { ...USUAL, ...limits })
  }
}

function consoleOf(board: Board, transcript: Transcript): Console {
  return {
    type: (text) => board.type(text),
    get waiting() {
      return board.uart.waiting
    },
    get transcript() {
      return transcript.text
    },
    listen: (heard) => transcript.listen(heard),
  }
}
