// The kernel on the machine, where a whole config is too much: how it fails, what a power cut leaves on
// its disk, and its backups at moments that no prompt marks.

import { describe, expect, test } from 'vitest'
import type { Config } from '../configs/config.ts'
import memv6 from '../configs/memv6.ts'
import none from '../configs/none.ts'
import { disk, readDisk } from '../guest/mkfs.ts'
import { kernelCoverage } from '../harness/coverage/kernel.ts'
import { openView } from '../harness/view/view.ts'
import type { Machine, Stop } from '../machine/machine.ts'
import { openMachine } from '../machine/open.ts'
import { unpackSections } from '../machine/rv64/snapshot/snapshot-file.ts'
import { decodeState } from '../machine/rv64/snapshot/state-json.ts'
import { cycles } from '../machine/units.ts'

const PROMPT = /(?:^|\n)\$ $/
const SECOND = 1e9

async function computer(config: Config, image?: Uint8Array): Promise<Machine> {
  return openMachine({
    firmware: (await config.firmware()).bytes,
    kernel: (await config.kernel()).bytes,
    bootargs: 'seed=1',
    banks: config.banks,
    ...(image && { disk: image }),
    harts: 1,
    profile: 'flat',
  })
}

function run(machine: Machine, length = SECOND, text?: RegExp): Promise<Stop> {
  return machine.run({ ...(text && { text }), deadline: cycles(machine.now() + length) })
}

async function says(machine: Machine, line: string): Promise<void> {
  machine.console.type(`${line}\n`)
  expect(await run(machine, 10 * SECOND, PROMPT)).toMatchObject({ kind: 'text' })
}

describe('a kernel that cannot go on', () => {
  test.each([
    ['no disk', undefined, 'panic: block: no disk'],
    ['an empty disk', new Uint8Array(2 ** 20), 'panic: superblock: no file system on the disk'],
  ])('with %s says where and powers off as failed', async (_, image, words) => {
    await using machine = await computer(none, image)
    expect(await run(machine)).toEqual({ kind: 'power-off', code: 1 })
    expect(machine.console.transcript.replaceAll('\r', '')).toMatch(
      new RegExp(`\n${words}\n(?: {2}at 0x8020[0-9a-f]{4}\n)+$`),
    )
  })

  test('is not what a program makes of it: power_off carries its code', async () => {
    await using machine = await computer(none, await disk())
    await run(machine, SECOND, PROMPT)
    machine.console.type('poweroff 42\n')
    expect(await run(machine)).toEqual({ kind: 'power-off', code: 42 })
  })
})

describe('the console', () => {
  test('edits a line: backspace, delete and ^U', async () => {
    await using machine = await computer(none, await disk())
    await run(machine, SECOND, PROMPT)
    await says(machine, 'rm -rf /\u0015echx\bo oney\u007f')
    expect(machine.console.transcript.replaceAll('\r', '')).toMatch(/\none\n\$ $/)
  })

  test('^P lists the processes', async () => {
    await using machine = await computer(none, await disk())
    await run(machine, SECOND, PROMPT)
    await run(machine, SECOND / 100) // the shell waits
    machine.console.type('\u0010')
    await run(machine, SECOND / 100)
    expect(machine.console.transcript).toMatch(/1 sleeping init\r?\n2 sleeping sh\r?\n$/)
  })
})

const WRITERS = [
  'stressfs &',
  'cat README README README > one; ln one two; rm one',
  'mkdir d; cat README > d/x; rm d/x; rm d',
  'stressfs',
]

describe('a power cut', () => {
  test('leaves a disk that the next boot makes consistent, its log replayed', async () => {
    const whole = await disk()
    await using machine = await computer(none, whole)
    await run(machine, SECOND, PROMPT)
    machine.console.type(`${WRITERS.join('\n')}\n`)
    let replayed = 0
    const chance = random(2)
    for (let cuts = 0; cuts < 25; cuts++) {
      await run(machine, 1e5 + (chance.next().value % 4e6))
      const cut = await diskOf(machine, whole)
      const { problems } = readDisk(cut)
      if (problems.length > 0) {
        expect(problems[0]).toMatch(/^log: a committed transaction/)
        replayed++
      }
      expect(readDisk(await afterBoot(cut)).problems).toEqual([])
    }
    expect(replayed).toBeGreaterThan(0)
  })
})

/** What a boot to the prompt makes of a disk. */
async function afterBoot(image: Uint8Array): Promise<Uint8Array> {
  await using machine = await computer(none, image)
  expect(await run(machine, SECOND, PROMPT)).toMatchObject({ kind: 'text' })
  return diskOf(machine, image)
}

/** What lies on the machine's disk now, made of the image it began with and what a snapshot says. */
async function diskOf(machine: Machine, image: Uint8Array): Promise<Uint8Array> {
  const { bytes } = await machine.snapshot()
  const { devices } = decodeState(unpackSections(bytes).get('board')!) as unknown as Board
  const found = Object.values(devices).find((device) => device.function?.disk !== undefined)
  const now = image.slice()
  for (const { block, bytes } of found!.function!.disk!.blocks) now.set(bytes, block * 4096)
  return now
}

/** The virtio slots of the board's state in a snapshot; the disk's function holds what changed. */
interface Board {
  devices: Record<string, { function?: { disk?: { blocks: Changed[] } } | null }>
}

interface Changed {
  block: number
  bytes: Uint8Array
}

/** A little program of chance, for moments to stop at. */
function* random(seed: number): Generator<number, never> {
  for (let state = seed; ; ) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0
    yield state
  }
}

describe('backups of memv6', () => {
  test('hold at any moment at which the kernel is not at work', async () => {
    await using machine = await computer(memv6, await disk())
    await run(machine, SECOND, PROMPT)
    let walks = 0
    let most = 0
    for (const program of ['forktest', 'space sbrk 100000000', 'ls | wc', 'stressfs']) {
      machine.console.type(`${program}\n`)
      await run(machine, SECOND, /\n/)
      const chance = random(1)
      do {
        await run(machine, 1e4 + (chance.next().value % 3e5))
        if (!(await leaveKernel(machine))) continue
        const { readings, violations } = await kernelCoverage(await openView(machine, memv6))
        expect(violations).toEqual([])
        walks++
        most = Math.max(most, readings[0]?.originals ?? 0)
      } while (!machine.console.transcript.endsWith('\n$ '))
    }
    expect(walks).toBeGreaterThan(20)
    expect(most).toBeGreaterThan(10_000)
  })
})

/** Goes on in small steps until user code runs or the kernel waits; false if it takes too long. */
async function leaveKernel(machine: Machine): Promise<boolean> {
  for (let step = 0; step < 4000; step++) {
    if ((await machine.registers(0)).privilege === 'U') return true
    const { busy } = await machine.counters()
    await run(machine, 10_007)
    if ((await machine.counters()).busy === busy) return true
  }
  return false
}
