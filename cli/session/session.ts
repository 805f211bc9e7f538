// Session: a guest runs, its console is shown, and a person or a limit may end that. Invariant: a signal ends
// it, and all that the guest has said is shown, however it ends.

import type { Attachment } from '../../harness/attachment.ts'
import type { Machine, Stop } from '../../machine/machine.ts'
import { cycles } from '../../machine/units.ts'
import { holdOn } from '../interruption.ts'

/** Beyond any session: 100 days at 1 GHz. */
export const FOR_EVER = cycles(8_640_000_000_000_000)

export interface Session {
  /** Why the guest stopped running. */
  readonly stop: Stop
  /** Who ended the session, if it was not the guest. */
  readonly left: Leaver | undefined
}

/**
 * `silence`: piped input has ended, and the guest waits and says nothing for the time it was given. The
 * limits: it has gone on for as much of the host's time, or of its own.
 */
export type Leaver = 'person' | 'signal' | 'silence' | 'host-limit' | 'guest-limit'

/** Ends the session for that reason, unless there was one before. */
export type Leave = (who: Leaver) => void

/** Runs the guest until `over` is aborted, which `leave` and signals do. */
export type Run = (over: AbortSignal, leave: Leave) => Promise<Stop>

export async function session(machine: Machine, outside: Attachment, run: Run): Promise<Session> {
  const over = new AbortController()
  let left: Session['left']
  const leave = (who: Leaver): void => {
    left ??= who
    over.abort()
    outside.wake()
  }
  const signalled = (): void => leave('signal')
  const screen = new Screen()
  const forget = machine.console.listen((text) => screen.write(text))
  using hold = holdOn()
  if (hold.signal.aborted) signalled()
  hold.signal.addEventListener('abort', signalled)
  try {
    const stop = await run(over.signal, leave)
    return { stop, left }
  } finally {
    forget()
    screen.flush()
  }
}

/** stdout, in pieces of a turn: a guest says letter by letter what a host had better hear at once. */
class Screen {
  #text = ''

  write(text: string): void {
    if (this.#text === '') setImmediate(() => this.flush())
    this.#text += text
  }

  flush(): void {
    if (this.#text !== '') process.stdout.write(this.#text)
    this.#text = ''
  }
}
