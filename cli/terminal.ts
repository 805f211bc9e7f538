// Terminal: somebody at the guest's console, at a keyboard, through a pipe, or only listening. Invariant:
// the terminal is left as it was found, however the session ends.

import type { Outside } from '../harness/outside.ts'
import type { Machine, Stop } from '../machine/machine.ts'
import { cycles } from '../machine/units.ts'
import { holdOn } from './interruption.ts'
import { beep, say } from './voice.ts'

/** Ctrl-a x ends the session, Ctrl-a a sends one Ctrl-a; as QEMU's console has it. */
const ESCAPE = '\u0001'
const HELP = 'Ctrl-a x ends the session; Ctrl-C goes to the guest, and Ctrl-a a sends it a Ctrl-a'
/** Ctrl-C. */
const INTERRUPT = '\u0003'
const SERVER_HELP = 'Ctrl-C ends the server; other keys go to the shell of the guest'
/** Beyond any session: 100 days at 1 GHz. */
export const FOR_EVER = cycles(8_640_000_000_000_000)

/** Typed bytes that the guest has not taken, above which a pipe waits; with a chunk more, all is well. */
const MOST_WAITING = 64 * 1024
const RETRY_MS = 10

export interface Session {
  /** Why the guest stopped running. */
  readonly stop: Stop
  /** Who ended the session, if it was not the guest. */
  readonly left: Leaver | undefined
}

/** `silence`: piped input has ended, and the guest has said nothing for the time it was given. */
export type Leaver = 'person' | 'signal' | 'silence'

/**
 * Connects stdin and stdout with the guest's console. After the end of piped input the guest goes on
 * until it has been silent for `silenceMs`; without that number, until it or a signal ends it.
 */
export function attend(machine: Machine, outside: Outside, silenceMs?: number): Promise<Session> {
  const raw = process.stdin.isTTY === true
  return session(machine, outside, raw ? keyboard(HELP) : pipe(silenceMs))
}

/**
 * The console of a guest that serves: Ctrl-C at the keyboard ends it, as with any server, and without a
 * keyboard nothing is taken from stdin.
 */
export function host(machine: Machine, outside: Outside): Promise<Session> {
  const raw = process.stdin.isTTY === true
  return session(machine, outside, raw ? keyboard(SERVER_HELP, INTERRUPT) : () => () => {})
}

/** A way to feed the console; returns how to stop. */
type Feed = (machine: Machine, outside: Outside, leave: (who: Leaver) => void) => () => void

async function session(machine: Machine, outside: Outside, feed: Feed): Promise<Session> {
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
  const letGo = feed(machine, outside, leave)
  outside.attach()
  try {
    const stop = await machine.run({ deadline: FOR_EVER, signal: over.signal })
    return { stop, left }
  } finally {
    letGo()
    forget()
    screen.flush()
  }
}

/** `help`: said first. `interrupt`: a key that ends the session as the signal would. */
function keyboard(help: string, interrupt?: string): Feed {
  return (machine, outside, leave) => {
    const { stdin } = process
    say(help)
    stdin.setRawMode(true)
    let escaped = false
    const type = (key: string): void => {
      if (machine.console.waiting <= MOST_WAITING) machine.console.type(key)
      else beep()
    }
    const heard = (keys: string): void => {
      for (const key of keys) {
        if (escaped) {
          escaped = false
          if (key === 'x') leave('person')
          else type(key)
        } else if (key === interrupt) leave('signal')
        else if (key === ESCAPE) escaped = true
        else type(key === '\r' ? '\n' : key)
      }
      outside.wake()
    }
    stdin.setEncoding('utf8').on('data', heard).resume()
    return () => {
      stdin.off('data', heard).pause()
      stdin.setRawMode(false)
      process.stdout.write('\n')
    }
  }
}

/** Passes input on as it comes; with its end nobody is there any more. */
function pipe(silenceMs: number | undefined): Feed {
  return (machine, outside, leave) => {
    const { stdin } = process
    let timer: NodeJS.Timeout | undefined
    let retry: NodeJS.Timeout | undefined
    let ended = false
    /** Input that ends, or that nobody takes: from now on the guest is to say something. */
    const rewind = (): void => {
      clearTimeout(timer)
      if (silenceMs === undefined || !(ended || stdin.isPaused())) return
      timer = setTimeout(leave, silenceMs, 'silence')
    }
    const goOn = (): void => {
      if (machine.console.waiting > MOST_WAITING) retry = setTimeout(goOn, RETRY_MS)
      else stdin.resume()
    }
    const heard = (text: string): void => {
      machine.console.type(text)
      outside.wake()
      if (machine.console.waiting <= MOST_WAITING) return
      stdin.pause()
      rewind()
      retry = setTimeout(goOn, RETRY_MS)
    }
    const end = (): void => {
      if (silenceMs === undefined) return
      ended = true
      outside.detach()
      rewind()
    }
    const forget = machine.console.listen(rewind)
    stdin.setEncoding('utf8').on('data', heard).once('end', end).resume()
    return () => {
      clearTimeout(timer)
      clearTimeout(retry)
      forget()
      stdin.off('data', heard).off('end', end).pause()
    }
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
