// What generated code must know of the timing profile. Invariant: with PLAIN, an instruction takes one
// cycle and an access that the soft TLB knows none besides, which is the profile `flat`.

import { TLB_SHIFT } from '../../memory/layout.ts'
import { type Core, LINE_BYTES } from '../../timing/core.ts'
import { extrasOf } from '../../timing/instruction-class.ts'
import { layoutOf } from '../../timing/layout.ts'

export interface CodeTiming {
  /** Caches are modelled: code looks at the flag of each line that it enters. */
  readonly lines: boolean
  /** An address shifted right by so much and masked with TLB_MASK finds its entry. */
  readonly shift: number
  /** Which bits of an address the tag of an entry has. */
  readonly tagBits: number
  /** Cycles beyond the first, by row of the instruction table. */
  readonly extra: readonly number[]
  readonly mispredicted: number
  /** Counters of branches, and where they lie. */
  readonly branchCounters: number
  readonly countersAt: number
  readonly trap: number
  readonly core: Core | undefined
}

const PLAIN: CodeTiming = {
  lines: false,
  shift: TLB_SHIFT,
  tagBits: -4096,
  extra: [],
  mispredicted: 0,
  branchCounters: 0,
  countersAt: 0,
  trap: 0,
  core: undefined,
}

export function codeTimingOf(core: Core | undefined): CodeTiming {
  if (core === undefined) return PLAIN
  const { mispredicted, trap } = core.cycles
  return {
    lines: true,
    shift: 2,
    tagBits: -LINE_BYTES,
    extra: extrasOf(core),
    mispredicted,
    branchCounters: core.branchCounters,
    countersAt: layoutOf(core).counters,
    trap,
    core,
  }
}
