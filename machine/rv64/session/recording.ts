// A recording: all that came from outside during a session, each with its cycle, and how the session
// ended; with the same machine that is the session. Invariant: a recording that exists is whole: inputs
// in order of time, none after the end, and every connection opened before it is used.

import { UserError } from '../../../errors/user-error.ts'
import { cycles } from '../../units.ts'
import type { MachineIdentity } from '../saved/machine-identity.ts'
import type { Input, Moment } from './input-log.ts'
import { readEntry } from './recorded-socket.ts'

export interface Recording {
  readonly about: About
  /** The identity of the machine that was recorded. */
  readonly identity: MachineIdentity
  readonly inputs: readonly Input[]
  readonly end: End
}

/** What the recorder wants to find again; the machine asks nothing of it. */
export interface About {
  /** The program that recorded. */
  readonly version: string
  /** How the machine came about, as names and values: a verb and its options, say. */
  readonly origin: Readonly<Record<string, string>>
}

export interface End extends Moment {
  /** The digest of the machine's state at that moment. */
  readonly digest: string
}

/** A session that cannot be recorded, a file that is no recording, a machine that does not fit one. */
export class RecordingError extends UserError {
  override readonly name = 'RecordingError'
  constructor(message: string) {
    super(`recording: ${message}`)
  }
}

const PORT_BYTES = 2

/** Throws RecordingError unless the inputs can be replayed as they stand. */
export function checkInputs(inputs: readonly Input[], end: Moment): void {
  let now: Moment = { cycle: cycles(0), ...(end.together !== undefined && { together: 0 }) }
  let connections = 0
  inputs.forEach(({ kind, bytes, ...moment }, i) => {
    const wrong = (expected: string, got: string | number): never => {
      throw new RecordingError(`input ${i + 1}: expected ${expected}, got ${got}. Record it again`)
    }
    if (!inOrder(now, moment) || !inOrder(moment, end)) {
      wrong(`a moment from ${momentText(now)} to ${momentText(end)}`, momentText(moment))
    }
    now = moment
    if (kind === 'console' || kind === 'memory-error') return
    const entry = readEntry(bytes) ?? wrong('the number of a connection', `${bytes.length} bytes`)
    const { number, bytes: rest } = entry
    if (kind === 'connect') {
      connections++
      if (number !== connections) wrong(`connection ${connections}`, number)
      if (rest.length !== PORT_BYTES) wrong(`${PORT_BYTES} bytes for a port`, rest.length)
    } else if (number < 1 || number > connections) {
      wrong(`one of ${connections} connections that are open`, number)
    }
  })
}

/** Both of one hart, or of several, and none before the other. */
function inOrder(a: Moment, b: Moment): boolean {
  const [from, to] = [a.together ?? -1, b.together ?? -1]
  return a.cycle <= b.cycle && from <= to && from < 0 === to < 0
}

/** The moment in words: `cycle 7`, `cycle 7 (12 together)`. */
export const momentText = ({ cycle, together }: Moment): string =>
  together === undefined ? `cycle ${cycle}` : `cycle ${cycle} (${together} together)`

/** The port of a `connect`; requires checked inputs. */
export function portOf(bytes: Uint8Array): number {
  return ((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0)
}
