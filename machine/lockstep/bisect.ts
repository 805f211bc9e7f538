// Bisecting a divergence to the first instruction after which the machines differ. The reference starts from
// the snapshot of the last cycle at which all was equal. The tried machine does too, if it then goes wrong
// again; otherwise it comes from reset in the same slices as before, for what it has compiled and cached by
// then is no part of a snapshot. Invariant: what is reported was seen to be equal, and to differ.

import { type Cycles, cycles } from '../units.ts'
import { type Difference, differences } from './difference.ts'
import { textOf } from './disassembly.ts'
import type { Checkpoint, Divergence, LockstepOptions } from './lockstep.ts'
import type { Side, Sides } from './side.ts'

export interface Case {
  readonly equal: Checkpoint
  /** Where all slices since reset ended; the last one is where the difference was seen. */
  readonly cuts: readonly Cycles[]
  readonly seen: readonly Difference[]
  readonly options: LockstepOptions
}

/** Brings a tried machine to a cycle. */
type Way = (to: Cycles) => Promise<Side>

export async function bisect(sides: Sides, found: Case): Promise<Divergence> {
  const { equal, cuts, seen, options } = found
  await using reference = await sides.reference()
  await using again = await sides.tried()
  const ways: readonly Way[] = [
    (to) => fromSnapshot(again, equal, cuts, to),
    (to) => fromReset(sides, cuts, to),
  ]
  const difference = async (way: Way, to: Cycles): Promise<readonly Difference[]> => {
    await reference.restore(equal.snapshot)
    await reference.run({ deadline: to })
    return differences(reference, await way(to))
  }
  for (const way of ways) {
    let high = cuts.at(-1)!
    let there = await difference(way, high)
    if (there.length === 0) continue
    let low = equal.at
    while (high - low > 1) {
      const middle = cycles(Math.floor((low + high) / 2))
      const here = await difference(way, middle)
      if (here.length === 0) low = middle
      else [high, there] = [middle, here]
    }
    return {
      ...(await standing(reference, equal, low, options)),
      at: high,
      differences: there,
      reproduced: true,
    }
  }
  const at = cuts.at(-1)!
  return {
    ...(await standing(reference, equal, equal.at, options)),
    at,
    differences: seen,
    reproduced: false,
  }
}

async function fromSnapshot(
  side: Side,
  { at, snapshot }: Checkpoint,
  cuts: readonly Cycles[],
  to: Cycles,
): Promise<Side> {
  await side.restore(snapshot)
  await inSlices(
    side,
    cuts.filter((cut) => cut > at),
    to,
  )
  return side
}

async function fromReset(sides: Sides, cuts: readonly Cycles[], to: Cycles): Promise<Side> {
  const side = await sides.tried()
  await inSlices(side, cuts, to)
  return side
}

async function inSlices(side: Side, cuts: readonly Cycles[], to: Cycles): Promise<void> {
  for (const cut of cuts) if (cut < to) await side.run({ deadline: cut })
  await side.run({ deadline: to })
}

/** The reference at the last cycle of equality. */
async function standing(
  reference: Side,
  equal: Checkpoint,
  equalAt: Cycles,
  { place }: LockstepOptions,
): Promise<Pick<Divergence, 'equalAt' | 'before' | 'instruction' | 'place'>> {
  await reference.restore(equal.snapshot)
  await reference.run({ deadline: equalAt })
  const before = await reference.registers(0)
  return {
    equalAt,
    before,
    instruction: instructionAt(reference, before.pc),
    place: await place?.(reference),
  }
}

/** Undefined where no RAM is mapped. */
export function instructionAt(side: Side, pc: bigint): string | undefined {
  const word = wordAt(side, pc)
  return word === undefined ? undefined : textOf(word)
}

export function wordAt(side: Side, pc: bigint): number | undefined {
  const bytes = side.debugger().read(pc, 4, false)
  if (bytes.length < 2) return undefined
  return bytes.reduceRight((word, byte) => ((word << 8) | byte) >>> 0, 0)
}
