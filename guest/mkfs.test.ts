// The disk: files written come back, whatever their names and sizes; what cannot be is refused;
// what is broken is noticed; equal input gives equal bytes.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BLOCK, INODE_BYTES, layout, MAX_FILE_BYTES, TYPE } from './filesystem.ts'
import { disk, makeDisk, readDisk, standardFiles, WEB_FILES } from './mkfs.ts'

const bytes = (text: string) => new TextEncoder().encode(text)

const name = fc
  .string({ unit: fc.constantFrom(...'abcXYZ019.-_ '), minLength: 1, maxLength: 14 })
  .filter((text) => text !== '.' && text !== '..')
const content = fc.oneof(
  fc.uint8Array({ maxLength: 64 }),
  fc.integer({ min: 0, max: 40 * BLOCK }).map((n) => new Uint8Array(n).fill(n & 0xff)),
)
const files = fc.uniqueArray(
  fc.record({ path: fc.array(name, { minLength: 1, maxLength: 3 }), bytes: content }),
  { maxLength: 12, selector: (file) => file.path[0] },
)

test('files written come back, on a consistent disk', () => {
  fc.assert(
    fc.property(files, (list) => {
      const written = list.map((file) => ({ path: file.path.join('/'), bytes: file.bytes }))
      const found = readDisk(makeDisk(written))
      expect(found.problems).toEqual([])
      expect(found.files).toEqual(written)
    }),
    { numRuns: 60, seed: 1 },
  )
})

test('directories on the way are made once', () => {
  const image = makeDisk([
    { path: 'a/b/one', bytes: bytes('1') },
    { path: 'a/two', bytes: bytes('2') },
    { path: 'a/b/three', bytes: bytes('3') },
  ])
  const found = readDisk(image)
  expect(found.directories).toEqual(['a', 'a/b'])
  expect(found.files.map((file) => file.path)).toEqual(['a/b/one', 'a/b/three', 'a/two'])
  expect(found.problems).toEqual([])
})

test('the largest file fits and a larger one is refused', () => {
  const largest = new Uint8Array(MAX_FILE_BYTES).fill(7)
  expect(readDisk(makeDisk([{ path: 'f', bytes: largest }])).files[0]?.bytes).toEqual(largest)
  const larger = new Uint8Array(MAX_FILE_BYTES + 1)
  expect(() => makeDisk([{ path: 'f', bytes: larger }])).toThrow('f: expected at most 274432 bytes')
})

test('what cannot be on a disk is refused with what was expected', () => {
  const one = (path: string) => () => makeDisk([{ path, bytes: bytes('') }])
  expect(one('a-name-of-15-ch')).toThrow('at most 14 bytes')
  expect(one('größe-groß')).not.toThrow()
  expect(one('größe-größe')).toThrow('at most 14 bytes')
  expect(one('')).toThrow('expected names')
  expect(one('a//b')).toThrow('expected names')
  expect(one('../b')).toThrow('expected names')
  const twice = { path: 'a', bytes: bytes('') }
  expect(() => makeDisk([twice, twice])).toThrow('a: is there twice')
  expect(() => makeDisk([twice, { path: 'a/b', bytes: bytes('') }])).toThrow('file and a directory')
})

test('a full disk and a full inode table are refused', () => {
  const large = { bytes: new Uint8Array(20 * BLOCK) }
  const fits = [{ path: 'a', ...large }]
  expect(() => makeDisk(fits, { blocks: 100, inodes: 16 })).not.toThrow()
  expect(() => makeDisk(fits, { blocks: 50, inodes: 16 })).toThrow('disk full')
  expect(() => makeDisk(fits, { blocks: 30 })).toThrow('expected more than')
  const many = Array.from({ length: 15 }, (_, n) => ({ path: `f${n}`, bytes: bytes('') }))
  expect(() => makeDisk(many.slice(1), { inodes: 16 })).not.toThrow()
  expect(() => makeDisk(many, { inodes: 16 })).toThrow('at most 15 files')
})

test('the layout is that of the family: 30 blocks of log after boot block and superblock', () => {
  const image = makeDisk([], { blocks: 2000, inodes: 200 })
  const words = new Uint32Array(image.buffer, BLOCK, 8)
  expect([...words]).toEqual([0x10203040, 2000, 1954, 200, 30, 2, 32, 45])
})

test('the reader notices what is broken', () => {
  const at = layout({})
  const broken = (where: number, value: number) => {
    const image = makeDisk([{ path: 'f', bytes: new Uint8Array(2 * BLOCK) }])
    image[where] = value
    return readDisk(image).problems.join('; ')
  }
  const inode = (n: number) => at.inodeStart * BLOCK + n * INODE_BYTES
  expect(broken(0, 0)).toBe('')
  expect(broken(BLOCK, 0)).toContain('no magic')
  expect(broken(BLOCK + 20, 9)).toContain('superblock: expected')
  expect(broken(at.logStart * BLOCK, 1)).toContain('waits to be replayed')
  expect(broken(at.mapStart * BLOCK, 0)).toContain('block 0: owned, marked free')
  expect(broken(at.mapStart * BLOCK + 200, 1)).toContain('owned by nobody')
  expect(broken(inode(2) + 6, 2)).toContain('inode 2: says 2 links, has 1')
  expect(broken(inode(3), TYPE.file)).toBe('')
  expect(broken(inode(2), TYPE.free)).toContain('has type 0')
  expect(broken(inode(2) + 8, 1)).toContain('inode 2: lacks block 2 of its 2049 bytes')
  expect(broken(inode(2) + 9, 9)).toContain('inode 2: lacks block 2 of its 2304 bytes')
  expect(broken(inode(2) + 11, 9)).toContain('f: is 150996992 bytes long')
  expect(broken(inode(2) + 12, 0)).toContain('inode 2: lacks block 0')
  expect(broken(inode(1) + 8, 50)).toContain(': ends within an entry')
  expect(broken(inode(9), 9)).toContain('inode 9: has type 9')
  expect(broken(at.logStart * BLOCK + 1, 1)).toContain('log: expected at most 29 blocks, got 256')
  expect(broken(inode(2) + 12, 3)).toContain('block 3 is no data block')
  expect(broken(inode(2) + 12, at.dataStart)).toContain('belongs to inodes')
  expect(broken(at.dataStart * BLOCK, 9)).toContain('/.: leads to inode 9')
  expect(broken(at.dataStart * BLOCK, 0)).toContain(': has no .')
  expect(broken(at.dataStart * BLOCK + 18, 120)).toContain(': has no ..')
  expect(broken(at.dataStart * BLOCK + 34, 46)).toContain('/.: is there twice')
  expect(broken(at.dataStart * BLOCK + 34, 47)).toContain('an entry "/" that no path leads to')
  const log = makeDisk([])
  new DataView(log.buffer).setUint32(at.logStart * BLOCK, 1, true)
  expect(readDisk(log).problems).toContain('log: block 0 is none of a file system')
})

test('whatever is on a disk, the reader comes to an end and throws nothing', () => {
  const image = makeDisk([
    { path: 'a/b/f', bytes: new Uint8Array(20 * BLOCK).fill(1) },
    { path: 'g', bytes: bytes('g') },
  ])
  const { inodeStart, dataStart } = layout({})
  const somewhere = fc.oneof(
    fc.integer({ min: BLOCK, max: BLOCK + 31 }),
    fc.integer({ min: inodeStart * BLOCK, max: (inodeStart + 1) * BLOCK }),
    fc.integer({ min: dataStart * BLOCK, max: (dataStart + 4) * BLOCK }),
    fc.nat(image.length - 1),
  )
  const damage = fc.array(fc.tuple(somewhere, fc.nat(255)), { minLength: 1, maxLength: 8 })
  fc.assert(
    fc.property(damage, (changes) => {
      const damaged = image.slice()
      for (const [at, value] of changes) damaged[at] = value
      readDisk(damaged)
    }),
    { numRuns: 300, seed: 1 },
  )
  expect(readDisk(new Uint8Array()).problems).toEqual(['superblock: no magic number'])
  expect(readDisk(image.subarray(0, 5000)).problems).not.toEqual([])
})

test('the standard disk holds programs, README and the files of the web workloads', async () => {
  const image = await disk()
  expect(await disk()).toEqual(image)
  const found = readDisk(image)
  expect(found.problems).toEqual([])
  expect(found.files).toEqual(
    (await standardFiles()).map(({ path, bytes }) => ({ path, bytes: new Uint8Array(bytes) })),
  )
  const paths = found.files.map((file) => file.path)
  expect(paths).toEqual(expect.arrayContaining(['init', 'sh', 'ls', 'README']))
  for (const [file, length] of Object.entries(WEB_FILES)) {
    expect(found.files.find(({ path }) => path === `www/${file}`)?.bytes.length).toBe(length)
  }
  expect(found.freeBlocks).toBeGreaterThan(1024)
})
