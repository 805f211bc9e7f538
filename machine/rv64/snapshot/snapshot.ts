// Snapshots: named, versioned sections holding the state of all parts and the RAM pages that are not
// zero. Invariants: restoring gives back exactly what was taken; a snapshot that is damaged, or of
// another machine or other images (a restart would load them, and a disk is held as what has changed), is
// refused before anything has changed.

import type { Snapshot } from '../../machine.ts'
import { cycles, PAGE_BYTES } from '../../units.ts'
import type { Board } from '../board/board.ts'
import type { Hart } from '../hart/hart.ts'
import { RAM } from '../memory/layout.ts'
import type { Ram } from '../memory/ram.ts'
import { QUANTUM, type RoundRobin } from '../run/round-robin.ts'
import { Digest } from '../saved/digest.ts'
import type { MachineIdentity } from '../saved/machine-identity.ts'
import type { SavedState, SavedValue } from '../saved/saved-state.ts'
import type { Transcript } from '../saved/transcript.ts'
import type { Injector, SavedInjector } from '../session/injector.ts'
import type { Clock, Event } from '../time/clock.ts'
import { loadHart, saveHart } from './hart-state.ts'
import { packSections, SnapshotError, unpackSections } from './snapshot-file.ts'
import { decodeState, encodeState } from './state-json.ts'

export { SnapshotError }

export interface MachineParts {
  readonly identity: MachineIdentity
  readonly clock: Clock
  readonly ram: Ram
  readonly injector: Injector
  readonly hart: Hart
  readonly harts: RoundRobin
  readonly board: Board
  readonly transcript: Transcript
}

export function takeSnapshot(parts: MachineParts): Snapshot {
  const { now, latest } = parts.clock
  const pages = occupiedPages(parts.ram)
  const ram = new Uint8Array(pages.length * PAGE_BYTES)
  pages.forEach((page, i) => {
    const host = RAM + page * PAGE_BYTES
    ram.set(parts.ram.u8.subarray(host, host + PAGE_BYTES), i * PAGE_BYTES)
  })
  const bytes = packSections({
    machine: encodeState({ ...parts.identity, quantum: String(QUANTUM) }),
    clock: encodeState({ now, latest, waiting: eventsOf(parts.clock) }),
    turns: encodeState(parts.harts.save()),
    harts: encodeState({ all: parts.harts.visitAll(() => saveHart(parts.hart)) }),
    board: encodeState(parts.board.save()),
    console: encodeState(parts.transcript.save()),
    'memory-errors': encodeState(parts.injector.save()),
    pages: new Uint8Array(Uint32Array.from(pages).buffer),
    ram,
  })
  return { bytes }
}

/** The engine must forget what it derived from the old state. */
export function restoreFrom(parts: MachineParts, from: Snapshot): void {
  const sections = unpackSections(from.bytes)
  const section = (name: string): Uint8Array => {
    const bytes = sections.get(name)
    if (bytes === undefined) throw new SnapshotError(`expected a section "${name}", got none`)
    return bytes
  }
  checkIdentity(decodeState(section('machine')), parts.identity)
  const clock = decodeState(section('clock'))
  const turns = decodeState(section('turns'))
  const harts = decodeState(section('harts')).all as readonly SavedState[]
  const board = decodeState(section('board'))
  const transcript = decodeState(section('console'))
  const errors = errorsOf(parts, decodeState(section('memory-errors')), Number(clock.now))
  const pages = new Uint32Array(section('pages').slice().buffer)
  const ram = section('ram')
  if (ram.length !== pages.length * PAGE_BYTES || pages.some((page) => page >= parts.ram.pages)) {
    throw new SnapshotError('expected one page of RAM for each page number, got something else')
  }
  parts.clock.reset(cycles(Number(clock.now)))
  restoreRam(parts.ram, pages, ram)
  parts.injector.load(errors)
  parts.board.load(board)
  parts.harts.load(turns)
  parts.harts.visitAll((hart) => loadHart(parts.hart, harts[hart]!))
  parts.clock.latest = cycles(Number(clock.latest))
  parts.clock.check(clock.waiting as unknown as readonly Event[])
  parts.transcript.load(transcript)
}

const eventsOf = (clock: Clock): SavedValue =>
  clock.waiting().map(({ name, when }) => ({ name, when }))

/** The digest of RAM, hart, devices and time; console text is not state. */
export function digestOf(parts: MachineParts): string {
  const digest = new Digest()
  const { clock, harts, hart } = parts
  digest.bytes(encodeState({ now: clock.now }))
  if (harts.count > 1) digest.bytes(encodeState({ latest: clock.latest, ...harts.save() }))
  harts.visitAll(() => digest.bytes(encodeState(saveHart(hart, 'architectural'))))
  digest.bytes(encodeState(parts.board.save()))
  digest.bytes(encodeState(parts.injector.save()))
  for (const page of occupiedPages(parts.ram)) {
    digest.words(Int32Array.of(page))
    const first = (RAM + page * PAGE_BYTES) >> 2
    digest.words(parts.ram.i32, first, first + PAGE_BYTES / 4)
  }
  return digest.hex()
}

/** Pages that are not all zero, in order. */
function occupiedPages(ram: Ram): number[] {
  const pages: number[] = []
  for (let page = 0; page < ram.pages; page++) {
    if (ram.touched[page] === 1 && !isZero(ram, page)) pages.push(page)
  }
  return pages
}

function isZero(ram: Ram, page: number): boolean {
  const first = (RAM + page * PAGE_BYTES) >> 2
  for (let word = first; word < first + PAGE_BYTES / 4; word++) {
    if (ram.i32[word] !== 0) return false
  }
  return true
}

function restoreRam(ram: Ram, pages: Uint32Array, bytes: Uint8Array): void {
  ram.clear()
  pages.forEach((page, i) => {
    const host = RAM + page * PAGE_BYTES
    ram.u8.set(bytes.subarray(i * PAGE_BYTES, (i + 1) * PAGE_BYTES), host)
    ram.touched[page] = 1
  })
}

function errorsOf(parts: MachineParts, state: SavedState, now: number): SavedInjector {
  try {
    return parts.injector.parse(state, now)
  } catch (error) {
    if (error instanceof RangeError) throw new SnapshotError(error.message)
    throw error
  }
}

function checkIdentity(got: SavedState, identity: MachineIdentity): void {
  for (const [part, wanted] of Object.entries({ ...identity, quantum: String(QUANTUM) })) {
    if (got[part] === wanted) continue
    throw new SnapshotError(`expected one of a machine with ${part} ${wanted}, got ${got[part]}`)
  }
}
