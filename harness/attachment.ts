// Attachment: what ties a machine to people and programs of the host: ports on 127.0.0.1 that lead into the
// guest, and a pacer. Invariant: virtual time is held back to host time only while one of them is attached.

import { type Bridge, openBridge } from '../machine/bridge/bridge.ts'
import { HostPacer } from '../machine/bridge/pacer.ts'
import type { Machine, Pacer } from '../machine/machine.ts'

export interface Attachment {
  /** Goes into the MachineSpec; it does nothing until a person or a client is attached. */
  readonly pacer: Pacer
  /** Opens `hostPort` (0: a free one) that leads to `port` of the guest and returns its number. */
  expose(machine: Machine, port: number, hostPort?: number): Promise<number>
  /** A person sits at the console from now on. */
  attach(): void
  /** The console is left: idle virtual time need not wait any more, unless a port is in use. */
  detach(): void
  /** The person typed something: an idle guest goes on at once. */
  wake(): void
  close(): Promise<void>
}

export function openAttachment(): Attachment {
  const pacer = new HostPacer(undefined, () => process.stdout.writableNeedDrain)
  const bridges: Bridge[] = []
  let leave = (): void => {}
  return {
    pacer,
    async expose(machine, guestPort, hostPort = 0) {
      const bridge = await openBridge(machine.network, pacer, { hostPort, guestPort })
      bridges.push(bridge)
      return bridge.port
    },
    attach: () => {
      leave = pacer.attach()
    },
    detach: () => leave(),
    wake: () => pacer.wake(),
    async close() {
      leave()
      await Promise.all(bridges.map((bridge) => bridge.close()))
    },
  }
}
