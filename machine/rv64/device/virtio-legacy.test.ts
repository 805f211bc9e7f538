// virtio-mmio of version 1: rings by page number, no VERSION_1, and a shorter header of network frames.

import { beforeEach, describe, expect, it } from 'vitest'
import { Link } from '../net/link.ts'
import { Clock, NEVER } from '../time/clock.ts'
import { Disk } from './disk.ts'
import { LegacyDriverDouble, STATUS } from './driver.fixture.ts'
import { RamDouble } from './ram.fixture.ts'
import { VirtioMmio } from './virtio.ts'
import { VirtioBlock } from './virtio-block.ts'
import { VirtioNet } from './virtio-net.ts'

const RAM = 0x8000_0000
const [HEADER, DATA, RESULT] = [RAM + 0x1_0000, RAM + 0x1_1000, RAM + 0x1_2000]
const [QUEUE_SEL, QUEUE_NUM, QUEUE_ALIGN, QUEUE_PFN] = [0x030, 0x038, 0x03c, 0x040]
const NEEDS_RESET = 64
const timing = { 'disk-request': 100, 'disk-sector': 10, 'net-transmit': 10, 'net-receive': 10 }
const image = Uint8Array.from({ length: 8 * 512 }, (_, i) => (i >>> 9) + 1)

let clock: Clock
let ram: RamDouble

beforeEach(() => {
  clock = new Clock()
  ram = new RamDouble(RAM, 1 << 20)
})

const settle = (): void => {
  while (clock.next() !== NEVER) {
    clock.now = clock.next()
    clock.fireDue()
  }
}

describe('virtio-mmio, version 1', () => {
  let device: VirtioMmio
  let driver: LegacyDriverDouble

  const make = (): VirtioMmio =>
    new VirtioMmio('virtio0', ram, () => {}, new VirtioBlock(new Disk(image), clock, timing), 1)
  const write = (offset: number, value: number): void => device.write(offset, 4, value)
  const read = (offset: number): number => device.read(offset, 4)
  /** Reads sector 3 by rings of the driver's. Returns the first byte that came, or undefined. */
  const readSector = (): number | undefined => {
    ram.write(HEADER, Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0))
    ram.write(DATA, new Uint8Array(512))
    const data = { at: DATA, length: 512, writable: true }
    const status = { at: RESULT, length: 1, writable: true }
    driver.offer(0, [{ at: HEADER, length: 16 }, data, status])
    driver.notify(0)
    settle()
    return driver.finished(0).length > 0 ? ram.read(DATA, 1)[0] : undefined
  }

  beforeEach(() => {
    device = make()
    driver = new LegacyDriverDouble(device, ram)
  })

  it('says its version and offers nothing above feature 31', () => {
    expect([0, 4, 8].map(read)).toEqual([0x74726976, 1, 2])
    write(0x014, 1)
    expect(read(0x010)).toBe(0)
  })

  it('serves rings that follow each other, though DRIVER_OK came first', () => {
    expect(driver.start(1)).toBe(15)
    expect(read(QUEUE_PFN)).toBe(RAM / 4096)
    expect(readSector()).toBe(4)
  })

  it('aligns the used ring as told', () => {
    driver.start(0)
    write(QUEUE_SEL, 0)
    write(QUEUE_NUM, 8)
    write(QUEUE_ALIGN, 64)
    write(QUEUE_PFN, RAM / 4096)
    driver.used = () => RAM + 192 // 8 descriptors, 22 bytes of available ring, up to 64
    expect(readSector()).toBe(4)
  })

  it('lets go of a queue at page 0', () => {
    driver.start(1)
    write(QUEUE_PFN, 0)
    expect(read(QUEUE_PFN)).toBe(0)
    expect(readSector()).toBeUndefined()
  })

  it('keeps the page size when the driver resets it, as Linux does', () => {
    write(0x028, 4096)
    for (const status of [0, 1, 3]) write(STATUS, status)
    write(QUEUE_NUM, 8)
    write(QUEUE_PFN, RAM / 4096)
    write(STATUS, 7)
    expect(readSector()).toBe(4)
  })

  it('needs a reset after rings outside RAM, or without a page size', () => {
    driver.start(0)
    write(QUEUE_NUM, 8)
    write(QUEUE_PFN, 1)
    expect(read(STATUS) & NEEDS_RESET).toBe(NEEDS_RESET)
    device.reset()
    write(QUEUE_NUM, 8)
    write(QUEUE_PFN, RAM / 4096)
    expect(read(STATUS) & NEEDS_RESET).toBe(NEEDS_RESET)
    expect(driver.start(1)).toBe(15)
  })

  it('knows nothing of the registers of version 2', () => {
    driver.start(1)
    expect(read(0x044)).toBe(0)
    write(0x044, 0)
    write(0x080, 0)
    expect(readSector()).toBe(4)
  })

  it('goes on after a snapshot in the midst of being set up', () => {
    driver.start(0)
    const saved = device.save()
    device = make()
    device.load(saved)
    expect(device.save()).toEqual(saved)
    driver = new LegacyDriverDouble(device, ram)
    write(QUEUE_NUM, 8)
    write(QUEUE_PFN, RAM / 4096)
    expect(readSector()).toBe(4)
  })
})

describe('virtio-net, version 1', () => {
  it('has a header of ten bytes', () => {
    const link = new Link({
      clock,
      timing: { wire: 1000, 'wire-byte': 8 },
      loss: 0,
      seed: 1,
    })
    const heard: Uint8Array[] = []
    link.right.onFrame = (frame) => heard.push(frame)
    const device = new VirtioMmio('net', ram, () => {}, new VirtioNet(link.left, clock, timing), 1)
    const driver = new LegacyDriverDouble(device, ram)
    driver.start(2)
    const frame = Uint8Array.from({ length: 60 }, (_, i) => i + 1)
    ram.write(DATA + 10, frame)
    driver.offer(1, [{ at: DATA, length: 70 }])
    driver.notify(1)
    settle()
    expect(heard).toEqual([frame])

    driver.offer(0, [{ at: RESULT, length: 2000, writable: true }])
    driver.notify(0)
    link.right.send(frame)
    settle()
    expect(driver.finished(0)).toEqual([[0, 70]])
    expect(ram.read(RESULT, 70)).toEqual(Uint8Array.of(...new Uint8Array(10), ...frame))
  })
})
