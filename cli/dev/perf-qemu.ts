// QEMU as a stop watch: runs a machine until it ends or says something, and tells how long that took
// of host time. Invariant: nothing of it is left running.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { MachineSpec } from '../../machine/machine.ts'
import { QEMU } from '../../machine/qemu/version.ts'

export type QemuEngine = 'qemu-tcg' | 'qemu-icount'

const ICOUNT = ['-icount', 'shift=0,sleep=off']
/** A QEMU that has run for so long hangs. */
const MOST_MS = 120_000
const MiB = 2 ** 20

export async function hasQemu(): Promise<boolean> {
  const child = spawn(QEMU, ['--version'], { stdio: 'ignore' })
  const [event] = await Promise.race([
    once(child, 'exit').then(() => ['exit']),
    once(child, 'error').then(() => ['error']),
  ])
  return event === 'exit'
}

/** Host milliseconds from its start until it ends, or until its console matches `text`. */
export async function timeQemu(
  engine: QemuEngine,
  spec: MachineSpec,
  text?: RegExp,
): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'mirrorbench-perf-'))
  try {
    const file = async (name: string, bytes: Uint8Array): Promise<string> => {
      await writeFile(join(folder, name), bytes)
      return join(folder, name)
    }
    const { firmware, disk } = spec
    const memory = spec.banks.reduce((sum, bank) => sum + bank.bytes, 0) / MiB
    return await clocked(
      [
        ...['-M', 'virt', '-m', String(memory), '-display', 'none', '-nodefaults'],
        ...['-serial', 'stdio', '-monitor', 'none'],
        ...['-bios', firmware === undefined ? 'none' : await file('firmware.elf', firmware)],
        ...['-kernel', await file('kernel.elf', spec.kernel)],
        ...(disk === undefined ? [] : diskOptions(await file('disk.img', disk))),
        ...(engine === 'qemu-icount' ? ICOUNT : []),
      ],
      text,
    )
  } finally {
    await rm(folder, { recursive: true })
  }
}

const diskOptions = (path: string): readonly string[] => [
  ...['-global', 'virtio-mmio.force-legacy=false'],
  ...['-drive', `file=${path},if=none,format=raw,id=disk,cache=unsafe`],
  ...['-device', 'virtio-blk-device,drive=disk,bus=virtio-mmio-bus.0'],
]

async function clocked(options: readonly string[], text: RegExp | undefined): Promise<number> {
  const began = performance.now()
  const child = spawn(QEMU, options, { stdio: ['ignore', 'pipe', 'inherit'] })
  const limit = setTimeout(() => child.kill('SIGKILL'), MOST_MS)
  const ended = once(child, 'exit')
  let heard = ''
  let matched: number | undefined
  child.stdout.on('data', (piece) => {
    heard += String(piece)
    if (matched === undefined && text?.test(heard)) {
      matched = performance.now() - began
      child.kill('SIGKILL')
    }
  })
  const [code, signal] = await ended
  clearTimeout(limit)
  const ms = matched ?? performance.now() - began
  if (matched === undefined && (text !== undefined || code !== 0)) {
    throw new Error(
      `${QEMU} ${options.join(' ')}: ended with ${code ?? signal}\n${heard.slice(-500)}`,
    )
  }
  return ms
}
