// Conversation: a workload's talk with one booted guest. Invariant: it only types, listens and lets
// virtual time pass; every reading comes from the machine's counters or its marks, and each wait is
// bounded in virtual time.

import type { Machine, MarkLog, PeerSocket, Stop, Until } from '../machine/machine.ts'
import { type Cycles, cycles } from '../machine/units.ts'
import type { Unit } from '../results/measurement.ts'
import { type Guest, type GuestUnit, WorkloadFailure } from '../workloads/workload.ts'
import type { Probe, Reading } from './probe.ts'

/** A reading, with the region that it is of and the how many-th of the conversation it is. */
export interface RegionReading extends Reading {
  readonly region: string
  readonly iteration: number
}

export interface Surroundings {
  readonly probes: readonly Probe[]
  readonly live: boolean
  /** Cycles a second of the profile, for messages. */
  readonly hz: number
  /** Ends every wait (Ctrl-C, the watchdog). */
  readonly signal?: AbortSignal
  /** Walks the config's invariants and throws on a violation. */
  readonly check: () => Promise<void>
  /** Runs the machine instead of the machine itself, to look at the guest on the way. */
  readonly through?: Pick<Machine, 'run'>
  /** Opens a host port that leads to the guest's; absent without an outside peer. */
  readonly expose?: (port: number) => Promise<number>
}

/** How long a guest may take over anything, unless the workload says otherwise. */
export const PATIENCE = cycles(1_000_000_000)
/** The same while a client outside works, with whom virtual time goes no faster than the host's. */
const OUTSIDE_PATIENCE = cycles(120_000_000_000)
/** The shell's prompt, at the start of a line and with nothing behind it. */
export const PROMPT = /(?:^|\n)\$ $/
/** A live cell counts nothing that could be taken for an exact number. */
const LIVE_UNITS: Readonly<Partial<Record<Unit, Unit>>> = { cycles: 'live-cycles' }

export class Conversation implements Guest {
  readonly readings: RegionReading[] = []
  readonly #machine: Machine
  readonly #through: Pick<Machine, 'run'>
  readonly #around: Surroundings
  readonly #iterations = new Map<string, number>()
  /** Console text that no `expect` has consumed yet. */
  #unread = ''

  constructor(machine: Machine, around: Surroundings) {
    this.#machine = machine
    this.#through = around.through ?? machine
    this.#around = around
  }

  type(line: string): void {
    this.#machine.console.type(`${line}\n`)
  }

  async expect(text: RegExp, within: Cycles = PATIENCE): Promise<RegExpExecArray> {
    const already = text.exec(this.#unread)
    if (already !== null) return this.#consume(already)
    const stop = await this.#run({ text, heard: this.#unread }, within)
    if (stop.kind === 'text') return this.#consume(stop.match)
    const last = this.#machine.console.transcript.trimEnd().split('\n').at(-1)?.trim() ?? ''
    throw new WorkloadFailure(
      `expected ${text} within ${this.#seconds(within)} of virtual time; ` +
        `the guest stopped by ${stopText(stop)}; last line was "${last}"`,
      stop,
    )
  }

  async command(line: string, within: Cycles = PATIENCE): Promise<string> {
    this.type(line)
    const { input } = await this.expect(PROMPT, within)
    const said = input.replaceAll('\r', '').replace(/\$ $/, '')
    return said.startsWith(`${line}\n`) ? said.slice(line.length + 1) : said
  }

  async measure(region: string, body: () => Promise<void>): Promise<void> {
    if (!this.#machine.capabilities.has('counters')) return this.#measureOutside(region, body)
    const before = await this.#machine.counters()
    await body()
    const after = await this.#machine.counters()
    for (const probe of this.#around.probes) {
      for (const reading of probe.read(before, after)) this.#add(region, reading)
    }
  }

  addReading(region: string, metric: string, unit: GuestUnit, value: number): void {
    this.#add(region, { metric, unit, value })
  }

  takeMarks(): MarkLog {
    return this.#machine.takeMarks()
  }

  now(): Cycles {
    return this.#machine.now()
  }

  get hz(): number {
    return this.#around.hz
  }

  async runUntil(done: () => boolean, within: Cycles = PATIENCE): Promise<void> {
    if (done()) return
    const stop = await this.#run({ when: done }, within)
    if (stop.kind === 'condition') return
    const waited = this.#seconds(within)
    throw new WorkloadFailure(
      `expected the condition within ${waited} of virtual time; the guest stopped by ${stopText(stop)}`,
      stop,
    )
  }

  connect(port: number): PeerSocket {
    const { network } = this.#machine
    if (network === undefined) throw new Error('expected a machine with a network card, got none')
    return network.connect(port)
  }

  expose(port: number): Promise<number> {
    const { expose } = this.#around
    if (expose === undefined) throw new Error('expose: only a live workload reaches the host')
    return expose(port)
  }

  async runDuring<T>(work: Promise<T>, within: Cycles = OUTSIDE_PATIENCE): Promise<T> {
    const over = new AbortController()
    const settled = work.finally(() => over.abort())
    settled.catch(() => {}) // awaited below; a rejection meanwhile is not unhandled
    const stop = await this.#run({}, within, over.signal)
    if (over.signal.aborted) return settled
    throw new WorkloadFailure(
      `the guest stopped by ${stopText(stop)} before the outside work was done`,
      stop,
    )
  }

  check(): Promise<void> {
    return this.#around.check()
  }

  async powerOff(): Promise<Stop> {
    this.type('poweroff')
    return this.#run({}, PATIENCE)
  }

  async #run(
    until: Pick<Until, 'text' | 'heard' | 'when'>,
    within: Cycles,
    also?: AbortSignal,
  ): Promise<Stop> {
    const signals = [this.#around.signal, also].filter((signal) => signal !== undefined)
    const forget = this.#machine.console.listen((text) => {
      this.#unread += text
    })
    try {
      return await this.#through.run({
        ...until,
        deadline: cycles(this.#machine.now() + within),
        ...(signals.length > 0 ? { signal: AbortSignal.any(signals) } : {}),
      })
    } finally {
      forget()
      this.#around.signal?.throwIfAborted()
    }
  }

  /** Drops what the match covers; `input` of the result is all text up to the match's end. */
  #consume(match: RegExpExecArray): RegExpExecArray {
    const end = match.index + match[0].length
    match.input = match.input.slice(0, end)
    this.#unread = this.#unread.slice(end)
    return match
  }

  /** All that can be said of a machine that counts nothing exactly: how long the host took. */
  async #measureOutside(region: string, body: () => Promise<void>): Promise<void> {
    const started = performance.now()
    await body()
    this.#add(region, { metric: 'host', unit: 'host-ms', value: performance.now() - started })
  }

  #add(region: string, reading: Reading): void {
    const key = `${region}\0${reading.metric}`
    const iteration = this.#iterations.get(key) ?? 0
    this.#iterations.set(key, iteration + 1)
    const unit = this.#around.live ? (LIVE_UNITS[reading.unit] ?? reading.unit) : reading.unit
    this.readings.push({ ...reading, unit, region, iteration })
  }

  #seconds(time: Cycles): string {
    return `${time / this.#around.hz} s`
  }
}

export function stopText(stop: Stop): string {
  switch (stop.kind) {
    case 'text':
    case 'condition':
    case 'user':
    case 'deadline':
    case 'aborted':
      return stop.kind
    case 'power-off':
      return `power-off with code ${stop.code}`
    case 'stuck':
      return `stuck: ${stop.why}`
    default:
      return stop satisfies never
  }
}
