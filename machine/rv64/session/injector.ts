// The injector: puts memory errors where and when a person or a test wants them. Invariants: nothing is
// injected, now or later, that was not checked against RAM; one clock event stands for each error that
// waits; each order is recorded as an input with its cycle.

import type { MemoryError } from '../../machine.ts'
import { cycles } from '../../units.ts'
import { GRANULE_BYTES } from '../memory/ecc.ts'
import { RAM_BASE, type Ram } from '../memory/ram.ts'
import { parseErrors, type SavedErrors } from '../memory/saved-errors.ts'
import type { SavedState, SavedValue } from '../saved/saved-state.ts'
import type { Clock } from '../time/clock.ts'
import type { InputGate } from './input-gate.ts'

/** Checked by Injector.parse. */
export interface SavedInjector {
  readonly errors: SavedErrors
  readonly waiting: readonly MemoryError[]
}

export class Injector {
  readonly #ram: Ram
  readonly #clock: Clock
  readonly #gate: InputGate
  /** The errors to come, in the order in which they will. */
  #waiting: MemoryError[] = []

  constructor(ram: Ram, clock: Clock, gate: InputGate) {
    this.#ram = ram
    this.#clock = clock
    this.#gate = gate
  }

  /** Throws RangeError for an error outside RAM, in the past, or none at all. */
  inject(error: MemoryError): void {
    const { now } = this.#clock
    check(error, this.#ram, now)
    const bytes = new TextEncoder().encode(JSON.stringify(error))
    this.#gate.enter('memory-error', bytes, () => {
      if (error.when === undefined) this.#perform(error)
      else this.#schedule(copied(error))
    })
  }

  save(): SavedState {
    return {
      errors: this.#ram.errors.save(),
      waiting: this.#waiting as unknown as readonly SavedValue[],
    }
  }

  /** Throws RangeError unless `state` is what save() gives at that time for this RAM. */
  parse(state: SavedState, now: number): SavedInjector {
    const errors = parseErrors((state.errors ?? {}) as SavedState, this.#ram.pages)
    if (!Array.isArray(state.waiting)) throw new RangeError('expected a list of memory errors')
    const waiting = state.waiting as unknown as readonly MemoryError[]
    for (const error of waiting) {
      check(error, this.#ram, now)
      if (error.when === undefined) throw new RangeError('expected each error to have its time')
    }
    return { errors, waiting }
  }

  /** Requires a clock at the time of the save, without events of ours. */
  load({ errors, waiting }: SavedInjector): void {
    this.#ram.errors.load(errors)
    this.#waiting = []
    for (const error of waiting) this.#schedule(error)
  }

  #schedule(error: MemoryError): void {
    const when = error.when ?? this.#clock.now
    const place = this.#waiting.findIndex((other) => (other.when ?? 0) > when)
    this.#waiting.splice(place < 0 ? this.#waiting.length : place, 0, error)
    this.#clock.at(cycles(when), 'memory-error', () => {
      this.#waiting.splice(this.#waiting.indexOf(error), 1)
      this.#perform(error)
    })
  }

  #perform(error: MemoryError): void {
    const { errors } = this.#ram
    switch (error.kind) {
      case 'flip':
        errors.flip(error.at, error.bits, error.silent === true)
        return
      case 'poison':
        errors.poison(error.at, error.bytes)
        return
      default:
        error satisfies never
    }
  }
}

function check(error: MemoryError, ram: Ram, now: number): void {
  const { kind, at, when } = error ?? {}
  if (when !== undefined && !(Number.isSafeInteger(when) && when >= now)) {
    throw new RangeError(`memory error: expected a cycle from ${now} on, got ${when}`)
  }
  if (!Number.isSafeInteger(at) || !ram.holds(at, 1)) throw outside(`${at}`, ram)
  switch (kind) {
    case 'flip':
      checkFlip(error as MemoryError & { kind: 'flip' }, ram)
      return
    case 'poison':
      checkPoison(error as MemoryError & { kind: 'poison' }, ram)
      return
    default:
      throw new RangeError(`memory error: expected a flip or poison, got "${kind}"`)
  }
}

function checkFlip({ at, bits }: MemoryError & { kind: 'flip' }, ram: Ram): void {
  if (!Array.isArray(bits) || bits.length === 0) {
    throw new RangeError('flip: expected at least one bit, got none')
  }
  for (const bit of bits as readonly number[]) {
    if (!Number.isSafeInteger(bit) || bit < 0 || !ram.holds(at + Math.floor(bit / 8), 1)) {
      throw outside(`bit ${bit} from ${hex(at)}`, ram)
    }
  }
}

function checkPoison({ at, bytes }: MemoryError & { kind: 'poison' }, ram: Ram): void {
  const whole = Number.isSafeInteger(bytes) && bytes > 0 && bytes % GRANULE_BYTES === 0
  if (!whole || at % GRANULE_BYTES !== 0) {
    throw new RangeError(
      `poison: expected whole words of ${GRANULE_BYTES} bytes, got ${hex(at)} + ${bytes}`,
    )
  }
  if (!ram.holds(at, bytes)) throw outside(`${hex(at)} + ${bytes}`, ram)
}

/** A copy, for the caller may change the error later. */
const copied = (error: MemoryError): MemoryError =>
  error.kind === 'flip' ? { ...error, bits: [...error.bits] } : { ...error }

const hex = (value: number): string => `0x${value.toString(16)}`

const outside = (got: string, ram: Ram): RangeError =>
  new RangeError(`memory error: expected it in RAM ${hex(RAM_BASE)}-${hex(ram.end)}, got ${got}`)
