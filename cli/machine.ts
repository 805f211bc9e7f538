// machine: boots anything that boots on QEMU `virt`; console on stdin and stdout, exit code from the
// finisher.

import { readFile } from 'node:fs/promises'
import { Command, InvalidArgumentError } from 'commander'
import { image } from '../guest/images.ts'
import { type Outside, openOutside } from '../harness/outside.ts'
import { realParts } from '../harness/parts.ts'
import { profileNamed } from '../harness/profile.ts'
import { serveGdb } from '../machine/debug/server.ts'
import type { Backend, Machine, MachineSpec } from '../machine/machine.ts'
import { Rv64Machine } from '../machine/rv64/rv64.ts'
import { MiB } from '../machine/units.ts'
import { UsageError } from './exit.ts'
import { backendNamed, backendOption, PORTS, profileOption, wholeNumber } from './options.ts'
import { outcomeOf } from './outcome.ts'
import { attend } from './terminal.ts'

interface Options {
  readonly kernel: string
  readonly bios?: string
  readonly initrd?: string
  readonly append?: string
  readonly drive?: string
  readonly hostfwd?: readonly Forward[]
  readonly memory: number
  readonly harts: number
  readonly profile: string
  readonly backend: string
  readonly gdb?: number
}

interface Forward {
  readonly host: number
  readonly guest: number
}

const MOST_MEMORY_MIB = 2048

export function machine(): Command {
  return new Command('machine')
    .description('boots anything that boots on QEMU virt')
    .requiredOption('--kernel <elf>', 'what to start')
    .option('--bios <elf>', "firmware in M-mode; 'none' starts the kernel there; default: our own")
    .option('--initrd <file>', 'placed in memory and named in the device tree')
    .option('--append <text>', 'boot arguments')
    .option('--drive <file>', 'raw disk image; the machine writes to its own copy')
    .option('--hostfwd <p:q>', 'port p of 127.0.0.1 leads to port q of the guest', forward)
    .option('--memory <MiB>', 'RAM', wholeNumber(1, MOST_MEMORY_MIB), 128)
    .option('--harts <n>', 'hardware threads', wholeNumber(1), 1)
    .addOption(profileOption())
    .addOption(backendOption())
    .option(
      '--gdb <p>',
      'gdb may connect to port p of 127.0.0.1; the guest waits for it',
      wholeNumber(0, PORTS),
    )
    .action(perform)
}

async function perform(options: Options): Promise<void> {
  profileNamed(options.profile)
  const backend = backendNamed(options.backend)
  if (options.harts !== 1) {
    throw new UsageError(
      `--harts: expected 1, the only number there is so far; got ${options.harts}`,
    )
  }
  const outside = openOutside()
  try {
    const spec = { ...(await specOf(options)), pacer: outside.pacer }
    await using opened = await open(spec, backend)
    for (const { host, guest } of options.hostfwd ?? []) {
      process.stderr.write(`127.0.0.1:${await outside.expose(opened, guest, host)} -> ${guest}\n`)
    }
    process.exitCode = await session(opened, outside, options.gdb)
  } finally {
    await outside.close()
  }
}

/** At the console, and with gdb if it was asked for. */
async function session(of: Machine, outside: Outside, gdb: number | undefined): Promise<number> {
  if (gdb === undefined) return outcomeOf(await attend(of, outside))
  if (!(of instanceof Rv64Machine)) {
    throw new UsageError(
      '--gdb: expected back end rv64; QEMU has a server of its own, its option -gdb',
    )
  }
  const server = await serveGdb(of.debugger(), gdb)
  process.stderr.write(`gdb: target remote 127.0.0.1:${server.port} (the guest waits)\n`)
  const end = await attend(of, outside)
  await server.close(end.stop.kind === 'power-off' ? end.stop.code : 0)
  return outcomeOf(end)
}

/** A spec that no machine can be built to is the user's. */
async function open(spec: MachineSpec, backend: Backend): Promise<Machine> {
  try {
    return await realParts.open(spec, backend)
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(error.message)
    throw error
  }
}

/** Names the file that cannot be read, which the system's error does not always do. */
async function bytesOf(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path)
  } catch (error) {
    throw Object.assign(error as NodeJS.ErrnoException, { path })
  }
}

async function specOf(options: Options): Promise<MachineSpec> {
  const { bios, kernel, initrd, append, drive, memory, harts, profile } = options
  const firmware = bios === undefined ? (await image('firmware')).bytes : await optional(bios)
  return {
    ...(firmware === undefined ? {} : { firmware }),
    kernel: await bytesOf(kernel),
    ...(initrd === undefined ? {} : { initrd: await bytesOf(initrd) }),
    ...(append === undefined ? {} : { bootargs: append }),
    banks: [{ bytes: memory * MiB, role: 'original' }],
    ...(drive === undefined ? {} : { disk: await bytesOf(drive) }),
    network: true,
    harts,
    profile,
  }
}

async function optional(bios: string): Promise<Uint8Array | undefined> {
  return bios === 'none' ? undefined : bytesOf(bios)
}

function forward(text: string, before: readonly Forward[] = []): Forward[] {
  const [, host, guest] = /^(\d+):(\d+)$/.exec(text) ?? []
  const ports = { host: Number(host), guest: Number(guest) }
  if (host !== undefined && ports.host <= PORTS && ports.guest > 0 && ports.guest <= PORTS) {
    return [...before, ports]
  }
  throw new InvalidArgumentError('Expected p:q, two port numbers.')
}
