// QemuGuest: the committed kernel and the standard disk on QEMU, its console at hand and its ports
// forwarded to this host's loopback. Invariant: when it is disposed of, its process and files are gone.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { QEMU } from '../machine/qemu/version.ts'
import { HANGS_AFTER_MS } from '../test/patience.ts'
import { disk } from './mkfs.ts'

const LOOK_MS = 50

export class QemuGuest implements AsyncDisposable {
  /** All that the guest has written. */
  console = ''
  readonly #process: ChildProcess
  readonly #folder: string
  readonly #ports: ReadonlyMap<number, number>

  private constructor(qemu: ChildProcess, folder: string, ports: ReadonlyMap<number, number>) {
    this.#process = qemu
    this.#folder = folder
    this.#ports = ports
    qemu.stdout?.on('data', (bytes: Buffer) => {
      this.console += bytes.toString('latin1')
    })
  }

  /** Boots to the shell's prompt, with these ports of the guest reachable. */
  static async boot(guestPorts: readonly number[]): Promise<QemuGuest> {
    const folder = await mkdtemp(join(tmpdir(), 'mirrorbench-qemu-'))
    const image = join(folder, 'disk.img')
    await writeFile(image, await disk())
    const ports = new Map<number, number>()
    for (const port of guestPorts) ports.set(port, await freePort())
    const guest = new QemuGuest(spawn(QEMU, optionsFor(image, ports)), folder, ports)
    await guest.says(/(^|\n)\$ $/)
    return guest
  }

  /** The port of 127.0.0.1 that leads to the guest's. */
  port(guestPort: number): number {
    const port = this.#ports.get(guestPort)
    if (port === undefined) throw new RangeError(`port ${guestPort} is not forwarded`)
    return port
  }

  type(text: string): void {
    this.#process.stdin?.write(text)
  }

  /** Waits until the console, from its beginning, matches. */
  async says(text: RegExp): Promise<void> {
    for (let waited = 0; !text.test(this.console); waited += LOOK_MS) {
      if (waited > HANGS_AFTER_MS)
        throw new Error(`expected ${text} on the console: ${this.console}`)
      await new Promise((wake) => setTimeout(wake, LOOK_MS))
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.kill('SIGKILL')
    await rm(this.#folder, { recursive: true })
  }
}

export function hasQemu(): boolean {
  try {
    execFileSync(QEMU, ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

function optionsFor(image: string, ports: ReadonlyMap<number, number>): string[] {
  const forwards = [...ports].map(([guest, host]) => `hostfwd=tcp:127.0.0.1:${host}-:${guest}`)
  const kernel = fileURLToPath(new URL('images/kernel.elf', import.meta.url))
  return [
    ...['-M', 'virt', '-m', '256', '-display', 'none', '-monitor', 'none', '-serial', 'stdio'],
    ...['-bios', 'default', '-kernel', kernel],
    ...['-global', 'virtio-mmio.force-legacy=false'],
    ...['-drive', `file=${image},format=raw,if=none,id=d0`],
    ...['-device', 'virtio-blk-device,drive=d0,bus=virtio-mmio-bus.0'],
    ...['-netdev', ['user', 'id=n0', ...forwards].join(',')],
    ...['-device', 'virtio-net-device,netdev=n0,bus=virtio-mmio-bus.1'],
  ]
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}
