// FakeMachine: a guest in forty lines for tests of the harness: it echoes what is typed, answers each
// line as its script says, and prompts. Only tests use it.

import type {
  Counters,
  Machine,
  MachineSpec,
  Mark,
  Snapshot,
  Stop,
  Until,
} from '../machine/machine.ts'
import { type Cycles, cycles } from '../machine/units.ts'

export interface Reply {
  readonly says?: string
  readonly cycles?: number
  readonly marks?: readonly Mark[]
  /** Ends the run instead of prompting. */
  readonly stop?: Stop
}

export type Script = (line: string) => Reply

const BOOT_CYCLES = 1000
const IDLE_CYCLES = 10

interface State {
  now: number
  busy: number
  transcript: string
  booted: boolean
}

export function fakeMachine(script: Script, spec: Partial<MachineSpec> = {}): Machine {
  let state: State = { now: 0, busy: 0, transcript: '', booted: false }
  let typed = ''
  let marks: Mark[] = []
  const listeners = new Set<(text: string) => void>()

  const say = (text: string): string => {
    state.transcript += text
    for (const heard of listeners) heard(text)
    return text
  }
  const spend = (busy: number): void => {
    state.now += busy + IDLE_CYCLES
    state.busy += busy
  }
  /** What happens next: the boot, a typed line, or nothing. */
  const step = (): { said: string; stop?: Stop } | undefined => {
    if (!state.booted) {
      state.booted = true
      spend(BOOT_CYCLES)
      return { said: say('hello\n$ ') }
    }
    const end = typed.indexOf('\n')
    if (end < 0) return undefined
    const line = typed.slice(0, end)
    typed = typed.slice(end + 1)
    const reply = script(line)
    spend(reply.cycles ?? 100)
    marks.push(...(reply.marks ?? []))
    const said = say(`${line}\n${reply.says ?? ''}`)
    return reply.stop ? { said, stop: reply.stop } : { said: said + say('$ ') }
  }

  const run = async (until: Until): Promise<Stop> => {
    const { text, deadline, when, signal } = until
    let heard = until.heard ?? ''
    for (;;) {
      if (signal?.aborted) return { kind: 'aborted' }
      if (when?.()) return { kind: 'condition' }
      const happened = step()
      if (happened === undefined) {
        if (signal !== undefined) await new Promise((next) => setImmediate(next))
        state.now = deadline
        return signal?.aborted ? { kind: 'aborted' } : { kind: 'deadline' }
      }
      heard += happened.said
      const match = text?.exec(heard)
      if (match) return { kind: 'text', match }
      if (happened.stop !== undefined) return happened.stop
    }
  }

  const counters = async (): Promise<Counters> => ({
    cycles: state.now,
    busy: state.busy,
    instructions: state.busy,
    events: { 'trap:ecall': state.busy / 10 },
  })
  return {
    spec: { kernel: new Uint8Array(), banks: [], harts: 1, profile: 'flat', ...spec },
    capabilities: new Set(['counters', 'marks', 'snapshot']),
    console: {
      type: (text) => {
        typed += text
      },
      waiting: 0,
      get transcript() {
        return state.transcript
      },
      listen: (heard) => {
        listeners.add(heard)
        return () => listeners.delete(heard)
      },
    },
    network: undefined,
    now: (): Cycles => cycles(state.now),
    run,
    read: async (_, length) => new Uint8Array(length),
    registers: async () => ({
      pc: 0x8020_0000n,
      x: Array<bigint>(32).fill(0n),
      privilege: 'HS',
      csr: {},
    }),
    counters,
    takeMarks: () => {
      const taken = { marks, lost: 0 }
      marks = []
      return taken
    },
    digest: async () => `${state.now}-${state.transcript.length}`,
    snapshot: async (): Promise<Snapshot> => ({
      bytes: new TextEncoder().encode(JSON.stringify(state)),
    }),
    restore: async ({ bytes }) => {
      state = JSON.parse(new TextDecoder().decode(bytes)) as State
      typed = ''
      marks = []
    },
    inject: async () => {
      throw new Error('expected no memory error: a fake machine has no RAM')
    },
    [Symbol.asyncDispose]: async () => {},
  }
}
