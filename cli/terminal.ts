// Terminal: somebody at the guest's console, at a keyboard or through a pipe. Invariant: the terminal is
// left as it was found, however the session ends.

import type { Outside } from '../harness/outside.ts'
import type { Machine, Stop } from '../machine/machine.ts'
import { cycles } from '../machine/units.ts'

/** Ctrl-a x ends the session, Ctrl-a a sends one Ctrl-a; as QEMU's console has it. */
const ESCAPE = '\u0001'
const HELP = 'Ctrl-a x ends the session, Ctrl-a a sends Ctrl-a\n'
/** With the end of piped input, the guest has ended too once it has been quiet for so long. */
const QUIET_MS = 500
/** Beyond any session: 100 days at 1 GHz. */
const FOR_EVER = 8_640_000_000_000_000

export interface Session {
  readonly stop: Stop
  /** Ended by the person or by the end of input, not by the guest. */
  readonly left: boolean
}

/** Connects stdin and stdout with the guest's console until either ends. */
export async function attend(machine: Machine, outside: Outside): Promise<Session> {
  const leave = new AbortController()
  const forget = machine.console.listen((text) => process.stdout.write(text, 'latin1'))
  const letGo = takeKeys(machine, outside, leave)
  outside.attach()
  leave.signal.addEventListener('abort', () => outside.wake())
  try {
    const deadline = cycles(FOR_EVER)
    const stop = await machine.run({ deadline, signal: leave.signal })
    return { stop, left: leave.signal.aborted }
  } finally {
    letGo()
    forget()
  }
}

function takeKeys(machine: Machine, outside: Outside, leave: AbortController): () => void {
  const { stdin } = process
  const raw = stdin.isTTY === true
  if (raw) {
    process.stderr.write(HELP)
    stdin.setRawMode(true)
  }
  let escaped = false
  const heard = (chunk: Buffer): void => {
    for (const key of chunk.toString('latin1')) {
      if (raw && escaped) {
        escaped = false
        if (key === 'x') leave.abort()
        else machine.console.type(key)
      } else if (raw && key === ESCAPE) escaped = true
      else machine.console.type(raw && key === '\r' ? '\n' : key)
    }
    outside.wake()
  }
  const stopWaiting = raw ? () => {} : leaveWhenQuiet(machine, leave)
  const interrupted = (): void => leave.abort()
  stdin.on('data', heard).resume()
  process.on('SIGINT', interrupted).on('SIGTERM', interrupted)
  return () => {
    stdin.off('data', heard).pause()
    process.off('SIGINT', interrupted).off('SIGTERM', interrupted)
    stopWaiting()
    if (raw) stdin.setRawMode(false)
  }
}

/** Once input has ended: leaves after a time without output. */
function leaveWhenQuiet(machine: Machine, leave: AbortController): () => void {
  let timer: NodeJS.Timeout | undefined
  let ended = false
  const rewind = (): void => {
    clearTimeout(timer)
    if (ended) timer = setTimeout(() => leave.abort(), QUIET_MS)
  }
  const forget = machine.console.listen(rewind)
  process.stdin.once('end', () => {
    ended = true
    rewind()
  })
  return () => {
    clearTimeout(timer)
    forget()
  }
}
