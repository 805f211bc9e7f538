// Chrome's trace event format (JSON object form), which Perfetto and chrome://tracing open. Invariant: events
// are in order of time, and a time in it is virtual: microseconds with three digits, one a cycle at 1 GHz.

import type { Span, TrapTaken } from '../machine/machine.ts'
import type { Recorded } from './trace.ts'

/** One process group for what the hart does, one for the user programs. */
const HART = 0
const PROGRAMS = 1
const MICROSECONDS = 1_000_000

interface TraceEvent {
  readonly name: string
  readonly cat?: string
  readonly ph: 'X' | 'i' | 'M'
  readonly ts: number
  readonly dur?: number
  readonly pid: number
  readonly tid: number
  /** How wide an instant is drawn: a thread. */
  readonly s?: 't'
  readonly args?: Readonly<Record<string, unknown>>
}

export function chromeTrace(
  recorded: Recorded,
  hz: number,
  about: Readonly<Record<string, string>>,
) {
  const { trace, marks, profile } = recorded
  const at = (cycles: number): number => (cycles * MICROSECONDS) / hz
  const programs = [...new Set(trace.spans.map(({ name }) => name).filter(isNamed))]
  const spans = trace.spans.flatMap((span): TraceEvent[] => {
    const { what, name, from, to } = span
    const event = { cat: what, ph: 'X', ts: at(from), dur: at(to) - at(from) } as const
    const onHart = { ...event, name: label(span), pid: HART, tid: 0 }
    if (name === undefined) return [onHart]
    return [onHart, { ...event, name, pid: PROGRAMS, tid: programs.indexOf(name) }]
  })
  const traps = trace.traps.map((trap): TraceEvent => {
    const args = { cycle: trap.at, pc: `0x${trap.pc.toString(16)}`, to: trap.to }
    return instant(trapName(trap), 'trap', at(trap.at), args)
  })
  const marked = marks.map(
    ({ n, cycles }): TraceEvent => instant(`mark ${n}`, 'mark', at(cycles), { cycle: cycles }),
  )
  const events = [...spans, ...traps, ...marked].sort((a, b) => a.ts - b.ts)
  return {
    traceEvents: [...namesOf(programs), ...events],
    displayTimeUnit: 'ns',
    otherData: { ...about, lost: String(trace.lost) },
    profile,
  }
}

const isNamed = (name: string | undefined): name is string => name !== undefined

const label = ({ what, name }: Span): string => (name === undefined ? what : `${what} ${name}`)

function instant(name: string, cat: string, ts: number, args: TraceEvent['args'] = {}): TraceEvent {
  return { name, cat, ph: 'i', ts, pid: HART, tid: 0, s: 't', args }
}

function namesOf(programs: readonly string[]): TraceEvent[] {
  const named = (name: string, pid: number, tid: number, args: string): TraceEvent => {
    return { name, ph: 'M', ts: 0, pid, tid, args: { name: args } }
  }
  return [
    named('process_name', HART, 0, 'hart 0'),
    named('thread_name', HART, 0, 'privilege'),
    named('process_name', PROGRAMS, 0, 'user programs'),
    ...programs.map((program, tid) => named('thread_name', PROGRAMS, tid, program)),
  ]
}

/** Causes by the privileged specification (table of mcause). */
const EXCEPTIONS: Readonly<Record<number, string>> = {
  0: 'instruction misaligned',
  1: 'instruction access fault',
  2: 'illegal instruction',
  3: 'breakpoint',
  4: 'load misaligned',
  5: 'load access fault',
  6: 'store misaligned',
  7: 'store access fault',
  8: 'ecall from U',
  9: 'ecall from S',
  10: 'ecall from VS',
  11: 'ecall from M',
  12: 'instruction page fault',
  13: 'load page fault',
  15: 'store page fault',
  19: 'hardware error',
  20: 'instruction guest page fault',
  21: 'load guest page fault',
  22: 'virtual instruction',
  23: 'store guest page fault',
}
const INTERRUPTS: Readonly<Record<number, string>> = {
  1: 'supervisor software',
  2: 'guest software',
  3: 'machine software',
  5: 'supervisor timer',
  6: 'guest timer',
  7: 'machine timer',
  9: 'supervisor external',
  10: 'guest external',
  11: 'machine external',
  12: 'guest external to supervisor',
}

function trapName({ interrupt, cause }: TrapTaken): string {
  if (interrupt) return `${INTERRUPTS[cause] ?? `interrupt ${cause}`} interrupt`
  return EXCEPTIONS[cause] ?? `exception ${cause}`
}
