// `machine` on the command line with files and input that no person means: one line, exit code 2, or a
// session that ends as it should.

import { mkdtemp, open, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { elfOf } from './elf-image.ts'

const project = dirname(dirname(fileURLToPath(import.meta.url)))
const KERNEL = 'guest/images/kernel.elf'
const JUMP_TO_ITSELF = 0x0000006f
const GiB = 1024 ** 3

function machine(args: readonly string[], input = '') {
  const options = { reject: false, cwd: project, input, maxBuffer: 1e8 } as const
  return execa(process.execPath, ['cli/launch.js', 'cli/main.ts', 'machine', ...args], options)
}

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mirrorbench-bad-input-'))
  await writeFile(join(folder, 'empty'), '')
  await writeFile(join(folder, 'spin.elf'), elfOf(JUMP_TO_ITSELF))
  await using sparse = await open(join(folder, 'sparse'), 'w')
  await sparse.truncate(5 * GiB)
})
afterAll(() => rm(folder, { recursive: true }))

const LARGE = /sparse: expected less than 2147483648 bytes, got 5368709120/

describe.concurrent('a file', () => {
  it.each([
    [['--kernel', 'empty'], /kernel \S*\/empty: expected an ELF file .* got 0 bytes/],
    [['--kernel', KERNEL, '--bios', 'empty'], /firmware \S*\/empty: expected .* got 0 bytes/],
    [['--kernel', 'sparse'], LARGE],
    [['--kernel', KERNEL, '--bios', 'sparse'], LARGE],
    [['--kernel', KERNEL, '--initrd', 'sparse'], LARGE],
    [['--kernel', KERNEL, '--drive', 'sparse'], LARGE],
    [['--kernel', KERNEL, '--drive', 'missing'], /missing: expected a file there, got none/],
    [['--kernel', KERNEL, '--initrd', '.'], /: expected a file, got a folder/],
    [['--kernel', KERNEL, '--bios', '/dev/zero'], /zero: expected less than \d+ bytes, got more/],
    [
      ['--kernel', KERNEL, '--append', 'much'],
      /device tree: expected at most 65536 bytes, got \d+\. Try: shorter boot arguments/,
    ],
    [['--kernel', KERNEL, '--memory', '2048'], /RAM: expected at most \d+ MiB, got 2048 MiB/],
    [['--kernel', KERNEL, '--nope'], /unknown option '--nope'/],
    [['--kernel', KERNEL, 'more'], /too many arguments/],
  ])('%j is refused in one line', async (args, says) => {
    const names = ['empty', 'sparse', 'missing', '.']
    const paths = args.map((arg) => {
      if (arg === 'much') return arg.repeat(25_000)
      return names.includes(arg) ? join(folder, arg) : arg
    })
    const { exitCode, stdout, stderr } = await machine(paths)
    expect(stderr).toMatch(says)
    expect(stderr).toMatch(/^mirrorbench: [^\n]*$/)
    expect([stdout, exitCode]).toEqual(['', 2])
  })
})

describe.concurrent('input', () => {
  it('that no guest takes ends the session at the limit', async () => {
    const args = ['--kernel', join(folder, 'spin.elf'), '--limit', '1']
    const { exitCode, stderr } = await machine(args, 'y\n'.repeat(1_500_000))
    expect(stderr).toMatch(/^mirrorbench: the input has ended or is not taken, and the guest/)
    expect(exitCode).toBe(1)
  })

  it('of a shell goes in and comes out as UTF-8', async () => {
    const command = ['cli/launch.js', 'cli/main.ts', 'shell']
    const options = { reject: false, cwd: project, input: 'echo é€😀\n' } as const
    const { stdout } = await execa(process.execPath, command, options)
    expect(stdout).toMatch(/^é€😀$/m)
  })

  it('of a shell in a line without end is refused', async () => {
    const command = ['cli/launch.js', 'cli/main.ts', 'shell']
    const options = { reject: false, cwd: project, input: 'x'.repeat(100_000) } as const
    const { exitCode, stderr } = await execa(process.execPath, command, options)
    expect(stderr).toMatch(/^mirrorbench: stdin: expected lines of at most 65536 characters/)
    expect(exitCode).toBe(2)
  })
})
