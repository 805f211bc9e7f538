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

/**
 * What the actions of a vCont packet, `;ACTION[:THREAD]…`, come to: one hart steps, or all go on. The harts
 * run together: while one steps the others have their turns. Undefined: a thread that there is not.
 */
export function resumption(
  machine: Debugger,
  actions: string,
): { readonly step: number | undefined } | undefined {
  for (const action of actions.split(';')) {
    const [what = '', thread = '0'] = action.split(':')
    if (!/^s/i.test(what)) continue
    const step = hartOf(machine, thread)
    return step === undefined ? undefined : { step }
  }
  return { step: undefined }
}
