// The hart's state by name, for snapshots and digests. Invariant: whatever an instruction can read or
// be influenced by is in it; nor of what is derived from it, as decoded code and the soft TLB are.

import type { Hart } from '../hart/hart.ts'
import {
  CELL,
  CELL_NAMES,
  F,
  PC,
  PRIVILEGE,
  RESERVATION,
  VIRTUALISED,
  WAITING,
  WIRES,
  X,
} from '../memory/layout.ts'
import type { SavedState } from '../saved/saved-state.ts'

const WORDS = {
  privilege: PRIVILEGE,
  virtualised: VIRTUALISED,
  waiting: WAITING,
  reservation: RESERVATION,
  lines: WIRES,
} as const

/** `architectural`: without what is counted for people. */
export function saveHart(hart: Hart, which: 'all' | 'architectural' = 'all'): SavedState {
  const long = (at: number): string => hart.u64[at >> 3]!.toString(16)
  return {
    pc: long(PC),
    x: Array.from({ length: 32 }, (_, i) => long(X + 8 * i)),
    f: Array.from({ length: 32 }, (_, i) => long(F + 8 * i)),
    cells: Object.fromEntries(CELL_NAMES.map((name) => [name, long(CELL[name])])),
    words: Object.fromEntries(
      Object.entries(WORDS).map(([name, at]) => [name, hart.i32[at >> 2]!]),
    ),
    idle: hart.idle,
    unretired: hart.unretired,
    extra: hart.extra,
    timing: hart.timing?.save() ?? null,
    ...(which === 'all' ? { events: hart.counters.events() } : {}),
  }
}

/** Requires a clock at the time of the save. */
export function loadHart(hart: Hart, state: SavedState): void {
  const long = (at: number, hex: unknown): void => {
    hart.u64[at >> 3] = BigInt(`0x${String(hex)}`)
  }
  long(PC, state.pc)
  const x = state.x as readonly string[]
  x.forEach((hex, i) => {
    long(X + 8 * i, hex)
  })
  const f = state.f as readonly string[]
  f.forEach((hex, i) => {
    long(F + 8 * i, hex)
  })
  const cells = state.cells as SavedState
  for (const name of CELL_NAMES) long(CELL[name], cells[name])
  const words = state.words as SavedState
  for (const [name, at] of Object.entries(WORDS)) hart.i32[at >> 2] = Number(words[name])
  hart.idle = Number(state.idle)
  hart.unretired = Number(state.unretired)
  hart.extra = Number(state.extra)
  if (hart.timing !== undefined) hart.timing.load(state.timing as Uint8Array)
  hart.counters.load(state.events as Readonly<Record<string, number>>)
  hart.stateLoaded()
}
