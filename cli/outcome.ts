// Outcome: how a session with a guest ended, as an exit code and, if it was no good end, in one line.

import { FAILED_CHECK, FINE, INTERRUPTED } from './exit.ts'
import type { Session } from './terminal.ts'

/** An exit code has eight bits; a guest's code that does not fit is a failure all the same. */
const MOST_CODE = 255

export function outcomeOf({ stop, left }: Session): number {
  if (left !== undefined) return left === 'signal' ? INTERRUPTED : FINE
  switch (stop.kind) {
    case 'power-off':
      return stop.code <= MOST_CODE ? stop.code : FAILED_CHECK
    case 'stuck':
      process.stderr.write(`mirrorbench: the guest is stuck: ${stop.why}\n`)
      return FAILED_CHECK
    case 'aborted':
    case 'condition':
    case 'deadline':
    case 'text':
      return FINE
    default:
      return stop satisfies never
  }
}
