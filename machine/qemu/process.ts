// The QEMU process and its three connections. Invariant: process and temporary files are gone when this
// process is, however it ends: a shell holds the other end of a pipe and cleans up when it closes.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import type { MachineSpec } from '../machine.ts'
import { type Cycles, cycles } from '../units.ts'
import { GdbRemote } from './gdb-remote.ts'
import { argumentsFor, type Places } from './options.ts'
import { QemuError } from './qemu-error.ts'
import { Qmp } from './qmp.ts'
import { QEMU, type Version, versionOf } from './version.ts'

export interface QemuProcess {
  readonly version: Version
  readonly console: Socket
  readonly qmp: Qmp
  readonly gdb: GdbRemote
  /** Resolves with the exit code when QEMU has ended. */
  readonly ended: Promise<number>
  /** Virtual time, to within 100 cycles, and instructions executed so far. */
  times(): Promise<{ readonly now: Cycles; readonly executed: number }>
  /** Ends QEMU and removes its files. */
  end(): Promise<void>
}

/** Generous: QEMU starts in a tenth of a second on an idle host. */
const START_MS = 30_000

/**
 * Runs `"$@"` until it ends or standard input does, then removes the folder; exits as the program did.
 * `$1` is the folder.
 */
const WARDEN = `
folder=$1; shift
exec 3<&0
"$@" < /dev/null 3<&- & child=$!
exec 2> /dev/null # nobody may be left to hear it
(read -r _ <&3; kill -9 $child) & watch=$!
wait $child; code=$?
kill $watch
rm -rf "$folder"
exit $code`

/** Starts QEMU with its hart standing at reset. Throws QemuError if there is none or it does not start. */
export async function startQemu(spec: MachineSpec): Promise<QemuProcess> {
  const version = await versionOf()
  const folder = await mkdtemp(join(tmpdir(), 'mirrorbench-machine-'))
  try {
    const places = await placed(spec, folder)
    const warden = ['-c', WARDEN, 'sh', folder, QEMU, ...argumentsFor(spec, places)]
    const { sockets, close } = await listening(places)
    const child = execa('sh', warden, {
      stdin: 'pipe',
      stdout: 'ignore',
      reject: false,
      detached: true, // Ctrl-C is for us; QEMU ends when we say so
    })
    const ended = child.then(({ exitCode }) => exitCode ?? 1)
    const died = child.then(({ stderr }) => {
      throw new QemuError(`expected ${QEMU} to start, it ended: ${lastLine(stderr)}`)
    })
    const late = after(
      START_MS,
      `expected ${QEMU} to start within ${START_MS / 1000} s, it did not`,
    )
    const end = async (): Promise<void> => {
      child.stdin.end()
      await ended
    }
    try {
      const [console, qmp, gdb] = await Promise.race([sockets, died, late.promise])
      const started = { version, console: console!, qmp: new Qmp(qmp!), gdb: new GdbRemote(gdb!) }
      await started.qmp.begin()
      await started.gdb.begin()
      return { ...started, ended, end, times: () => timesOf(started.qmp) }
    } catch (error) {
      await end()
      throw error
    } finally {
      late.forget()
      close()
    }
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw error
  }
}

/** Writes what QEMU reads from files. */
async function placed(spec: MachineSpec, folder: string): Promise<Places> {
  const put = async (name: string, bytes: Uint8Array | undefined): Promise<string | undefined> => {
    if (bytes === undefined) return undefined
    await writeFile(join(folder, name), bytes)
    return join(folder, name)
  }
  return {
    kernel: (await put('kernel.elf', spec.kernel))!,
    firmware: await put('firmware.elf', spec.firmware),
    initrd: await put('initrd', spec.initrd),
    disk: await put('disk.img', spec.disk),
    console: join(folder, 'console'),
    qmp: join(folder, 'qmp'),
    gdb: join(folder, 'gdb'),
  }
}

/** QEMU connects to us, so no retry is needed until it listens. */
async function listening({ console, qmp, gdb }: Places) {
  const servers: Server[] = []
  const connected = [console, qmp, gdb].map(
    (path) =>
      new Promise<Socket>((resolve, reject) => {
        servers.push(createServer(resolve).once('error', reject).listen(path))
      }),
  )
  const sockets = Promise.all(connected)
  sockets.catch(() => {}) // awaited in a race
  await Promise.all(
    servers.map(
      (server) =>
        new Promise<void>((ready, failed) => {
          if (server.listening) ready()
          else server.once('listening', ready).once('error', failed)
        }),
    ),
  )
  return { sockets, close: () => servers.forEach((server) => void server.close()) }
}

function after(ms: number, why: string) {
  let timer: NodeJS.Timeout
  const promise = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new QemuError(why)), ms)
  })
  return { promise, forget: () => clearTimeout(timer) }
}

const lastLine = (text: string): string => text.trim().split('\n').at(-1) || 'without a word'

/** mtime as the board has it, at 10 MHz: 100 cycles of 1 GHz a tick. */
const MTIME = '0x200bff8'
const CYCLES_PER_TICK = 100
const HALF = 2 ** 32

async function timesOf(qmp: Qmp) {
  const said = await qmp.monitor(`xp /2wx ${MTIME}`)
  const [, low, high] = /: 0x([0-9a-f]{8}) 0x([0-9a-f]{8})/.exec(said) ?? []
  if (low === undefined || high === undefined) {
    throw new Error(`expected QEMU to show mtime, got "${said}"`)
  }
  const ticks = Number.parseInt(high, 16) * HALF + Number.parseInt(low, 16)
  const { icount } = (await qmp.execute('query-replay')) as { icount: number }
  return { now: cycles(ticks * CYCLES_PER_TICK), executed: icount }
}
