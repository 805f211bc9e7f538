// The firmware on QEMU, with all that a hart may have and without Sstc and H, where it has to pass the
// machine's timer on; and OpenSBI beside it. Needs qemu-system-riscv64.

import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { expect, test } from 'vitest'
import { STATE, stateIn } from './firmware-state.fixture.ts'
import { HANGS_AFTER_MS } from './patience.ts'

const images = (name: string): string =>
  fileURLToPath(new URL(`../guest/images/${name}.elf`, import.meta.url))

test.each([
  ['rv64', 1, 59],
  ['rv64', 4, 134],
  ['rv64,sstc=false,h=false', 1, 59],
  ['rv64,sstc=false,h=false', 4, 134],
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

test.each([
  ['OpenSBI, as QEMU brings it,', 'default'],
  ['our firmware', images('firmware')],
])('%s leaves this for its payload', async (_, bios) => {
  const { stdout, exitCode } = await execa(
    'qemu-system-riscv64',
    [
      ...['-M', 'virt', '-cpu', 'rv64', '-m', '128M', '-nographic'],
      ...['-bios', bios, '-kernel', images('firmware-state')],
    ],
    { timeout: HANGS_AFTER_MS, reject: false, stdin: 'ignore' },
  )
  expect(stateIn(`${stdout}\n`)).toBe(STATE)
  expect(exitCode).toBe(0)
})
