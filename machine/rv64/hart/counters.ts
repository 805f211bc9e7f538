// What a hart counts besides cycles, by name. Invariants: counting never changes what the guest sees;
// events() is the guest's doing, equal on every engine, and measured; why() tells how an engine went
// about it, and is not.

export class HartCounters {
  /** Traps taken by cause; an interrupt's cause is 32 + its code. */
  readonly traps = new Float64Array(64)
  readonly walks = [0, 0, 0] // read, write, execute
  guestWalks = 0
  tlbFlushes = 0
  pageFlushes = 0
  fencesI = 0
  deviceReads = 0
  deviceWrites = 0
  misaligned = 0
  codePages = 0
  codeDrops = 0
  codeOverwrites = 0
  codePoolFlushes = 0
  straddles = 0
  slowAtomics = 0
  romSteps = 0
  waits = 0
  slices = 0

  reset(): void {
    this.load({})
  }

  /** Names as Counters.events has them; zeros are left out. */
  events(): Record<string, number> {
    const named: Record<string, number> = {}
    this.traps.forEach((count, cause) => {
      if (count === 0) return
      named[cause < 32 ? `trap-exception-${cause}` : `trap-interrupt-${cause - 32}`] = count
    })
    for (const [field, name] of FIELDS) if (this[field] !== 0) named[name] = this[field]
    return named
  }

  /** Why an engine left its fast path, and what it cost. */
  why(): Record<string, number> {
    const named: Record<string, number> = {}
    WALKS.forEach((name, i) => {
      if (this.walks[i] !== 0) named[name] = this.walks[i]!
    })
    for (const [field, name] of REASONS) if (this[field] !== 0) named[name] = this[field]
    return named
  }

  /** Sets the counters to what events() gave, and the others to 0. */
  load(events: Readonly<Record<string, number>>): void {
    for (let cause = 0; cause < 64; cause++) {
      const name = cause < 32 ? `trap-exception-${cause}` : `trap-interrupt-${cause - 32}`
      this.traps[cause] = events[name] ?? 0
    }
    this.walks.fill(0)
    for (const [field, name] of FIELDS) this[field] = events[name] ?? 0
    for (const [field] of REASONS) this[field] = 0
  }
}

const WALKS = ['walk-read', 'walk-write', 'walk-execute'] as const

const FIELDS = [
  ['tlbFlushes', 'tlb-flush-all'],
  ['pageFlushes', 'tlb-flush-page'],
  ['fencesI', 'fence-i'],
  ['deviceReads', 'device-read'],
  ['deviceWrites', 'device-write'],
  ['misaligned', 'misaligned'],
  ['waits', 'wfi-wait'],
] as const

const REASONS = [
  ['guestWalks', 'walk-two-stage'],
  ['codePages', 'code-page-decoded'],
  ['codeDrops', 'code-page-dropped'],
  ['codeOverwrites', 'code-overwritten'],
  ['codePoolFlushes', 'code-pool-flushed'],
  ['straddles', 'left-for-straddle'],
  ['slowAtomics', 'left-for-atomic'],
  ['romSteps', 'left-for-rom'],
  ['slices', 'slice'],
] as const
