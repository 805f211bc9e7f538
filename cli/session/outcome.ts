// Outcome: how a session with a guest ended, as an exit code and, if it was no good end, in one line.
// Invariant: 0 means that the guest said so, or that the person left.

import { FAILED_CHECK, FINE, INTERRUPTED } from '../exit.ts'
import { complain } from '../voice.ts'
import type { Session } from './session.ts'

/** An exit code has eight bits; a guest's code that does not fit is a failure all the same. */
const MOST_CODE = 255

export function outcomeOf({ stop, left }: Session): number {
  switch (stop.kind) {
    case 'power-off':
      return stop.code <= MOST_CODE ? stop.code : FAILED_CHECK
    case 'stuck':
      return failed(`the guest is stuck: ${stop.why}`)
    case 'deadline':
      return failed(
        'the guest is stuck: it waits, the input has ended, and nothing else is to come',
      )
    case 'aborted':
      return abortedBy(left)
    case 'condition':
    case 'user':
    case 'text':
      return FINE
    default:
      return stop satisfies never
  }
}

function abortedBy(left: Session['left']): number {
  const why = 'the input has ended or is not taken, and the guest'
  const instead = 'or lines that end with a command to power off'
  switch (left) {
    case 'silence':
      return failed(
        `${why} waits in silence; expected it to power off. Try: more time with --silence, ${instead}`,
      )
    case 'host-limit':
    case 'guest-limit': {
      const whose = left === 'host-limit' ? "the host's" : 'its own'
      return failed(
        `${why} has gone on for as much of ${whose} time as --limit allows; expected it to power off. ` +
          `Try: more time with --limit, ${instead}`,
      )
    }
    case 'signal':
      return INTERRUPTED
    case 'person':
    case undefined:
      return FINE
    default:
      return left satisfies never
  }
}

function failed(why: string): number {
  complain(why)
  return FAILED_CHECK
}
