// machine: boots anything that boots on QEMU `virt`; console on stdin and stdout, exit code from the
// finisher.

import { Command, InvalidArgumentError } from 'commander'
import { type Attachment, openAttachment } from '../../harness/attachment.ts'
import { realParts } from '../../harness/real-parts.ts'
import type { Backend, Machine, MachineSpec } from '../../machine/machine.ts'
import { UsageError } from '../exit.ts'
import { backendOption, PORTS, profileOption, wholeNumber } from '../options.ts'
import { attendDebugged, GDB_HELP } from '../session/debugged.ts'
import { type Making, MOST_MEMORY_MIB, originOf, refusal, specOf } from '../session/made-machine.ts'
import { outcomeOf } from '../session/outcome.ts'
import { openRecorder, RECORD_HELP } from '../session/recorder.ts'
import { attend } from '../session/terminal.ts'
import { PURPOSE } from '../verbs.ts'
import { say } from '../voice.ts'

interface Options extends Making {
  readonly hostfwd?: readonly Forward[]
  readonly backend: Backend
  readonly gdb?: number
  readonly record?: string
  readonly silence: number
  readonly limit: number
}

interface Forward {
  readonly host: number
  readonly guest: number
}

/** Long enough for one that waits for a device of its own; a hung one costs as much. */
const SILENCE_S = 10
/** Long enough for most programs; one that goes round in circles costs as much. */
const LIMIT_S = 600
const MOST_S = 1_000_000

export default new Command('machine')
  .helpGroup(PURPOSE.boot)
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

async function perform(options: Options): Promise<void> {
  const { backend } = options
  if (options.record !== undefined && backend !== 'rv64') {
    throw new UsageError(`--record: expected back end rv64, which is exact; got ${backend}`)
  }
  await using recorder = await openRecorder(options.record, options.gdb)
  const outside = openAttachment()
  try {
    const spec = { ...(await specOf(options)), pacer: outside.pacer }
    await using opened = await open(spec, backend, options)
    await recorder.begin(opened)
    for (const { host, guest } of options.hostfwd ?? []) {
      say(`127.0.0.1:${await outside.expose(opened, guest, host)} -> ${guest}`)
    }
    process.exitCode = await session(opened, outside, options)
    await recorder.keep(opened, originOf(options))
  } finally {
    await outside.close()
  }
}

/** Attends the guest, with gdb if asked for. Silence ends no guest into which a port leads. */
async function session(of: Machine, outside: Attachment, options: Options): Promise<number> {
  const { gdb, hostfwd, silence, limit } = options
  if (gdb !== undefined) return outcomeOf(await attendDebugged(of, outside, gdb))
  return outcomeOf(
    await attend(of, outside, hostfwd === undefined ? { silence, limit } : undefined),
  )
}

/** Builds the machine; what the user asked for and cannot be built is told as wrong use. */
async function open(spec: MachineSpec, backend: Backend, files: Options): Promise<Machine> {
  try {
    return await realParts.open(spec, backend)
  } catch (error) {
    throw refusal(error, files)
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
