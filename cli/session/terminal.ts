// Terminal: a person at the guest's console, at a keyboard, through a pipe, or only listening. Invariant:
// the terminal is left as it was found, however the session ends.

import type { Attachment } from '../../harness/attachment.ts'
import type { Machine } from '../../machine/machine.ts'
import { beep, say } from '../voice.ts'
import { dictate, type SessionLimits } from './dictation.ts'
import { FOR_EVER, type Leave, type Session, session } from './session.ts'

/** Ctrl-a x ends the session, Ctrl-a a sends one Ctrl-a; as QEMU's console has it. */
const ESCAPE = '\u0001'
const HELP = 'Ctrl-a x ends the session; Ctrl-C goes to the guest, and Ctrl-a a sends it a Ctrl-a'
/** Ctrl-C. */
const INTERRUPT = '\u0003'
const SERVER_HELP = 'Ctrl-C ends the server; other keys go to the shell of the guest'

/** Typed bytes that the guest has not taken, above which no more are. */
const MOST_WAITING = 64 * 1024

/**
 * Connects stdin and stdout with the guest's console. After the end of piped input the guest goes on
 * as far as `limits` let it; without them, until it or a signal ends it.
 */
export function attend(
  machine: Machine,
  outside: Attachment,
  limits?: SessionLimits,
): Promise<Session> {
  if (process.stdin.isTTY === true) return typed(machine, outside, { help: HELP })
  return session(machine, outside, (over, leave) => dictate(machine, outside, over, leave, limits))
}

/**
 * The console of a guest that serves: Ctrl-C at the keyboard ends it, as with any server, and
 * without a keyboard nothing is taken from stdin.
 */
export function host(machine: Machine, outside: Attachment): Promise<Session> {
  if (process.stdin.isTTY === true) {
    return typed(machine, outside, { help: SERVER_HELP, interrupt: INTERRUPT })
  }
  return session(machine, outside, (signal) => {
    outside.attach()
    return machine.run({ deadline: FOR_EVER, signal })
  })
}

interface Keys {
  /** Said first. */
  readonly help: string
  /** A key that ends the session as the signal would. */
  readonly interrupt?: string
}

function typed(machine: Machine, outside: Attachment, keys: Keys): Promise<Session> {
  return session(machine, outside, async (over, leave) => {
    const letGo = keyboard(machine, outside, leave, keys)
    outside.attach()
    try {
      return await machine.run({ deadline: FOR_EVER, signal: over })
    } finally {
      letGo()
    }
  })
}

function keyboard(
  machine: Machine,
  outside: Attachment,
  leave: Leave,
  { help, interrupt }: Keys,
): () => void {
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
