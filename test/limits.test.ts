// Numbers on the disk that have a last value: links of an inode, inodes that a directory can name. At the last
// one a call says no; nothing wraps.

import { expect, test } from 'vitest'
import none from '../configs/none.ts'
import {
  BLOCK,
  DIRECT,
  INODE_ADDRESSES,
  INODE_BYTES,
  INODES_PER_BLOCK,
  layout,
  TYPE,
} from '../guest/filesystem.ts'
import { image } from '../guest/images.ts'
import { type DiskOptions, makeDisk, readDisk } from '../guest/mkfs.ts'
import { openMachine } from '../machine/open.ts'
import { cycles } from '../machine/units.ts'

const PROGRAMS = ['init', 'sh', 'ls', 'cat', 'mkdir', 'ln', 'rm', 'echo']
const MOST_LINKS = 32_767
const SECOND = 1e9

/** `more` are files of 38 blocks. */
async function makeSmall(
  options: DiskOptions = {},
  more: readonly string[] = [],
): Promise<Uint8Array> {
  const files = []
  for (const name of PROGRAMS) {
    files.push({ path: name, bytes: (await image(`user/${name}`)).bytes })
  }
  const text = new TextEncoder()
  files.push({ path: 'd/f', bytes: text.encode('content of f\n') })
  for (const path of more) files.push({ path, bytes: new Uint8Array((DIRECT + 26) * BLOCK) })
  return makeDisk(files, options)
}

/** Root is inode 1, then the programs, d, f. */
const D = 2 + PROGRAMS.length
const F = D + 1

/** What the shell prints for each of the lines; throws what the machine said if it ends. */
async function answers(disk: Uint8Array, lines: readonly string[]): Promise<string[]> {
  await using machine = await openMachine({
    firmware: (await none.firmware()).bytes,
    kernel: (await none.kernel()).bytes,
    bootargs: 'seed=1',
    banks: none.banks,
    disk,
    harts: 1,
    profile: 'flat',
  })
  const hear = async (line: string): Promise<string> => {
    const from = machine.console.transcript.length
    if (line !== '') machine.console.type(`${line}\n`)
    const deadline = cycles(machine.now() + 60 * SECOND)
    const stop = await machine.run({ text: /(?:^|\n)\$ $/, deadline })
    const heard = machine.console.transcript.slice(from).replaceAll('\r', '')
    if (stop.kind !== 'text') throw new Error(`${stop.kind}: ${heard}`)
    return heard.replace(/^.*\n/, '').replace(/\$ $/, '')
  }
  await hear('')
  const said = []
  for (const line of lines) said.push(await hear(line))
  return said
}

test('an inode has no more links than it can count, and keeps those it has', async () => {
  const disk = await makeSmall()
  const view = new DataView(disk.buffer)
  const links = (inode: number) => layout({}).inodeStart * BLOCK + inode * INODE_BYTES + 6
  view.setInt16(links(F), MOST_LINKS - 1, true)
  view.setInt16(links(D), MOST_LINKS - 1, true)
  const said = await answers(disk, [
    ...['ln d/f one', 'ln d/f two', 'cat one d/f', 'rm one', 'ln d/f two', 'cat two'],
    ...['mkdir d/one', 'mkdir d/two', 'echo x > d/file; cat d/file', 'rm d/one', 'mkdir d/two'],
  ])
  expect(said).toEqual([
    ...['', 'link d/f two: failed\n', 'content of f\ncontent of f\n', '', '', 'content of f\n'],
    ...['', 'mkdir: d/two failed to create\n', 'x\n', '', ''],
  ])
})

test('an inode that no directory can name is given to no file', async () => {
  const said = await answers(await makeOverfull(), [
    ...['echo one > one', 'echo two > two', 'cat one', 'ls one', 'cat d/f'],
  ])
  expect(said).toEqual([
    ...['', 'open two failed\n', 'one\n'],
    ...[expect.stringMatching(/^one +2 65535 4\n$/), 'content of f\n'],
  ])
})

/** A disk as another mkfs may make it, with 480 inodes too many; of those with a name one is free. */
async function makeOverfull(): Promise<Uint8Array> {
  const most = { blocks: 8100, inodes: 65_536 }
  const more = 30
  const plain = await makeSmall(most)
  const { inodeStart, mapStart, dataStart } = layout(most)
  const disk = new Uint8Array(plain.length + more * BLOCK)
  disk.set(plain.subarray(0, mapStart * BLOCK))
  disk.set(plain.subarray(mapStart * BLOCK), (mapStart + more) * BLOCK)
  const view = new DataView(disk.buffer)
  const add = (where: number, n: number) =>
    view.setUint32(where, view.getUint32(where, true) + n, true)
  add(BLOCK + 4, more) // blocks
  add(BLOCK + 12, more * INODES_PER_BLOCK)
  add(BLOCK + 28, more) // where the bitmap begins
  disk.fill(0xff, (mapStart + more) * BLOCK, (mapStart + more) * BLOCK + dataStart / 8 + 20)
  for (let number = 1; number < 65_536 + more * INODES_PER_BLOCK; number++) {
    const at = inodeStart * BLOCK + number * INODE_BYTES
    if (number > F && number !== 65_534 && number !== 65_535) {
      view.setInt16(at, TYPE.file, true)
      view.setInt16(at + 6, 1, true)
    }
    for (let n = 0; number <= F && n <= DIRECT; n++) {
      const address = at + INODE_ADDRESSES + n * 4
      if (view.getUint32(address, true) !== 0) add(address, more)
    }
  }
  for (let number = 65_536; number < 65_536 + 10; number++) {
    view.setInt16(inodeStart * BLOCK + number * INODE_BYTES, TYPE.free, true)
  }
  return disk
}

test('the largest disk is the one whose bitmap fits into the log with a call that frees blocks all over it', async () => {
  const large = { blocks: 27 * 8192, logBlocks: 31 }
  const names = ['a', 'b', 'c']
  const disk = await makeSmall(large, names)
  const { inodeStart, mapStart } = layout(large)
  const view = new DataView(disk.buffer)
  let number = F
  for (const [n] of names.entries()) {
    number++
    const indirect = view.getUint32(
      inodeStart * BLOCK + number * INODE_BYTES + INODE_ADDRESSES + DIRECT * 4,
      true,
    )
    for (let slot = 0; slot < 26; slot++) {
      const block = (slot + 1) * 8192 + 100 + n
      view.setUint32(indirect * BLOCK + slot * 4, block, true)
      disk[mapStart * BLOCK + (block >> 3)]! |= 1 << (block & 7)
    }
  }
  const said = await answers(disk, ['rm a & rm b & rm c & rm d/f', 'ls d', 'ls a'])
  expect(said[2]).toContain('cannot open a')
  view.setUint32(BLOCK + 16, 30, true) // a log of one block less
  await expect(answers(disk, [])).rejects.toThrow("panic: log: the disk's log is too small")
})

test('mkfs makes no disk that the kernel would refuse or read otherwise', async () => {
  expect(() => layout({ inodes: 65_537, blocks: 9000 })).toThrow('2 to 65536 inodes, got 65537')
  expect(() => layout({ inodes: 1 })).toThrow('2 to 65536 inodes, got 1')
  expect(() => layout({ inodes: 10.5 })).toThrow('got 10.5')
  expect(() => layout({ blocks: -1 })).toThrow('blocks, got -1')
  expect(() => layout({ logBlocks: 10 })).toThrow('11 to 2048 blocks of log, got 10')
  expect(() => layout({ blocks: 300_000, logBlocks: 60 })).toThrow('at most 221184 blocks')
  const smallest = { blocks: 120, inodes: 16, logBlocks: 11 }
  expect((await answers(await makeSmall(smallest), ['cat d/f']))[0]).toBe('content of f\n')
  expect(readDisk(await makeSmall(smallest)).problems).toEqual([])
})
