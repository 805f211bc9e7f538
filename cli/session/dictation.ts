// Dictation: input through a pipe, typed line by line as the guest asks for it. Invariant: a line
// is not typed before the guest has taken the one before; and however a guest behaves, the session
// ends.

import type { Attachment } from '../../harness/attachment.ts'
import type { Machine, Stop } from '../../machine/machine.ts'
import { Prompts } from './prompts.ts'
import { FOR_EVER, type Leave } from './session.ts'

/** Seconds; what they bound begins when a line is typed, or the input ends. */
export interface SessionLimits {
  /** Host time that the guest may wait, doing and saying nothing. */
  readonly silence: number
  /** Host time, and virtual time, that the guest may go on in any way. */
  readonly limit: number
}

/** Piped input read ahead of the guest, above which the pipe waits. */
const MOST_WAITING = 64 * 1024
const LOOK_MS = 100
/** Every profile runs at 1 GHz. */
const CYCLES_PER_SECOND = 1_000_000_000

/**
 * Types what comes by stdin. Behind its end the guest goes on until it ends, or as far as `limits` let it;
 * without them, until it or a signal ends it.
 */
export async function dictate(
  machine: Machine,
  outside: Attachment,
  over: AbortSignal,
  leave: Leave,
  limits?: SessionLimits,
): Promise<Stop> {
  const input = new PipedInput()
  const prompts = new Prompts(machine)
  const bounds = limits && new Bounds(machine, limits, () => !input.isAwaited, leave)
  try {
    for (;;) {
      if (input.isAwaited) {
        const stop = await awaitInput(machine, outside, over, input)
        if (stop !== undefined) return stop
      }
      const line = input.take()
      if (line === undefined) break
      const asked = await prompts.next(over)
      if (typeof asked === 'object') return asked
      prompts.type(line)
      bounds?.begin()
    }
    bounds?.begin()
    if (limits === undefined) outside.attach()
    return await machine.run({ deadline: FOR_EVER, signal: over })
  } finally {
    bounds?.close()
    prompts.close()
    input.close()
  }
}

/**
 * Waits for a line. A person who types may look at what the guest says, so it goes on, at the host's pace.
 */
async function awaitInput(
  machine: Machine,
  outside: Attachment,
  over: AbortSignal,
  input: PipedInput,
): Promise<Stop | undefined> {
  const more = new AbortController()
  input.onMore = () => {
    more.abort()
    outside.wake()
  }
  outside.attach()
  const stop = await machine.run({
    deadline: FOR_EVER,
    signal: AbortSignal.any([over, more.signal]),
  })
  outside.detach()
  input.onMore = undefined
  return stop.kind === 'aborted' && !over.aborted ? undefined : stop
}

/** stdin in lines; what comes without a line's end counts as one. */
class PipedInput {
  onMore: (() => void) | undefined
  readonly #lines: string[] = []
  #waiting = 0
  #ended = false
  readonly #heard = (text: string): void => {
    for (const [line] of text.matchAll(/[^\n]*\n|[^\n]+$/g)) this.#lines.push(line)
    this.#waiting += text.length
    if (this.#waiting > MOST_WAITING) process.stdin.pause()
    this.onMore?.()
  }
  readonly #end = (): void => {
    this.#ended = true
    this.onMore?.()
  }

  constructor() {
    process.stdin.setEncoding('utf8').on('data', this.#heard).once('end', this.#end).resume()
  }

  /** True while nothing is there, and something may come. */
  get isAwaited(): boolean {
    return this.#lines.length === 0 && !this.#ended
  }

  take(): string | undefined {
    const line = this.#lines.shift()
    this.#waiting -= line?.length ?? 0
    if (this.#waiting <= MOST_WAITING && process.stdin.isPaused()) process.stdin.resume()
    return line
  }

  close(): void {
    process.stdin.off('data', this.#heard).off('end', this.#end).pause()
  }
}

/** Looks now and then at how long the guest has been silent, and how long it has gone on. */
class Bounds {
  readonly #machine: Machine
  readonly #limits: SessionLimits
  readonly #hold: () => boolean
  readonly #leave: Leave
  readonly #timer: NodeJS.Timeout
  readonly #forget: () => void
  #heard = false
  #looked = { at: 0, now: 0, busy: 0 }
  #began = { at: 0, now: 0 }
  /** Seconds. */
  #silent = 0

  /** `hold`: whether they hold now. */
  constructor(machine: Machine, limits: SessionLimits, hold: () => boolean, leave: Leave) {
    this.#machine = machine
    this.#limits = limits
    this.#hold = hold
    this.#leave = leave
    this.#forget = machine.console.listen(() => {
      this.#heard = true
    })
    this.begin()
    this.#timer = setInterval(() => void this.#look(), LOOK_MS)
  }

  begin(): void {
    this.#began = { at: performance.now(), now: this.#machine.now() }
    this.#silent = 0
  }

  close(): void {
    clearInterval(this.#timer)
    this.#forget()
  }

  async #look(): Promise<void> {
    const { at, now, busy } = this.#looked
    const machine = this.#machine
    const counted = machine.capabilities.has('counters') ? (await machine.counters()).busy : 0
    this.#looked = { at: performance.now(), now: machine.now(), busy: counted }
    if (!this.#hold()) this.begin()
    const works = counted - busy > (machine.now() - now) / 2
    if (this.#heard) this.#silent = 0
    else if (!works) this.#silent += (this.#looked.at - at) / 1000
    this.#heard = false
    if (this.#silent >= this.#limits.silence) this.#leave('silence')
    const { limit } = this.#limits
    if ((this.#looked.at - this.#began.at) / 1000 >= limit) this.#leave('host-limit')
    if (machine.now() - this.#began.now >= limit * CYCLES_PER_SECOND) this.#leave('guest-limit')
  }
}
