// `--record` and `replay` as a person uses them.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readRecording, writeRecording } from '../machine/rv64/session/recording-file.ts'
import { elfOf } from './elf-image.ts'

/** lui t0, 0x10000; li t1, '!'; sb t1, 0(t0); j .: a character by the UART. */
const SAY_AND_SPIN = [0x100002b7, 0x02100313, 0x00628023, 0x0000006f]

const project = dirname(dirname(fileURLToPath(import.meta.url)))

function mirrorbench(args: readonly string[], input = '') {
  const options = { reject: false, cwd: project, input } as const
  return execa(process.execPath, ['cli/launch.js', 'cli/main.ts', ...args], options)
}

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mirrorbench-record-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function replays(file: string, says: RegExp): Promise<void> {
  const { exitCode, stdout, stderr } = await mirrorbench(['replay', file])
  expect(stderr).toMatch(/(^|\n)replay: \d+ inputs; the same cycle \d+, the same digest \w{32}$/)
  expect(stdout).toMatch(says)
  expect(exitCode).toBe(0)
}

describe.concurrent('a recorded session', () => {
  it('of shell is replayed', async () => {
    const file = join(folder, 'shell')
    const args = ['shell', '--config', 'memv6', '--seed', '3', '--record', file]
    const { exitCode, stderr } = await mirrorbench(args, 'echo hello\nls\n')
    expect([exitCode, stderr]).toEqual([0, expect.stringMatching(/^recording: .* 2 inputs, ends/)])
    await replays(file, /\n\$ echo hello\nhello\n\$ ls\n/)
  })

  it.each([1, 3])('of machine with %d harts that Ctrl-C ended is replayed', async (harts) => {
    const file = join(folder, `machine-${harts}`)
    const kernel = join(folder, `spin-${harts}.elf`)
    await writeFile(kernel, elfOf(...SAY_AND_SPIN))
    const args = ['machine', '--bios', 'none', '--kernel', kernel, '--record', file]
    const more = ['--append', 'seed=2', '--harts', String(harts)]
    const command = ['cli/launch.js', 'cli/main.ts', ...args, ...more]
    const options = { reject: false, cwd: project, detached: true } as const
    const child = execa(process.execPath, command, options)
    child.stdin.write('typed ahead')
    await new Promise((heard) => child.stdout.once('data', heard))
    process.kill(-child.pid!, 'SIGINT')
    expect((await child).exitCode).toBe(130)
    await replays(file, /^!{1,3}$/)
  })

  it('that ended otherwise than it does now is exit code 1', async () => {
    const file = join(folder, 'other')
    await mirrorbench(['shell', '--record', file], 'echo one\n')
    const recording = readRecording(await readFile(file))
    const inputs = recording.inputs.map((input) => ({ ...input, bytes: Buffer.from('echo two\n') }))
    const replayed = async (about: typeof recording.about) => {
      await writeFile(file, writeRecording({ ...recording, inputs, about }))
      const { exitCode, stderr } = await mirrorbench(['replay', file])
      expect(exitCode).toBe(1)
      return stderr
    }
    const parted = /^mirrorbench: replay: expected digest \w+ at cycle \d+, got \w+\. /
    expect(await replayed(recording.about)).toMatch(
      new RegExp(`${parted.source}If the recording is as it was written, this is a defect$`),
    )
    expect(await replayed({ ...recording.about, version: 'x' })).toMatch(
      new RegExp(
        `${parted.source}Recorded by version x, this is \\w+. Try: the one that recorded$`,
      ),
    )
  })
})

describe.concurrent('wrong use', () => {
  it.each([
    [['replay'], /missing required argument 'file'/],
    [['replay', '/nonexistent'], /\/nonexistent: expected a file there, got none/],
    [['replay', 'guest'], /guest: expected a file, got a folder/],
    [['replay', 'README.md'], /recording: expected a file that begins with/],
    [
      ['shell', '--record', '/nonexistent/x'],
      /\/nonexistent\/x: expected a folder \/nonexistent, got none/,
    ],
    [['shell', '--record', 'guest'], /guest: expected a file, got a folder/],
    [['shell', '--record', '/dev/null', '--gdb', '0'], /--record: expected no --gdb/],
    [
      ['machine', '--kernel', 'x', '--record', '/dev/null', '--backend', 'qemu'],
      /--record: expected back end rv64, which is exact; got qemu/,
    ],
  ])('%j is one line on stderr and exit code 2', async (args, says) => {
    const { exitCode, stdout, stderr } = await mirrorbench(args)
    expect(stderr).toMatch(says)
    expect(stderr).toMatch(/^mirrorbench: [^\n]*$/)
    expect([stdout, exitCode]).toEqual(['', 2])
  })

  it('a recording of other files, or of an unknown verb, is exit code 2', async () => {
    const kernel = join(folder, 'kernel.elf')
    const image = await readFile(join(project, 'guest/images/kernel.elf'))
    await writeFile(kernel, image)
    const file = join(folder, 'foreign')
    await mirrorbench(['machine', '--kernel', kernel, '--silence', '1', '--record', file])
    const recording = readRecording(await readFile(file))
    image[image.length - 1]! ^= 1
    await writeFile(kernel, image)
    const { exitCode, stderr } = await mirrorbench(['replay', file])
    expect(stderr).toMatch(/^mirrorbench: recording: expected the kernel that was recorded \(\d+ b/)
    expect(exitCode).toBe(2)
    const about = { version: '', origin: { verb: 'trace' } }
    await writeFile(file, writeRecording({ ...recording, about }))
    const unknown = await mirrorbench(['replay', file])
    expect(unknown.stderr).toMatch(/expected one of 'machine', 'shell' or 'serve', got {"verb":"tr/)
    expect(unknown.exitCode).toBe(2)
  })
})
