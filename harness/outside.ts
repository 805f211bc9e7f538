// Outside: the host's side of a live cell: ports on 127.0.0.1 that lead into the guest, and the pacer
// that holds virtual time back to host time while somebody is attached.

import type { Machine, Pacer } from '../machine/machine.ts'

export interface Outside {
  readonly pacer: Pacer
  /** Opens `hostPort` (0: a free one) that leads to `port` of the guest and returns its number. */
  expose(machine: Machine, port: number, hostPort?: number): Promise<number>
  close(): Promise<void>
}

export function openOutside(): Outside {
  throw new Error('not yet')
}
