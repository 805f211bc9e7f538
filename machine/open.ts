// openMachine: from what a machine is to be, to a machine. The only place that knows every back end.

import type { Backend, Machine, MachineSpec } from './machine.ts'
import { QEMU_PROFILE } from './qemu/options.ts'
import { QemuError } from './qemu/qemu-error.ts'
import type { Rv64Options } from './rv64/rv64.ts'
import type { Profile } from './rv64/timing/profile.ts'
import { profiles } from './rv64/timing/profiles.ts'
import { hostMs } from './units.ts'

export { QemuError }

/** The timing profiles that MachineSpec.profile may name on a back end. */
export function profilesOf(backend: Backend): readonly Profile[] {
  return backend === 'qemu' ? profiles.filter(({ name }) => name === QEMU_PROFILE) : profiles
}

/** What besides the sources of this project decides how a back end behaves. Throws QemuError. */
export async function backendVersion(backend: Backend): Promise<Readonly<Record<string, string>>> {
  if (backend !== 'qemu') return {}
  const { major, minor } = await (await import('./qemu/version.ts')).versionOf()
  return { qemu: `${major}.${minor}` }
}

/** Throws RangeError, ElfError or QemuError, in the user's words, for a spec that cannot be built. */
export async function openMachine(spec: MachineSpec, backend: Backend = 'rv64'): Promise<Machine> {
  switch (backend) {
    case 'rv64': {
      // Either is loaded when it is asked for: most verbs need neither.
      const { Rv64Machine } = await import('./rv64/rv64.ts')
      return new Rv64Machine(spec, HOST)
    }
    case 'qemu':
      return (await import('./qemu/qemu.ts')).QemuMachine.open(spec)
    default:
      return backend satisfies never
  }
}

/** What the pure machine may know of this process: how to let it have a turn, and when. */
export const HOST: Rv64Options = {
  breathe: () => new Promise((resolve) => setImmediate(resolve)),
  hostNow: () => hostMs(performance.now()),
}
