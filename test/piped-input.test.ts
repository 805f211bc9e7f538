// Lines through a pipe: each arrives, on either back end. More of them than its console can hold.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { realParts } from '../harness/real-parts.ts'
import { arrived, INPUT, LINES, linesBy } from './piped-input.fixture.ts'

vi.setConfig({ testTimeout: 300_000 }) // a hang, however busy the host

let folder: string
let disk: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mirrorbench-piped-'))
  disk = join(folder, 'disk.img')
  await writeFile(disk, await realParts.disk())
})
afterAll(() => rm(folder, { recursive: true }))

const KERNEL = ['--kernel', 'guest/images/kernel.elf']

it.concurrent.each([
  ['shell', () => ['shell']],
  ['machine', () => ['machine', ...KERNEL, '--drive', disk]],
])('%s types each line when the guest asks for it', async (_, args) => {
  const { exitCode, stdout } = await linesBy(args(), INPUT)
  expect(arrived(stdout)).toEqual(LINES)
  expect(exitCode).toBe(0)
})

it.concurrent('machine gives a program that reads without a prompt every line', async () => {
  const { exitCode, stdout } = await linesBy(
    ['machine', ...KERNEL, '--drive', disk],
    `cat > f\n${LINES.join('\n')}\n\u0004cat f\npoweroff\n`,
  )
  expect(arrived(stdout.slice(stdout.lastIndexOf('cat f\n')))).toEqual(LINES)
  expect(exitCode).toBe(0)
})

it.concurrent('a guest that waits in silence behind the last line ends the session', async () => {
  const args = ['machine', ...KERNEL, '--drive', disk, '--silence', '1']
  const { exitCode, stderr } = await linesBy(args, 'echo hi\n')
  expect(stderr).toMatch(
    /^mirrorbench: the input has ended or is not taken, and the guest waits in silence[^\n]*$/,
  )
  expect(exitCode).toBe(1)
})
