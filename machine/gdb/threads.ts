// Threads as gdb numbers them: a hart is a thread, and thread n + 1 is hart n, for 0 means any of them and
// -1 all. Invariant: what names no hart gives undefined.

import type { Debugger } from '../rv64/debug/debugger.ts'

/** The thread of a hart, as it goes over the wire. */
export const threadOf = (hart: number): string => (hart + 1).toString(16)

/** All threads, in the answer to qfThreadInfo. */
export function threadList(machine: Debugger): string {
  return `m${Array.from({ length: machine.harts }, (_, hart) => threadOf(hart)).join(',')}`
}

/** The hart that a thread's number means: for any or all, the one that is selected. */
export function hartOf(machine: Debugger, thread: string): number | undefined {
  if (thread === '0' || thread === '-1') return machine.selected
  const number = /^[0-9a-f]{1,4}$/i.test(thread) ? Number.parseInt(thread, 16) : 0
  return number >= 1 && number <= machine.harts ? number - 1 : undefined
}

/** Continue or step; also with a signal, which our machine has no use for. */
const ACTION = /^([cs]|[CS][0-9a-fA-F]{2})$/

export interface Resumption {
  /** The hart that makes a step; undefined: all go on. */
  readonly step: number | undefined
  /** The one that breakpoints hold for; undefined: for all. */
  readonly only: number | undefined
}

/**
 * What the actions of a vCont packet, `;ACTION[:THREAD]…`, come to. The harts run together: while one
 * steps the others have their turns. But gdb, which steps over a breakpoint by one of its own, names that
 * thread alone and wants to hear of no other. Undefined: no action, one that there is not, or a thread
 * that there is not.
 */
export function resumption(machine: Debugger, actions: string): Resumption | undefined {
  const parts = actions.split(';').map((action) => action.split(':'))
  const sound = parts.every(
    ([what = '', thread = '0', ...more]) =>
      ACTION.test(what) && hartOf(machine, thread) !== undefined && more.length === 0,
  )
  if (!sound) return undefined
  const all = parts.some(([, thread = '-1']) => thread === '-1')
  const [what = '', thread = '0'] = parts.find(([one = '']) => /^s/i.test(one)) ?? parts[0]!
  const hart = hartOf(machine, thread)
  if (hart === undefined) return undefined
  return { step: /^s/i.test(what) ? hart : undefined, only: all ? undefined : hart }
}
