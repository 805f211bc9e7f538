// openMachine: from what a machine is to be, to a machine. The only place that knows every back end.

import type { Backend, Machine, MachineSpec } from './machine.ts'

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
      return new Rv64Machine(spec, { breathe: turnOfTheEventLoop })
    }
    case 'qemu':
      return (await import('./qemu/qemu.ts')).QemuMachine.open(spec)
    default:
      return backend satisfies never
  }
}

const turnOfTheEventLoop = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve)
  })
