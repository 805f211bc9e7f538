// The same lines by QEMU. Needs qemu-system-riscv64.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { realParts } from '../harness/real-parts.ts'
import { arrived, INPUT, LINES, linesBy } from './piped-input.fixture.ts'

test('machine types each line when a guest on QEMU asks for it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'mirrorbench-piped-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const disk = join(folder, 'disk.img')
  await writeFile(disk, await realParts.disk())
  const kernel = ['--kernel', 'guest/images/kernel.elf', '--drive', disk]
  const { exitCode, stdout } = await linesBy(['machine', '--backend', 'qemu', ...kernel], INPUT)
  expect(arrived(stdout)).toEqual(LINES)
  expect(exitCode).toBe(0)
})
