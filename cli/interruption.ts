// Interruption: what becomes of SIGINT, SIGTERM and SIGHUP. Until `heedSignals`, the first thing that the
// command does, the launcher answers for them. Invariant: no verb ends by a signal in silence: one that keeps
// something holds on, is told by an AbortSignal, and says what it kept; any other ends at once with exit code
// 130 and says so.

import { constants } from 'node:os'
import { INTERRUPTED } from './exit.ts'
import { complain } from './voice.ts'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
/**
 * A user who presses Ctrl-C again after so long has waited in vain; sooner, it is one and the same
 * interruption: a terminal and a launcher both pass it on, and `timeout` sends it to a process and its
 * group.
 */
const SAME_MS = 3000

const holds = new Set<AbortController>()
let first: number | undefined
let lastWords = 'interrupted'

/**
 * Listens to the signals for good. Also turns the kernel's answer to a file that may not grow into an error
 * of the write.
 */
export function heedSignals(): void {
  for (const signal of SIGNALS) process.on(signal, heard)
  if ('SIGXFSZ' in constants.signals) process.on('SIGXFSZ', () => {})
}

export interface Hold extends Disposable {
  /** Aborted when a signal comes; the verb that holds on then comes to an end by itself. */
  readonly signal: AbortSignal
}

/** A hold: until it is disposed of, a signal ends nothing but is told. */
export function holdOn(): Hold {
  const over = new AbortController()
  if (first !== undefined) over.abort()
  holds.add(over)
  return { signal: over.signal, [Symbol.dispose]: () => void holds.delete(over) }
}

/** Sets what the process says when a signal ends it while no verb holds on: what is kept, say. */
export function setLastWords(text: string): void {
  lastWords = text
}

function heard(): void {
  const now = performance.now()
  const again = first !== undefined && now - first > SAME_MS
  first ??= now
  if (holds.size === 0) leave(lastWords)
  if (again) leave('interrupted twice: left at once, what was not kept by now is lost')
  for (const hold of holds) hold.abort()
}

function leave(why: string): never {
  complain(why)
  process.exit(INTERRUPTED)
}
