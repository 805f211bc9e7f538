// Profile: how long things take, as data. A profile is chosen by name; nothing else in the machine
// asks which one is in force. Invariant: all durations are whole cycles of virtual time.

import type { Core } from './core.ts'
import { flat } from './flat.ts'
import { inOrder } from './in-order.ts'
import { inOrderBimodal } from './in-order-bimodal.ts'
import { inOrderSmall } from './in-order-small.ts'

export interface Profile {
  readonly name: string
  /** In one line, for people. */
  readonly about: string
  readonly hertz: number
  /** Cycles in one tick of mtime; hertz / 10 MHz. */
  readonly cyclesPerTick: number
  /** Device latencies in cycles, by name. */
  readonly latencies: Readonly<Record<Latency, number>>
  /** Absent: every instruction takes one cycle. */
  readonly core?: Core
}

export type Latency =
  /** From notification of a virtio block request to its completion, whatever its size. */
  | 'disk-request'
  /** In addition for each 512-byte sector moved. */
  | 'disk-sector'
  /** From notification of a virtio net queue to the frame being on the wire. */
  | 'net-transmit'
  /** From the last bit on the wire to the frame being in the guest's ring. */
  | 'net-receive'
  /** One way along the cable. */
  | 'wire'
  /** Each byte on the cable, one direction at a time. */
  | 'wire-byte'

export const profiles: readonly Profile[] = [flat, inOrder, inOrderSmall, inOrderBimodal]

/** Throws RangeError for a name that no profile has. */
export function profileNamed(name: string): Profile {
  const found = profiles.find((profile) => profile.name === name)
  if (found !== undefined) return found
  const known = profiles.map((profile) => profile.name).join(', ')
  throw new RangeError(`timing profile: expected one of ${known}, got "${name}"`)
}
