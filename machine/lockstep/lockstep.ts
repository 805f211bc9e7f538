// Lockstep: two machines of ours run the same guest slice by slice and are compared after each: registers
// always, everything now and then. Invariant: both stop at the same cycle, exactly; the first slice after
// which they differ is taken apart to the first instruction after which they do.

import type { HartState, Snapshot, Stop } from '../machine.ts'
import { type Cycles, cycles } from '../units.ts'
import { bisect } from './bisect.ts'
import { type Difference, differences, hartDifferences } from './difference.ts'
import { lengths, type Pace } from './pace.ts'
import type { Side, Sides } from './side.ts'

export interface LockstepOptions extends Pace {
  readonly until: Cycles
  /** Ends it where the guest says so. */
  readonly text?: RegExp
  readonly progress?: (now: Cycles) => void
  /** Asked of the reference where it stands before the instruction: what function, what line? */
  readonly place?: (standing: Side) => Promise<string | undefined>
}

export type LockstepComparison =
  | { readonly kind: 'equal'; readonly at: Cycles; readonly slices: number; readonly stop: Stop }
  | ({ readonly kind: 'diverged' } & Divergence)

export interface Divergence {
  /** The last cycle at which both were equal, and the first at which they were not. */
  readonly equalAt: Cycles
  readonly at: Cycles
  /** The state of both machines at `equalAt`. */
  readonly before: HartState
  /** The instruction at `before.pc`, and where in the guest it is; undefined outside RAM. */
  readonly instruction: string | undefined
  readonly place: string | undefined
  readonly differences: readonly Difference[]
  /** False: they differed after a slice, but a repetition of it did not; `at` is the slice's end. */
  readonly reproduced: boolean
}

/** Where everything was equal, and how both came there. */
export interface Checkpoint {
  readonly at: Cycles
  readonly snapshot: Snapshot
}

export async function lockstep(
  sides: Sides,
  options: LockstepOptions,
): Promise<LockstepComparison> {
  await using reference = await sides.reference()
  await using tried = await sides.tried()
  const cuts: Cycles[] = []
  let equal: Checkpoint = { at: reference.now(), snapshot: await reference.snapshot() }
  for (const length of lengths(options)) {
    const deadline = cycles(Math.min(reference.now() + length, options.until))
    const until = { deadline, ...(options.text && { text: options.text }) }
    const [stop, other] = [await reference.run(until), await tried.run(until)]
    cuts.push(deadline)
    const end = endOf(stop, reference, options.text)
    const last = end.kind !== 'deadline' || deadline === options.until
    const whole = last || cuts.length % options.whole === 0
    if (!(await alike(reference, tried, stop, other, whole))) {
      const seen = await differences(reference, tried)
      return { kind: 'diverged', ...(await bisect(sides, { equal, cuts, seen, options })) }
    }
    if (last) return { kind: 'equal', at: reference.now(), slices: cuts.length, stop: end }
    if (!whole) continue
    equal = { at: reference.now(), snapshot: await reference.snapshot() }
    options.progress?.(reference.now())
  }
  throw new Error('expected slices without end, got an end')
}

/** A text that began in an earlier slice is complete only in all that was written. */
function endOf(stop: Stop, { console }: Side, text: RegExp | undefined): Stop {
  const match = stop.kind === 'deadline' ? text?.exec(console.transcript) : undefined
  return match ? { kind: 'text', match } : stop
}

async function alike(a: Side, b: Side, stop: Stop, other: Stop, whole: boolean): Promise<boolean> {
  if (stop.kind !== other.kind || a.now() !== b.now()) return false
  if (hartDifferences(await a.registers(0), await b.registers(0)).length > 0) return false
  return !whole || (await a.digest()) === (await b.digest())
}
