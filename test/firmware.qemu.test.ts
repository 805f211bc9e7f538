// The firmware on QEMU, with all that a hart may have and without Sstc and H, where it has to pass the
// machine's timer on. Needs qemu-system-riscv64.

import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { expect, test } from 'vitest'
import { HANGS_AFTER_MS } from './patience.ts'

const images = (name: string): string =>
  fileURLToPath(new URL(`../guest/images/${name}.elf`, import.meta.url))

test.each([
  ['rv64', 1, 54],
  ['rv64', 4, 123],
  ['rv64,sstc=false,h=false', 1, 54],
  ['rv64,sstc=false,h=false', 4, 123],
])('answers every SBI call on QEMU -cpu %s -smp %i', async (cpu, harts, right) => {
  const { stdout, exitCode } = await execa(
    'qemu-system-riscv64',
    [
      ...['-M', 'virt', '-cpu', cpu, '-smp', `${harts}`, '-m', '128M', '-nographic'],
      ...['-bios', images('firmware'), '-kernel', images('firmware-check')],
    ],
    { timeout: HANGS_AFTER_MS, reject: false, stdin: 'ignore' },
  )
  expect(stdout).toBe(`${right} answers right`)
  expect(exitCode).toBe(0)
})
