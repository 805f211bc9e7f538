// The second opinion on Memvisor's payloads: QEMU agrees with our machine about tables, traps and devices.
// Needs qemu-system-riscv64. Memvisor itself needs one that traps satp under VTVM, which 7.2 does not.

import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { describe, expect, it } from 'vitest'
import { image } from '../guest/images.ts'
import { openMachine } from '../machine/open.ts'
import { QEMU } from '../machine/qemu/version.ts'
import { cycles, MiB } from '../machine/units.ts'
import { HANGS_AFTER_MS } from './patience.ts'

const DEADLINE = cycles(500_000_000)
const CODE_HOST = 3 // guest/hypervisor/machine/print.h
const PAYLOADS = ['visor-storm', 'visor-hart']

const file = (name: string): string =>
  fileURLToPath(new URL(`../guest/images/${name}.elf`, import.meta.url))

async function onQemu(...options: string[]) {
  const board = ['-M', 'virt', '-nographic', '-global', 'virtio-mmio.force-legacy=false']
  const { stdout, exitCode } = await execa(
    QEMU,
    [...board, '-bios', file('firmware'), ...options],
    {
      stdin: 'ignore',
      timeout: HANGS_AFTER_MS,
      reject: false,
    },
  )
  return { lines: stdout.split(/\r?\n/).filter((line) => line !== ''), code: exitCode }
}

const inGuest = (payload: string) => {
  const guest = ['-initrd', file(payload), '-append', 'guest-memory=128']
  return onQemu('-m', '384M', '-kernel', file('memvisor'), ...guest)
}

async function onOurs(payload: string) {
  const [firmware, kernel] = await Promise.all([image('firmware'), image(payload)])
  const banks = [{ bytes: 128 * MiB, role: 'original' }] as const
  const spec = { firmware: firmware.bytes, kernel: kernel.bytes, banks, harts: 1, profile: 'flat' }
  await using machine = await openMachine(spec)
  const stop = await machine.run({ deadline: DEADLINE })
  const lines = machine.console.transcript.split(/\r?\n/).filter((line) => line !== '')
  return { lines, code: stop.kind === 'power-off' ? stop.code : stop.kind }
}

describe.each(PAYLOADS)('%s', (payload) => {
  it('comes out on QEMU as it does here', async () => {
    const ours = await onOurs(payload)
    expect(ours.code).toBe(0)
    expect(await onQemu('-m', '128M', '-kernel', file(payload))).toEqual(ours)
  })
})

it('Memvisor refuses a QEMU that lets its guest reach satp, and works on others', async () => {
  const refused = await inGuest('visor-hart')
  if (refused.code === CODE_HOST) {
    expect(refused.lines[0]).toMatch(/^memvisor: expected accesses to satp to trap under VTVM/)
    expect((await execa(QEMU, ['--version'])).stdout).toMatch(/version [67]\./)
    return
  }
  for (const payload of PAYLOADS) expect(await inGuest(payload)).toEqual(await onOurs(payload))
})

it('Memvisor refuses a machine without the H extension', async () => {
  const guest = ['-initrd', file('visor-hart')]
  const cpu = ['-cpu', 'rv64,h=false', '-m', '384M']
  const { lines, code } = await onQemu(...cpu, '-kernel', file('memvisor'), ...guest)
  expect(lines).toEqual(['memvisor: expected a machine with the H extension, got one without'])
  expect(code).toBe(CODE_HOST)
})
