import { describe, expect, it } from 'vitest'
import { Disk } from './disk.ts'

describe('a disk of an odd size', () => {
  it('ends with a sector that zeros fill up, and the image stays as it is', () => {
    const image = new Uint8Array(4096 + 513).fill(7)
    const disk = new Disk(image)
    expect(disk.sectors).toBe(10)
    expect([disk.holds(9, 512), disk.holds(10, 512)]).toEqual([true, false])
    expect([...disk.read(9, 512)]).toEqual([7, ...Array(511).fill(0)])
    disk.write(9, new Uint8Array(512).fill(1))
    expect([...disk.read(8, 1024)]).toEqual([...Array(512).fill(7), ...Array(512).fill(1)])
    expect([image.length, image.at(-1)]).toEqual([4096 + 513, 7])
  })

  it('may be empty', () => {
    const disk = new Disk(new Uint8Array(0))
    expect([disk.sectors, disk.holds(0, 0), disk.holds(0, 512)]).toEqual([0, true, false])
  })
})
