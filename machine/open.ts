// openMachine: from what a machine is to be, to a machine. The only place that knows every back end.

import type { Machine, MachineSpec } from './machine.ts'
import { Rv64Machine } from './rv64/rv64.ts'

export type Backend = 'rv64'

/** Throws RangeError or ElfError, in the user's words, for a spec that cannot be built. */
export async function openMachine(spec: MachineSpec, backend: Backend = 'rv64'): Promise<Machine> {
  switch (backend) {
    case 'rv64':
      return new Rv64Machine(spec, { breathe: turnOfTheEventLoop })
    default:
      return backend satisfies never
  }
}

const turnOfTheEventLoop = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve)
  })
