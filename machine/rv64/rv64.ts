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
  Network,
  Snapshot,
  Stop,
  Until,
} from '../machine.ts'
import { type Cycles, cycles, type PhysicalAddress } from '../units.ts'
import { Board, type HartLine } from './board.ts'
import { Clock, NEVER } from './clock.ts'
import type { Engine } from './engine/engine.ts'
import { FastEngine } from './engine/fast.ts'
import { ReferenceEngine } from './engine/reference.ts'
import { Hart } from './hart/hart.ts'
import { wakes } from './hart/interrupt.ts'
import { describe } from './hart/registers.ts'
import { BUDGET, HELD, PC, WAITING } from './hart/state.ts'
import { MEIP, MSIP, MTIP, SEIP } from './hart/status.ts'
import { Marks } from './marks.ts'
import { MEMORY_MAP } from './memory-map.ts'
import { Ram } from './ram.ts'
import { digestOf, type MachineParts, restoreFrom, takeSnapshot } from './snapshot.ts'
import { profileNamed } from './timing/profile.ts'
import { Transcript } from './transcript.ts'

export interface Rv64Options {
  /** Lets the host's event loop turn; without it a run without pacer never pauses. */
  readonly breathe?: () => Promise<void>
}

const LINE: Readonly<Record<HartLine, number>> = { MSIP, MTIP, MEIP, SEIP }
/**
 * Instructions in one call of an engine at most. V8 replaces code by better code only between
 * calls, and a run can be aborted only there.
 */
const SLICE = 1 << 19
/** Cycles between pauses for the host, with and without somebody attached: 5 ms and 50 ms or so. */
const PACED_PAUSE = 1_000_000
const PAUSE = 8_000_000

type Halt = { readonly code: number } | 'reboot' | undefined

export class Rv64Machine implements Machine {
  readonly spec: MachineSpec
  readonly capabilities: ReadonlySet<Capability>
  readonly console: Console
  readonly #options: Rv64Options
  readonly #clock = new Clock()
  readonly #ram: Ram
  readonly #board: Board
  readonly #hart: Hart
  readonly #engine: Engine
  readonly #transcript = new Transcript()
  readonly #marks = new Marks()
  #halt: Halt
  #condition: (() => boolean) | undefined
  #conditionHolds = false
  #running = false

  /** Throws RangeError or ElfError for a spec that cannot be built. */
  constructor(spec: MachineSpec, options: Rv64Options = {}) {
    if (spec.harts !== 1) throw new RangeError(`expected 1 hart, got ${spec.harts}`)
    this.spec = spec
    this.#options = options
    const profile = profileNamed(spec.profile)
    this.#ram = new Ram(spec.banks.reduce((sum, bank) => sum + bank.bytes, 0))
    // The hart needs the bus, and the board the hart's interrupt inputs: the lines bind late.
    const late: { hart?: Hart } = {}
    this.#board = new Board({
      spec,
      clock: this.#clock,
      dma: this.#ram,
      profile,
      interrupt: (_, line, level) => late.hart?.setLine(LINE[line], level),
      finish: (code, kind) => this.#finish(kind === 'reboot' ? 'reboot' : { code }),
      timeMoved: () => late.hart?.timers.update(),
      networkEvent: () => this.#askCondition(),
    })
    this.#hart = new Hart({
      ram: this.#ram,
      clock: this.#clock,
      bus: this.#board.bus,
      cyclesPerTick: profile.cyclesPerTick,
      timeOffset: () => this.#board.clint.offset,
      mark: (n) => this.#mark(n),
    })
    late.hart = this.#hart
    this.#ram.onDma = () => this.#hart.endReservation()
    this.#board.uart.onOutput = (byte) => {
      if (this.#transcript.write(byte)) this.#hart.leave = true
    }
    this.#engine =
      spec.engine === 'reference' ? new ReferenceEngine(this.#hart) : new FastEngine(this.#hart)
    this.console = consoleOf(this.#board, this.#transcript)
    const network: readonly Capability[] = spec.network === true ? ['network'] : []
    this.capabilities = new Set(['counters', 'snapshot', 'hypervisor', 'marks', ...network])
    this.#boot()
  }

  get network(): Network | undefined {
    return this.#board.network
  }

  now(): Cycles {
    return this.#clock.now
  }

  async run(until: Until): Promise<Stop> {
    if (this.#running) throw new Error('expected one run at a time, got a second')
    this.#running = true
    try {
      this.#transcript.expect(until.text)
      this.#condition = until.when
      this.#conditionHolds = false
      this.#askCondition()
      return await this.#runUntil(until)
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
    if (hart !== 0) throw new RangeError(`expected hart 0, got ${hart}`)
    return describe(this.#hart)
  }

  async counters(): Promise<Counters> {
    return {
      cycles: this.#clock.now,
      busy: this.#clock.now - this.#hart.idle,
      instructions: this.#clock.now - this.#hart.idle - this.#hart.unretired,
      events: { ...this.#hart.counters.events(), ...this.#board.counts() },
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
    return takeSnapshot(this.#parts)
  }

  /** Throws SnapshotError for one that is damaged or of another machine; the machine is as before. */
  async restore(from: Snapshot): Promise<void> {
    restoreFrom(this.#parts, from)
    this.#engine.forget()
    this.#marks.clear()
    this.#halt = undefined
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  get #parts(): MachineParts {
    return {
      spec: this.spec,
      clock: this.#clock,
      ram: this.#ram,
      hart: this.#hart,
      board: this.#board,
      transcript: this.#transcript,
    }
  }

  async #runUntil(until: Until): Promise<Stop> {
    const { pacer } = this.spec
    let pauseAt = this.#clock.now + (pacer === undefined ? PAUSE : PACED_PAUSE)
    for (;;) {
      const stop = this.#stopNow(until)
      if (stop !== undefined) return stop
      this.#clock.fireDue()
      if (this.#stopNow(until) !== undefined || this.#reboot()) continue
      if (this.#waits()) {
        const stuck = await this.#wait(until)
        if (stuck !== undefined) return stuck
      } else this.#slice(until.deadline)
      if (this.#clock.now < pauseAt) continue
      if (pacer !== undefined) await pacer.breathe(this.#clock.now)
      else await this.#options.breathe?.()
      pauseAt = this.#clock.now + (pacer === undefined ? PAUSE : PACED_PAUSE)
    }
  }

  #stopNow(until: Until): Stop | undefined {
    const { match } = this.#transcript
    if (match !== undefined) return { kind: 'text', match }
    if (typeof this.#halt === 'object') return { kind: 'power-off', code: this.#halt.code }
    if (this.#conditionHolds) return { kind: 'condition' }
    if (until.signal?.aborted === true) return { kind: 'aborted' }
    return this.#clock.now >= until.deadline ? { kind: 'deadline' } : undefined
  }

  /** True while the hart waits in wfi. */
  #waits(): boolean {
    const { i32 } = this.#hart
    if (i32[WAITING >> 2] === 0) return false
    if (!wakes(this.#hart)) return true
    i32[WAITING >> 2] = 0
    return false
  }

  /** Moves virtual time to the next event, or as far as the pacer lets it. */
  async #wait(until: Until): Promise<Stop | undefined> {
    const { pacer } = this.spec
    const next = this.#clock.next()
    if (pacer === undefined) {
      if (next === NEVER) return { kind: 'stuck', why: 'wfi with no interrupt to come' }
      this.#idleUntil(Math.min(next, until.deadline))
      return undefined
    }
    const goal = Math.min(next, until.deadline)
    await pacer.idle(this.#clock.now, cycles(goal))
    // Input may have woken the hart, or brought an earlier event.
    if (this.#waits()) this.#idleUntil(Math.min(goal, this.#clock.next()))
    return undefined
  }

  #idleUntil(when: number): void {
    const from = this.#clock.now
    if (when <= from) return
    this.#hart.idle += when - from
    this.#clock.now = cycles(when)
  }

  /** Executes up to the next event or the deadline. */
  #slice(deadline: Cycles): void {
    const clock = this.#clock
    const hart = this.#hart
    const end = Math.min(clock.next(), deadline, clock.now + SLICE)
    hart.leave = false
    hart.counters.slices++
    hart.sliceEnd = end
    hart.i32[BUDGET >> 2] = end - clock.now
    hart.i32[HELD >> 2] = 0
    this.#engine.execute()
    clock.now = cycles(end - hart.i32[BUDGET >> 2]! - hart.i32[HELD >> 2]!)
    hart.i32[BUDGET >> 2] = 0
    hart.i32[HELD >> 2] = 0
  }

  #finish(halt: Halt): void {
    this.#halt = halt
    this.#hart.leave = true
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
    const { idle, unretired } = this.#hart
    this.#board.reset()
    this.#boot()
    this.#hart.idle = idle
    this.#hart.unretired = unretired
    return true
  }

  #boot(): void {
    this.#ram.clear()
    this.#hart.reset()
    this.#board.boot()
    this.#hart.put(PC, 0, MEMORY_MAP.rom.base)
    this.#engine.forget()
  }

  #mark(n: number): void {
    const now = this.#clock.now
    const busy = now - this.#hart.idle
    this.#marks.add({ n, cycles: now, busy, instructions: busy - this.#hart.unretired })
  }
}

function consoleOf(board: Board, transcript: Transcript): Console {
  return {
    type: (text) => board.type(text),
    get transcript() {
      return transcript.text
    },
    listen: (heard) => transcript.listen(heard),
  }
}
