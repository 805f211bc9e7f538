// Prompts: when a guest wants the next line. It wants one where it shows a prompt, and what a
// prompt looks like is learned: the unfinished line behind which it fell silent. Invariant: no line
// is typed while the guest has yet to take what was typed before; on our machine only virtual time
// counts, so that the same lines give the same run.

import type { Machine, Stop } from '../../machine/machine.ts'
import { cycles } from '../../machine/units.ts'
import { FOR_EVER } from './session.ts'

/**
 * Silence for so long is a pause: of the guest's time, or the host's on QEMU, where a guest that waits cannot
 * be told from one that works.
 */
const PAUSE = 1_000_000_000
const PAUSE_MS = 1000
/** A guest that computes, or has said nothing yet, is given so many pauses before it is taken to listen. */
const PAUSES_AT_WORK = 10
/** The share of a pause that a guest which computes is at work. */
const WORK = 0.5
/** What ends a line and is longer is no prompt; guests have few of them. */
const LONGEST = 80
const MOST = 16
/** What a run has heard is looked through with each character, so a run ends after so many. */
const MUCH = 2048

/** A prompt that is known, or a pause without one; otherwise the guest has stopped. */
export type Asked = 'prompt' | 'pause' | Stop

export class Prompts {
  readonly #machine: Machine
  readonly #known: Set<string>
  readonly #forget: () => void
  /** What the guest has said since its last line's end, or since the last line was typed. */
  #tail = ''
  #heard = false
  #mute = true

  /** `known`: prompts that need not be learned. */
  constructor(machine: Machine, known: readonly string[] = []) {
    this.#machine = machine
    this.#known = new Set(known)
    this.#forget = machine.console.listen((text) => this.#listen(text))
  }

  close(): void {
    this.#forget()
  }

  type(text: string): void {
    this.#machine.console.type(text)
    this.#tail = ''
  }

  /** Runs the guest until it asks for input; a guest at work is let be for ever if `patient`. */
  async next(signal: AbortSignal, patient = false): Promise<Asked> {
    for (let pauses = 1; ; pauses++) {
      if (this.#known.has(this.#tail)) return 'prompt'
      this.#heard = false
      const busy = await this.#busy()
      const from = this.#machine.now()
      const stop = await this.#run(signal)
      if (stop.kind !== 'deadline' && stop.kind !== 'text') return stop
      const { waiting } = this.#machine.console
      const works = (await this.#busy()) - busy > WORK * (this.#machine.now() - from)
      if (this.#heard || waiting > 0 || (works && patient)) pauses = 0
      else if (pauses >= (works || this.#mute ? PAUSES_AT_WORK : 1)) {
        this.#learn()
        return 'pause'
      }
    }
  }

  /** Runs the guest to its next prompt, or for a pause. */
  async #run(signal: AbortSignal): Promise<Stop> {
    const known = [...this.#known].map((prompt) => prompt.replace(/[^\w\s]/g, '\\$&'))
    const text = new RegExp(`\\n\\r?(?:${known.join('|')})$|^[\\s\\S]{${MUCH}}`)
    const until = known.length === 0 ? {} : { text }
    if (this.#countsWork) {
      const deadline = cycles(this.#machine.now() + PAUSE)
      return this.#machine.run({ ...until, deadline, signal })
    }
    const either = AbortSignal.any([signal, AbortSignal.timeout(PAUSE_MS)])
    const stop = await this.#machine.run({ ...until, deadline: FOR_EVER, signal: either })
    return stop.kind === 'aborted' && !signal.aborted ? { kind: 'deadline' } : stop
  }

  get #countsWork(): boolean {
    return this.#machine.capabilities.has('counters')
  }

  async #busy(): Promise<number> {
    return this.#countsWork ? (await this.#machine.counters()).busy : 0
  }

  #listen(text: string): void {
    this.#heard = true
    this.#mute = false
    const tail = this.#tail + text
    this.#tail = tail.slice(Math.max(tail.lastIndexOf('\n') + 1, tail.length - LONGEST - 1))
    if (this.#tail.startsWith('\r')) this.#tail = this.#tail.slice(1)
  }

  #learn(): void {
    const { size } = this.#known
    if (this.#tail !== '' && this.#tail.length <= LONGEST && size < MOST)
      this.#known.add(this.#tail)
  }
}
