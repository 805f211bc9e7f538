import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { boardTree } from '../board/board-tree.ts'
import { Clock } from '../time/clock.ts'
import { Clint } from './clint.ts'
import { flatten, type TreeNode } from './devicetree.ts'
import { Plic } from './plic.ts'

interface Read {
  readonly properties: Map<string, Uint8Array>
  readonly children: Map<string, Read>
}

/** A reader of blobs, written from the specification, apart from the writer under test. */
function read(blob: Uint8Array): Read {
  const view = new DataView(blob.buffer, blob.byteOffset, blob.byteLength)
  expect(view.getUint32(0)).toBe(0xd00dfeed)
  expect(view.getUint32(4)).toBe(blob.length)
  const strings = view.getUint32(12)
  let at = view.getUint32(8)
  const text = (from: number): string => {
    const end = blob.indexOf(0, from)
    return new TextDecoder().decode(blob.subarray(from, end))
  }
  const node = (): Read => {
    const name = text(at)
    at += (name.length + 4) & ~3
    const found: Read = { properties: new Map(), children: new Map() }
    for (;;) {
      const token = view.getUint32(at)
      at += 4
      if (token === 2) return found
      if (token === 3) {
        const length = view.getUint32(at)
        const key = text(strings + view.getUint32(at + 4))
        found.properties.set(key, blob.subarray(at + 8, at + 8 + length))
        at += 8 + ((length + 3) & ~3)
      } else if (token === 1) {
        const child = text(at)
        found.children.set(child, node())
      } else throw new Error(`token ${token} at ${at}`)
    }
  }
  expect(view.getUint32(at)).toBe(1)
  at += 4
  const root = node()
  expect(view.getUint32(at)).toBe(9)
  expect(at + 4 - view.getUint32(8)).toBe(view.getUint32(36))
  return root
}

const text = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes)

describe('flatten', () => {
  it('writes what a reader of the specification reads', () => {
    const tree: TreeNode = {
      name: 'ignored',
      properties: { flag: true, word: 'abc', list: ['a', 'bc'], cells: [1, 0xffff_ffff] },
      children: [{ name: 'child@1', properties: { word: 'd' }, children: [] }],
    }
    const root = read(flatten(tree))
    expect([...root.properties.keys()]).toEqual(['flag', 'word', 'list', 'cells'])
    expect(root.properties.get('flag')?.length).toBe(0)
    expect(text(root.properties.get('list'))).toBe('a\0bc\0')
    expect([...(root.properties.get('cells') ?? [])]).toEqual([0, 0, 0, 1, 255, 255, 255, 255])
    expect(text(root.children.get('child@1')?.properties.get('word'))).toBe('d\0')
  })

  it('lists reserved memory before the structure, with an end', () => {
    const tree: TreeNode = { name: '', properties: { word: 'abc' } }
    const blob = flatten(tree, [{ at: 0x1_8000_0000, bytes: 0x20_0000 }])
    expect(text(read(blob).properties.get('word'))).toBe('abc\0')
    const view = new DataView(blob.buffer)
    const words = Array.from({ length: 8 }, (_, i) => view.getUint32(view.getUint32(16) + 4 * i))
    expect(words).toEqual([1, 0x8000_0000, 0, 0x20_0000, 0, 0, 0, 0])
  })
})

describe('boardTree', () => {
  const wired = {
    clock: new Clock(),
    cyclesPerTick: 100,
    interrupt: () => {},
    timeMoved: () => {},
  }
  const facts = {
    banks: [
      { bytes: 128 << 20, role: 'original' as const },
      { bytes: 64 << 20, role: 'backup' as const },
    ],
    harts: 2,
    bootargs: 'seed=3',
    initrd: { start: 0x8400_0000, end: 0x8400_1000 },
    devices: [
      new Clint({ ...wired, harts: 2 }).node({ base: 0x200_0000 }),
      new Plic(2, () => {}).node({ base: 0xc00_0000 }),
    ],
  }
  const root = read(flatten(boardTree(facts)))

  it('describes each bank', () => {
    const backup = root.children.get('memory@88000000')
    expect(text(backup?.properties.get('mirrorbench,role'))).toBe('backup\0')
    const reg = [...(backup?.properties.get('reg') ?? [])]
    expect(reg).toEqual([0, 0, 0, 0, 0x88, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0])
  })

  it('hands over boot arguments and initrd', () => {
    const chosen = root.children.get('chosen')?.properties
    expect(text(chosen?.get('bootargs'))).toBe('seed=3\0')
    expect([...(chosen?.get('linux,initrd-end') ?? [])]).toEqual([0, 0, 0, 0, 0x84, 0, 0x10, 0])
  })

  it('wires both harts to CLINT and PLIC', () => {
    const soc = root.children.get('soc')?.children
    const wires = (name: string) => soc?.get(name)?.properties.get('interrupts-extended')?.length
    expect([wires('clint@2000000'), wires('plic@c000000')]).toEqual([32, 32])
  })

  it('carries boot arguments of any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 500 }), (bootargs) => {
        const root = read(flatten(boardTree({ ...facts, bootargs })))
        const { properties } = root.children.get('chosen') ?? {}
        const expected = new TextEncoder().encode(`${bootargs}\0`)
        expect(properties?.get('bootargs')).toEqual(expected)
        expect(root.children.size).toBe(read(flatten(boardTree(facts))).children.size)
      }),
    )
  })
})
