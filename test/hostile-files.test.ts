// Files of an attacker, given to verbs that read them: nothing of them acts on the terminal,
// nothing outside is opened or written, and none of them is called a defect of ours.

import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Input } from '../machine/rv64/session/input-log.ts'
import { type Recording, RecordingError } from '../machine/rv64/session/recording.ts'
import { readRecording, writeRecording } from '../machine/rv64/session/recording-file.ts'
import { cycles } from '../machine/units.ts'
import { ResultStore } from '../results/store.ts'
import { syntheticManifest, syntheticRun } from '../results/synthetic-run.fixture.ts'
import { elfOf } from './elf-image.ts'
import { makePipe, withoutPipes } from './named-pipe.ts'

const project = dirname(dirname(fileURLToPath(import.meta.url)))
const ESCAPE = '\u001b]0;owned\u0007\u001b[2J\u009b31m\u202e'
/** All that a terminal acts on, but the newline at the end of a line. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not come
const ACTS = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/
const WFI = 0x10500073

function mirrorbench(...args: string[]) {
  const options = { reject: false, cwd: project, stdin: 'ignore' } as const
  return execa(process.execPath, ['cli/launch.js', 'cli/main.ts', ...args], options)
}

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mirrorbench-hostile-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function refused(...args: string[]): Promise<string> {
  const { exitCode, stderr } = await mirrorbench(...args)
  expect(stderr).toMatch(/^mirrorbench: [^\n]*$/)
  expect(stderr).not.toMatch(ACTS)
  expect(stderr).not.toMatch(/defect/)
  expect(exitCode).toBe(2)
  return stderr
}

describe.concurrent('a run directory', () => {
  const SHOWN = join(project, 'results/baselines/first-light')

  it('whose manifest holds escapes is refused in one harmless line', async () => {
    const run = join(folder, 'escapes')
    await mkdir(run)
    await writeFile(join(run, 'manifest.json'), `${ESCAPE}\nmirrorbench: all is well`)
    expect(await refused('report', run)).toMatch(/expected JSON/)
    const manifest = JSON.parse(await readFile(join(SHOWN, 'manifest.json'), 'utf8'))
    await writeFile(join(run, 'manifest.json'), JSON.stringify({ ...manifest, suite: ESCAPE }))
    expect(await refused('report', run)).toMatch(/suite: expected one line/)
    expect(await refused('report', join(folder, ESCAPE))).toMatch(/expected a run directory/)
  })

  it('with links out of it is drawn, and what they lead to stays', async () => {
    const run = join(folder, 'links')
    const precious = join(folder, 'precious')
    const store = await ResultStore.create(run, syntheticManifest)
    await store.append(syntheticRun().cells[0]!)
    await store.close()
    await writeFile(precious, 'precious')
    for (const name of ['summary.json', 'overheads.csv', 'report.html']) {
      await symlink(precious, join(run, name))
    }
    const { stderr } = await mirrorbench('report', run)
    expect(stderr).toMatch(/^report: .*report.html$/m)
    expect(await readFile(precious, 'utf8')).toBe('precious')
    await rm(join(run, 'charts'), { recursive: true })
    await symlink(folder, join(run, 'charts'))
    expect(await refused('report', run)).toMatch(/charts: expected a place of its own .* a link/)
  })
})

describe.concurrent('a recording', () => {
  let whole: Recording
  beforeAll(async () => {
    const file = join(folder, 'whole')
    const kernel = join(folder, 'wait.elf')
    await writeFile(kernel, elfOf(WFI))
    await mirrorbench('machine', '--bios', 'none', '--kernel', kernel, '--record', file)
    whole = readRecording(await readFile(file))
  })

  const written = async (name: string, recording: Recording): Promise<string> => {
    const file = join(folder, name)
    await writeFile(file, writeRecording(recording))
    return file
  }

  /** Where the system has named pipes. */
  const pipes = [['a pipe as initrd', { initrd: 'PIPE' }, /PIPE: expected a regular file/]] as const
  it.each<readonly [string, object, RegExp]>([
    ['a verb with escapes', { verb: ESCAPE }, /expected one of 'machine', 'shell' or 'serve'/],
    ['a device as kernel', { kernel: '/dev/zero' }, /zero: expected a regular file/],
    ['a terminal as drive', { drive: '/dev/tty' }, /tty: expected a regular file/],
    ...(withoutPipes === '' ? pipes : []),
    ['a kernel in a place with escapes', { kernel: `/none/${ESCAPE}` }, /\/none\/.*owned/],
    ['much memory', { memory: 'much' }, /memory: expected a whole number/],
    ['too much memory', { memory: '99999999' }, /memory: /],
    ['no harts', { harts: '0' }, /harts: /],
    ['an unknown virtio', { virtio: '3' }, /virtio: /],
    ['a profile with escapes', { profile: ESCAPE }, /expected a profile out of/],
    [
      'a negative seed',
      { verb: 'shell', config: 'none', seed: '-1' },
      /seed: expected a whole number/,
    ],
    ['endless boot arguments', { append: ESCAPE.repeat(10_000) }, /device tree|bootargs/],
  ])('with %s is refused in one harmless line', async (_, change, says) => {
    const pipe = join(folder, 'PIPE')
    if ('initrd' in change) makePipe(pipe)
    const origin: Record<string, string> = { ...whole.about.origin, ...change }
    if (origin.initrd !== undefined) origin.initrd = pipe
    const name = `origin-${Object.values(change).join('').replaceAll(/\W/g, '').slice(0, 40)}`
    const about = { ...whole.about, origin }
    expect(await refused('replay', await written(name, { ...whole, about }))).toMatch(says)
  })

  it.each<[string, Pick<Input, 'kind' | 'bytes'>]>([
    ['null', { kind: 'memory-error', bytes: Buffer.from('null') }],
    ['words', { kind: 'memory-error', bytes: Buffer.from('{"kind":"\u001b[2J","address":"x"}') }],
    ['nothing', { kind: 'memory-error', bytes: Buffer.from('') }],
  ])('with the memory error %s parts, harmlessly', async (name, input) => {
    const inputs = [{ cycle: cycles(0), ...input }]
    const file = await written(`input-${name}`, { ...whole, inputs })
    const { exitCode, stderr } = await mirrorbench('replay', file)
    expect(stderr).toMatch(/^mirrorbench: replay: expected input 1 \(memory-error\)/m)
    expect(stderr).not.toMatch(ACTS)
    expect(exitCode).toBe(1)
  })

  it('that names a connection that was never opened is no recording', () => {
    const inputs = [{ cycle: cycles(0), kind: 'send', bytes: new Uint8Array(9) } as const]
    expect(() => readRecording(writeRecording({ ...whole, inputs }))).toThrow(RecordingError)
  })
})
