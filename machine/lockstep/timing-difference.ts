// What differs between what two machines' caches, TLBs and branch predictors hold, by name and entry.
// Invariant: nothing is returned exactly if they are equal.

import { TIMING } from '../rv64/memory/layout.ts'
import { ARRAYS, layoutOf } from '../rv64/timing/layout.ts'
import { profileNamed } from '../rv64/timing/profiles.ts'
import type { Difference } from './difference.ts'
import type { Side } from './side.ts'

/** What is named; that there is more is said. */
const MOST = 8
const WORD = 4

export function timingDifferences(reference: Side, tried: Side): Difference[] {
  const [a, b] = [reference.debugger().timing(), tried.debugger().timing()]
  if (a === undefined || b === undefined) return []
  const nameOf = namesFor(reference.spec.profile)
  const found: Difference[] = []
  for (const [i, byte] of a.entries()) {
    const what = byte === b[i] ? undefined : nameOf(i)
    if (what === undefined || found.some((known) => known.what === what)) continue
    if (found.length === MOST) {
      found.push({ what: 'more of caches', reference: 'differs', tried: 'differs' })
      break
    }
    found.push({ what, reference: valueAt(a, i), tried: valueAt(b, i) })
  }
  return found
}

/** Names a byte of the state: `l1d 17`, `l1d victim 4`, `branch counter 12`. */
function namesFor(profile: string): (byte: number) => string {
  const core = profileNamed(profile).core
  if (core === undefined) throw new RangeError(`expected a profile with caches, got ${profile}`)
  const layout = layoutOf(core)
  return (byte) => {
    const at = TIMING + byte
    if (at >= layout.counters) return `branch counter ${at - layout.counters}`
    const name = ARRAYS.findLast((array) => at >= layout[array].entries)!
    const { entries, victims } = layout[name]
    const word = (from: number): number => Math.floor((at - from) / WORD)
    return at >= victims ? `${name} victim ${word(victims)}` : `${name} ${word(entries)}`
  }
}

/** The word that the byte lies in. */
function valueAt(bytes: Uint8Array, at: number): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  return `0x${view.getUint32(at - (at % WORD), true).toString(16)}`
}
