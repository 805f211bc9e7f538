// Profile: how long things take, as data. A profile is chosen by name; nothing else in the machine
// asks which one is in force. Invariant: all durations are whole cycles of virtual time.

import type { Core } from './core.ts'

export interface Profile {
  readonly name: string
  /** A line that says it to people. */
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
  /** The time from notification of a virtio block request to its completion, whatever its size. */
  | 'disk-request'
  /** What each 512-byte sector moved adds. */
  | 'disk-sector'
  /** The time from notification of a virtio net queue to the frame being on the wire. */
  | 'net-transmit'
  /** The time from the last bit on the wire to the frame being in the guest's ring. */
  | 'net-receive'
  /** One way along the cable. */
  | 'wire'
  /** Each byte on the cable, one direction at a time. */
  | 'wire-byte'
