// Probe: what is read around a region. Invariant: a probe sees only the machine's counters before
// and after, so that it costs the guest nothing.

import type { Counters } from '../machine/machine.ts'
import type { Unit } from '../results/measurement.ts'

export interface Probe {
  /** Equal to the file's name in harness/probes. */
  readonly name: string
  readonly about: string
  read(before: Counters, after: Counters): readonly Reading[]
}

export interface Reading {
  readonly metric: string
  readonly unit: Unit
  readonly value: number
}
