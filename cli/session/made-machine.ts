// MadeMachine: a machine by the options of the verb `machine`, which a recording of it names again.
// Invariant: what `originOf` writes is all that `specOf` needs to make the same machine.

import { image } from '../../guest/images.ts'
import { ElfError } from '../../machine/elf/file.ts'
import type { MachineSpec } from '../../machine/machine.ts'
import { MiB } from '../../machine/units.ts'
import { UsageError } from '../exit.ts'
import { bytesOf } from '../input-file.ts'

/** The options that say what a machine is made of. */
export interface Making {
  readonly kernel: string
  readonly bios?: string | undefined
  readonly initrd?: string | undefined
  readonly append?: string | undefined
  readonly drive?: string | undefined
  readonly virtio: number
  readonly memory: number
  readonly harts: number
  readonly profile: string
}

export const MOST_MEMORY_MIB = 2048

/** The machine that the options ask for; `read` fetches the files that they name. */
export async function specOf(options: Making, read = bytesOf): Promise<MachineSpec> {
  const { bios, kernel, initrd, append, drive, virtio, memory, harts, profile } = options
  const firmware =
    bios === undefined
      ? (await image('firmware')).bytes
      : bios === 'none'
        ? undefined
        : await read(bios)
  return {
    ...(firmware === undefined ? {} : { firmware }),
    kernel: await read(kernel),
    ...(initrd === undefined ? {} : { initrd: await read(initrd) }),
    ...(append === undefined ? {} : { bootargs: append }),
    banks: [{ bytes: memory * MiB, role: 'original' }],
    ...(drive === undefined ? {} : { disk: await read(drive) }),
    network: true,
    virtio: virtio === 1 ? 1 : 2,
    harts,
    profile,
  }
}

/** The options as a recording keeps them; all of them as text. */
export function originOf(options: Making): Readonly<Record<string, string>> {
  const { kernel, bios, initrd, append, drive, virtio, memory, harts, profile } = options
  const given = Object.entries({ kernel, bios, initrd, append, drive, profile })
  return {
    verb: 'machine',
    memory: String(memory),
    harts: String(harts),
    virtio: String(virtio),
    ...Object.fromEntries(given.filter(([, value]) => value !== undefined)),
  }
}

/**
 * What to throw for an error of building the machine: a spec that no machine can be built to is the
 * user's, and so are files that cannot be loaded.
 */
export function refusal(error: unknown, files: Partial<Making>): unknown {
  if (error instanceof RangeError) return new UsageError(error.message)
  if (error instanceof ElfError) return new UsageError(withPaths(error.message, files))
  return error
}

/** The loader knows images by what they are for; the user knows them as files. */
function withPaths(message: string, { kernel, bios, initrd }: Partial<Making>): string {
  const paths = { kernel, firmware: bios === 'none' ? undefined : bios, initrd }
  return Object.entries(paths).reduce(
    (text, [what, path]) =>
      path === undefined
        ? text
        : text.replace(new RegExp(`\\b${what}( image)?\\b`), () => `${what} ${path}`),
    message,
  )
}
