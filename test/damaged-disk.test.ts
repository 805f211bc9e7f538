// Disks with damage in what the file system says about itself: superblock, log, inodes, directories, indirect
// blocks, bitmap. The kernel refuses to mount, or each call that comes upon the damage fails and all else goes
// on; whatever the kernel complains about, fsck names.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import none from '../configs/none.ts'
import { BLOCK, DIRENT_BYTES, INODE_ADDRESSES, INODE_BYTES, layout } from '../guest/filesystem.ts'
import { image } from '../guest/images.ts'
import { makeDisk, readDisk } from '../guest/mkfs.ts'
import type { MachineSpec } from '../machine/machine.ts'
import { openMachine } from '../machine/open.ts'
import { cycles } from '../machine/units.ts'
import { HANGS_AFTER_MS } from './patience.ts'

const OPTIONS = { blocks: 512, inodes: 64 }
const SECOND = 1e9
const MOST_TRIES = 10
const FUZZ_RUNS = Number(process.env.FUZZ_RUNS ?? 40)
const LIMIT_MS = HANGS_AFTER_MS + FUZZ_RUNS * 10_000
/** Files without which there is no file system: the kernel's last words are about them. */
const REFUSALS = [
  'superblock: no file system on the disk',
  'superblock: damaged, there is no such file system',
  "log: the disk's log is damaged",
  "log: the disk's log is too small",
]
/** Nothing can run without init: the kernel says what is wrong with it, and powers off as failed. */
const WITHOUT_INIT =
  /\n\/init (?:is missing or cannot be loaded|ended with status -?\d+)\. Nothing can run .*\n\n\[power-off 1\]$/

const SCRIPT = `ls
ls d
ls d/e
cat f big | wc
cat d/x > new
cat new d/y >> f
mkdir m
ln f g
ln d/x d/e/z
rm d/y
rm big
cat f f f f f f f f f f f f f f f f f f > large
rm large
rm d/e/deep
rm d/e
rm d
rm f g
ls
echo the end
`

async function makeWhole(): Promise<Uint8Array> {
  const programs = ['init', 'sh', 'ls', 'cat', 'wc', 'mkdir', 'ln', 'rm', 'echo']
  const files = []
  for (const name of programs) {
    files.push({ path: name, bytes: (await image(`user/${name}`)).bytes })
  }
  const text = (length: number) => new Uint8Array(length).fill(0x61)
  files.push({ path: 'script', bytes: new TextEncoder().encode(SCRIPT) })
  files.push({ path: 'f', bytes: text(3000) }, { path: 'big', bytes: text(60_000) })
  files.push({ path: 'd/x', bytes: text(100) }, { path: 'd/y', bytes: text(20_000) })
  files.push({ path: 'd/e/deep', bytes: text(10) })
  return makeDisk(files, OPTIONS)
}

async function boardWith(disk: Uint8Array): Promise<MachineSpec> {
  return {
    firmware: (await none.firmware()).bytes,
    kernel: (await none.kernel()).bytes,
    bootargs: 'seed=1',
    banks: none.banks,
    disk,
    harts: 1,
    profile: 'flat',
  }
}

/** The console of a machine with this disk, which boots and carries out the script. */
async function consoleOf(disk: Uint8Array): Promise<string> {
  await using machine = await openMachine(await boardWith(disk))
  const until = (text: RegExp, length: number) =>
    machine.run({ text, deadline: cycles(machine.now() + length) })
  let stop = await until(/(?:^|\n)\$ $|exec sh failed\r?\n|sh: cause .*\r?\n/, SECOND)
  if (stop.kind === 'text' && machine.console.transcript.endsWith('$ ')) {
    machine.console.type('sh script; echo back\n')
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      stop = await until(
        /\n(?:back|exec echo failed)\r?\n\$ $|exec sh failed\r?\n|sh: cause .*\r?\n/,
        4 * SECOND,
      )
      if (stop.kind !== 'deadline') break
      machine.console.type('\u0004\necho back\n') // a name that leads to the console waits for this
    }
  }
  const heard = machine.console.transcript.replaceAll('\r', '')
  if (stop.kind === 'text') return heard
  return `${heard}\n[${stop.kind === 'power-off' ? `power-off ${stop.code}` : stop.kind}]`
}

/** How the kernel took it: it went on, it refused to mount, it had no init, or it did what it must not. */
function endOf(heard: string): 'went on' | 'refused' | 'without init' | string {
  const panic = /\npanic: (.*)\n/.exec(heard)?.[1]
  if (panic !== undefined) return REFUSALS.includes(panic) ? 'refused' : `panic: ${panic}`
  if (WITHOUT_INIT.test(heard)) return 'without init'
  return /\[[\w-]+(?: \d+)?\]$/.exec(heard)?.[0] ?? 'went on'
}

const at = layout(OPTIONS)
const inode = (number: number) => at.inodeStart * BLOCK + number * INODE_BYTES
/** Inodes in the order of makeDisk: root, nine programs, script, f, big, d, x, y, e, deep. */
const INIT = 2
const F = 12
const BIG = 13
const D = 14
/** Where init.elf keeps its first instruction: behind the ELF header and two program headers. */
const INIT_ENTRY = 0xb0
const whole = await makeWhole()
const view = new DataView(whole.buffer)
const blockOf = (number: number, n: number) =>
  view.getUint32(inode(number) + INODE_ADDRESSES + n * 4, true) * BLOCK

function damaged(...changes: readonly (readonly [at: number, word: number])[]): Uint8Array {
  const disk = whole.slice()
  for (const [where, word] of changes) new DataView(disk.buffer).setUint32(where, word, true)
  return disk
}

test(
  'the disk that is damaged below is whole, and the script runs on it',
  async () => {
    expect(readDisk(whole).problems).toEqual([])
    const heard = await consoleOf(whole)
    expect(endOf(heard)).toBe('went on')
    expect(heard).not.toContain('disk damaged')
    expect(heard).toMatch(/ 63000 /)
    expect(heard).toContain('the end\n')
  },
  LIMIT_MS,
)

const address = (number: number, n: number) => inode(number) + INODE_ADDRESSES + n * 4
const entry = (number: number, n: number) => blockOf(number, 0) + n * DIRENT_BYTES
const CASES: readonly (readonly [string, Uint8Array, string, RegExp])[] = [
  [
    'a block that is missing',
    damaged([address(F, 1), 0]),
    `inode ${F} lacks a block`,
    /lacks block 1/,
  ],
  [
    'a block beyond the disk',
    damaged([address(F, 1), 4e9]),
    `inode ${F} has a block`,
    /no data block/,
  ],
  ['a block of the log', damaged([address(F, 0), 3]), `inode ${F} has a block`, /no data block/],
  [
    'an indirect block beyond',
    damaged([address(BIG, 12), 512]),
    `inode ${BIG} has a`,
    /no data block/,
  ],
  ['an entry beyond', damaged([blockOf(BIG, 12) + 8, 1]), `inode ${BIG} lacks`, /no data block/],
  ['a size beyond its blocks', damaged([inode(F) + 8, 9000]), `inode ${F} lacks`, /lacks block/],
  ['a size beyond all', damaged([inode(F) + 8, 2 ** 31]), `inode ${F} is longer`, /bytes long/],
  ['a directory cut', damaged([inode(D) + 8, 70]), `inode ${D} is a directory`, /within an entry/],
  ['a free inode', damaged([entry(D, 2), 0x78_0028]), 'inode 40 is free, and has', /has type 0/],
  ['an unknown type', damaged([inode(F), 9]), `inode ${F} is of no`, /has type 9/],
  ['no links', damaged([inode(F) + 4, 0]), `inode ${F} counts no links`, /says 0 links/],
  ['links below 0', damaged([inode(F) + 4, 0x8000_0000]), `inode ${F} counts no`, /says -32768/],
  [
    'an inode beyond',
    damaged([entry(D, 2), 0x78_ffff]),
    `inode ${D} is a dir`,
    /inode 65535 of 64/,
  ],
  ['itself', damaged([entry(D, 3), 0x79_0000 + D]), `inode ${D} is a directory that`, /two names/],
]

test.each(CASES)(
  '%s: the kernel says so and goes on, and fsck says so',
  async (_, disk, kernel, fsck) => {
    const heard = await consoleOf(disk)
    expect(heard).toContain(`disk damaged: ${kernel}`)
    expect(endOf(heard)).toBe('went on')
    expect(heard).toContain('the end\n')
    expect(readDisk(disk).problems.join('\n')).toMatch(fsck)
  },
  LIMIT_MS,
)

const SUPERBLOCK = BLOCK
const NO_DISKS: readonly (readonly [string, Uint8Array, RegExp])[] = [
  ['a size beyond the device', damaged([SUPERBLOCK + 4, 513]), /superblock: damaged/],
  ['a log over the inodes', damaged([SUPERBLOCK + 16, 40]), /superblock: damaged/],
  ['inodes over the bitmap', damaged([SUPERBLOCK + 12, 4e9]), /superblock: damaged/],
  ['a bitmap beyond the disk', damaged([SUPERBLOCK + 28, 4e9]), /superblock: damaged/],
  ['more data than disk', damaged([SUPERBLOCK + 8, 4e9]), /superblock: damaged/],
  ['too little log', damaged([SUPERBLOCK + 16, 5]), /log is too small/],
  ['a log that holds too much', damaged([at.logStart * BLOCK, 31]), /log is damaged/],
  ['a log for the superblock', damaged([2048, 1], [2052, 1]), /log is damaged/],
  ['a log for beyond the disk', damaged([2048, 1], [2052, 4e9]), /log is damaged/],
]

test.each(NO_DISKS)(
  'with %s the kernel mounts nothing, and fsck says so',
  async (_, disk, words) => {
    const heard = await consoleOf(disk)
    expect(endOf(heard)).toBe('refused')
    expect(heard).toMatch(words)
    expect(readDisk(disk).problems).not.toEqual([])
  },
  LIMIT_MS,
)

const NO_INITS: readonly (readonly [string, Uint8Array, string])[] = [
  ['has another name', damaged([entry(1, 2), 0x78_0002]), 'is missing or cannot be loaded'],
  ['is a directory', damaged([inode(INIT), 1]), 'is missing or cannot be loaded'],
  ['lacks a block', damaged([address(INIT, 1), 0]), 'is missing or cannot be loaded'],
  ['is text', damaged([address(INIT, 0), blockOf(F, 0) / BLOCK]), 'is missing or cannot be loaded'],
  [
    'begins with no instruction',
    damaged([blockOf(INIT, 0) + INIT_ENTRY, 0]),
    'ended with status -1',
  ],
]

test.each(NO_INITS)(
  'with an init that %s the kernel says so and powers off as failed, without a panic',
  async (_, disk, words) => {
    const heard = await consoleOf(disk)
    expect(endOf(heard), heard).toBe('without init')
    expect(heard).toContain(`/init ${words}. Nothing can run without it: powering off.`)
  },
  LIMIT_MS,
)

/** Where sh lies: the program after init. */
const SH = INIT + 1

test(
  'without a shell that can be executed, init tries a few times, a second apart, and gives up',
  async () => {
    const text = damaged([address(SH, 0), blockOf(F, 0) / BLOCK])
    await using machine = await openMachine(await boardWith(text))
    expect(await machine.run({ deadline: cycles(10 * SECOND) })).toMatchObject({ code: 1 })
    expect(machine.now()).toBeGreaterThan(3.9 * SECOND)
    const heard = machine.console.transcript.replaceAll('\r', '')
    const tries = 'init: starting sh\ninit: exec sh failed\n'.repeat(5)
    expect(heard).toContain(`${tries}init: sh cannot be started, tried 5 times: giving up\n`)
    expect(`${heard}\n[power-off 1]`).toMatch(WITHOUT_INIT)
  },
  LIMIT_MS,
)

test(
  'a shell that dies at once is started once a second, not as fast as the hart can',
  async () => {
    const dies = damaged([blockOf(SH, 0) + INIT_ENTRY, 0])
    await using machine = await openMachine(await boardWith(dies))
    await machine.run({ deadline: cycles(4.5 * SECOND) })
    expect(machine.console.transcript.match(/init: starting sh/g)?.length).toBe(5)
  },
  LIMIT_MS,
)

/** Words and bits of what describes the disk; what files contain is left alone. */
const place = fc.oneof(
  fc.integer({ min: 0, max: 7 }).map((n) => SUPERBLOCK + n * 4),
  fc.integer({ min: 0, max: 31 }).map((n) => at.logStart * BLOCK + n * 4),
  fc
    .tuple(fc.integer({ min: 1, max: 18 }), fc.integer({ min: 0, max: 15 }))
    .map(([n, word]) => inode(n) + word * 4),
  fc.integer({ min: 0, max: 15 }).map((n) => at.mapStart * BLOCK + n * 4),
  fc
    .tuple(fc.constantFrom(1, D, 17), fc.integer({ min: 0, max: 79 }))
    .map(([n, word]) => blockOf(n, 0) + word * 4),
  fc.integer({ min: 0, max: 60 }).map((n) => blockOf(BIG, 12) + n * 4),
)
const value = fc.oneof(
  fc.nat(31).map((bit) => (old: number) => (old ^ (1 << bit)) >>> 0),
  fc.constantFrom(0, 1, 2, 0xffff, 0x8000, 0x7fff_ffff, 0xffff_ffff).map((word) => () => word),
  fc.integer({ min: 0, max: 600 }).map((word) => () => word),
)
const damage = fc.array(fc.tuple(place, value), { minLength: 1, maxLength: 6 })

test(
  'whatever the damage, the kernel does not panic, and fsck names what it complains about',
  async () => {
    await fc.assert(
      fc.asyncProperty(damage, async (changes) => {
        const disk = whole.slice()
        const words = new DataView(disk.buffer)
        for (const [where, change] of changes) {
          words.setUint32(where, change(words.getUint32(where, true)), true)
        }
        const heard = await consoleOf(disk)
        const end = endOf(heard)
        expect(['went on', 'refused', 'without init'], heard.slice(-1500)).toContain(end)
        if (heard.includes('disk damaged') || end === 'refused') {
          expect(readDisk(disk).problems, heard.slice(-1500)).not.toEqual([])
        }
      }),
      { numRuns: FUZZ_RUNS },
    )
  },
  LIMIT_MS,
)
