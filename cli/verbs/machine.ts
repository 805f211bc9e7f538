// machine: boots anything that boots on QEMU `virt`; console on stdin and stdout, exit code from the
// finisher.

import { Command, InvalidArgumentError } from 'commander'
import { image } from '../../guest/images.ts'
import { type Outside, openOutside } from '../../harness/outside.ts'
import { realParts } from '../../harness/parts.ts'
import { profileNamed } from '../../harness/profile.ts'
import { ElfError } from '../../machine/elf/file.ts'
import type { Backend, Machine, MachineSpec } from '../../machine/machine.ts'
import { MiB } from '../../machine/units.ts'
import { UsageError } from '../exit.ts'
import { bytesOf } from '../input-file.ts'
import { backendNamed, backendOption, PORTS, profileOption, wholeNumber } from '../options.ts'
import { attendDebugged, GDB_HELP } from '../session/debugged.ts'
import { outcomeOf } from '../session/outcome.ts'
import { openRecord, RECORD_HELP } from '../session/record.ts'
import { attend } from '../session/terminal.ts'
import { say } from '../voice.ts'

/** What the machine is made of. */
interface Making {
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

interface Options extends Making {
  readonly hostfwd?: readonly Forward[]
  readonly backend: string
  readonly gdb?: number
  readonly record?: string
  readonly silence: number
  readonly limit: number
}

interface Forward {
  readonly host: number
  readonly guest: number
}

export const MOST_MEMORY_MIB = 2048
/** Long enough for one that waits for a device of its own; a hung one costs as much. */
const SILENCE_S = 10
/** Long enough for most programs; one that goes round in circles costs as much. */
const LIMIT_S = 600
const MOST_S = 1_000_000

export function machine(): Command {
  return new Command('machine')
    .description('boots anything that boots on QEMU virt')
    .requiredOption('--kernel <elf>', 'what to start')
    .option('--bios <elf>', "firmware in M-mode; 'none' starts the kernel there; default: our own")
    .option('--initrd <file>', 'placed in memory and named in the device tree')
    .option('--append <text>', 'boot arguments')
    .option('--drive <file>', 'raw disk image; the machine writes to its own copy')
    .option(
      '--virtio <version>',
      'of virtio-mmio: 2, or 1 for drivers from before virtio 1.0',
      wholeNumber(1, 2),
      2,
    )
    .option('--hostfwd <p:q>', 'port p of 127.0.0.1 leads to port q of the guest', forward)
    .option('--memory <MiB>', 'RAM', wholeNumber(1, MOST_MEMORY_MIB), 128)
    .option('--harts <n>', 'hardware threads', wholeNumber(1), 1)
    .addOption(profileOption())
    .addOption(backendOption())
    .option('--gdb <p>', GDB_HELP, wholeNumber(0, PORTS))
    .option('--record <file>', RECORD_HELP)
    .option(
      '--silence <s>',
      'once piped input has ended, how long the guest may wait and say nothing; not with --gdb, --hostfwd',
      wholeNumber(1, MOST_S),
      SILENCE_S,
    )
    .option(
      '--limit <s>',
      "likewise, how long it may go on at all, of the host's time and of its own",
      wholeNumber(1, MOST_S),
      LIMIT_S,
    )
    .action(perform)
}

async function perform(options: Options): Promise<void> {
  profileNamed(options.profile)
  const backend = backendNamed(options.backend)
  if (options.record !== undefined && backend !== 'rv64') {
    throw new UsageError(`--record: expected back end rv64, which is exact; got ${backend}`)
  }
  await using record = await openRecord(options.record, options.gdb)
  const outside = openOutside()
  try {
    const spec = { ...(await specOf(options)), pacer: outside.pacer }
    await using opened = await open(spec, backend, options)
    record.begin(opened)
    for (const { host, guest } of options.hostfwd ?? []) {
      say(`127.0.0.1:${await outside.expose(opened, guest, host)} -> ${guest}`)
    }
    process.exitCode = await session(opened, outside, options)
    await record.keep(opened, originOf(options))
  } finally {
    await outside.close()
  }
}

/** At the console, with gdb if it was asked for. Whoever may still come by a port is waited for. */
async function session(of: Machine, outside: Outside, options: Options): Promise<number> {
  const { gdb, hostfwd, silence, limit } = options
  if (gdb !== undefined) return outcomeOf(await attendDebugged(of, outside, gdb))
  return outcomeOf(
    await attend(of, outside, hostfwd === undefined ? { silence, limit } : undefined),
  )
}

/** A spec that no machine can be built to is the user's, and so are files that cannot be loaded. */
async function open(spec: MachineSpec, backend: Backend, files: Options): Promise<Machine> {
  try {
    return await realParts.open(spec, backend)
  } catch (error) {
    throw refusal(error, files)
  }
}

/** Also for `replay`, whose options come from the recording. */
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

/** Also for `replay`, with the options that a recording names, and with its own way to read files. */
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

/** What specOf needs to know again; of our own back end. */
function originOf(options: Making): Readonly<Record<string, string>> {
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

function forward(text: string, before: readonly Forward[] = []): Forward[] {
  const [, host, guest] = /^(\d+):(\d+)$/.exec(text) ?? []
  const ports = { host: Number(host), guest: Number(guest) }
  if (host !== undefined && ports.host <= PORTS && ports.guest > 0 && ports.guest <= PORTS) {
    return [...before, ports]
  }
  throw new InvalidArgumentError('Expected p:q, two port numbers.')
}
