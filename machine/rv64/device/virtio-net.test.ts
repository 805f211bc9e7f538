import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { cycles } from '../../units.ts'
import type { LinkEnd } from '../net/link.ts'
import { Clock, NEVER } from '../time/clock.ts'
import { DriverDouble, INTERRUPT_STATUS, STATUS } from './driver.fixture.ts'
import { RamDouble } from './ram.fixture.ts'
import { VirtioMmio } from './virtio.ts'
import { GUEST_MAC, VirtioNet } from './virtio-net.ts'

const RAM = 0x8000_0000
const BUFFER = RAM + 0x10000
const [RX, TX] = [0, 1]
const timing = { 'net-transmit': 1000, 'net-receive': 700 }
const frame = (length: number, fill = 1): Uint8Array => new Uint8Array(length).fill(fill)

describe('VirtioNet', () => {
  let clock: Clock
  let ram: RamDouble
  let wire: boolean
  let cable: LinkEnd
  let sent: { readonly when: number; readonly frame: Uint8Array }[]
  let net: VirtioNet
  let device: VirtioMmio
  let driver: DriverDouble

  const make = (): VirtioMmio => {
    net = new VirtioNet(cable, clock, timing)
    return new VirtioMmio('virtio1', ram, (level) => (wire = level), net)
  }
  const advance = (to: number): void => {
    clock.now = cycles(to)
    clock.fireDue()
  }
  const settle = (): void => {
    while (clock.next() !== NEVER) advance(clock.next())
  }

  beforeEach(() => {
    clock = new Clock()
    ram = new RamDouble(RAM, 1 << 20)
    wire = false
    sent = []
    cable = {
      send: (bytes) => sent.push({ when: clock.now, frame: bytes.slice() }),
      onFrame: undefined,
    }
    device = make()
    driver = new DriverDouble(device, ram)
  })

  it('tells its address', () => {
    const config = GUEST_MAC.map((_, i) => device.read(0x100 + i, 1))
    expect([...config]).toEqual([0x52, 0x54, 0, 0x12, 0x34, 0x56])
    expect(driver.start(2, 1 << 5)).toBe(15)
  })

  it('drops a frame of which a part is poison, and goes on', () => {
    driver.start(2)
    ram.write(BUFFER, frame(72, 7))
    ram.poison.push(BUFFER + 64)
    driver.offer(TX, [{ at: BUFFER, length: 72 }])
    driver.offer(TX, [{ at: BUFFER, length: 64 }])
    driver.notify(TX)
    settle()
    expect(sent.map((one) => one.frame.length)).toEqual([52])
    expect(driver.finished(TX)).toEqual([
      [0, 0],
      [1, 0],
    ])
    expect(net.counts()).toEqual({ 'net-sent': 1, 'net-received': 0, 'net-dropped': 1 })
  })

  it('sends all that waits, without the header, after the time of the profile', () => {
    driver.start(2)
    ram.write(BUFFER, frame(12 + 60, 7))
    ram.write(BUFFER + 0x100, frame(20, 9))
    driver.offer(TX, [{ at: BUFFER, length: 72 }])
    driver.offer(TX, [
      { at: BUFFER, length: 12 },
      { at: BUFFER + 0x100, length: 20 },
    ])
    driver.notify(TX)
    settle()
    expect(sent.map(({ when }) => when)).toEqual([1000, 1000])
    expect(sent.map((one) => [...one.frame])).toEqual([[...frame(60, 7)], [...frame(20, 9)]])
    expect(driver.finished(TX)).toHaveLength(2)
    expect(wire).toBe(true)
  })

  it('drops frames that no Ethernet carries', () => {
    driver.start(2)
    for (const length of [12, 12 + 13, 12 + 1515]) {
      driver.offer(TX, [{ at: BUFFER, length }])
      driver.notify(TX)
      settle()
    }
    expect(sent).toEqual([])
    expect(net.counts()['net-dropped']).toBe(3)
    expect(driver.finished(TX)).toHaveLength(3)
  })

  it('puts frames into buffers with a header, and says how long they are', () => {
    driver.start(2)
    const head = driver.offer(RX, [
      { at: BUFFER, length: 40, writable: true },
      { at: BUFFER + 0x1000, length: 1600, writable: true },
    ])
    cable.onFrame?.(frame(100, 5))
    advance(699)
    expect(driver.finished(RX)).toEqual([])
    advance(700)
    expect(driver.finished(RX)).toEqual([[head, 112]])
    expect([...ram.read(BUFFER, 14)]).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 5, 5])
    expect([...ram.read(BUFFER + 0x1000, 73)]).toEqual([...frame(72, 5), 0])
    expect(device.read(INTERRUPT_STATUS, 4)).toBe(1)
  })

  it('keeps frames until there is a buffer, up to a limit', () => {
    driver.start(2)
    for (let i = 0; i < 300; i++) cable.onFrame?.(frame(60, i & 0xff))
    settle()
    expect(net.counts()['net-dropped']).toBe(300 - 256)
    driver.offer(RX, [{ at: BUFFER, length: 100, writable: true }])
    driver.notify(RX)
    settle()
    expect(driver.finished(RX)).toEqual([[0, 72]])
  })

  it('hands back a buffer that is too small, empty', () => {
    driver.start(2)
    driver.offer(RX, [{ at: BUFFER, length: 20, writable: true }])
    cable.onFrame?.(frame(60))
    settle()
    expect(driver.finished(RX)).toEqual([[0, 0]])
    expect(net.counts()['net-dropped']).toBe(1)
  })

  it('hears nothing before the driver is ready', () => {
    cable.onFrame?.(frame(60))
    expect(clock.next()).toBe(NEVER)
  })

  it('stops until reset when a ring is broken', () => {
    driver.start(2)
    driver.u16(driver.available(TX) + 2, 100)
    driver.notify(TX)
    settle()
    expect(device.read(STATUS, 4)).toBe(15 | 64)
    expect(driver.start(2)).toBe(15)
  })

  it('comes back from a snapshot with frames in both directions', () => {
    driver.start(2)
    ram.write(BUFFER, frame(72, 3))
    driver.offer(TX, [{ at: BUFFER, length: 72 }])
    driver.notify(TX)
    driver.offer(RX, [{ at: BUFFER + 0x1000, length: 100, writable: true }])
    cable.onFrame?.(frame(60, 4))
    const saved = device.save()
    clock.reset(clock.now)
    device = make()
    device.load(saved)
    expect(device.save()).toEqual(saved)
    settle()
    expect(sent).toEqual([{ when: 1000, frame: frame(60, 3) }])
    expect(driver.finished(RX)).toEqual([[0, 72]])
  })

  it('neither throws nor hangs, whatever the rings hold', () => {
    const write = fc.tuple(fc.nat(0x6800), fc.uint8Array({ minLength: 1, maxLength: 24 }))
    fc.assert(
      fc.property(fc.array(write, { maxLength: 30 }), (steps) => {
        clock.reset(cycles(0))
        device = make()
        driver = new DriverDouble(device, ram)
        driver.start(2)
        driver.offer(RX, [{ at: BUFFER, length: 1600, writable: true }])
        driver.offer(TX, [{ at: BUFFER, length: 72 }])
        for (const [at, bytes] of steps) {
          ram.write(RAM + at, bytes)
          driver.notify(TX)
          driver.notify(RX)
          cable.onFrame?.(frame(60))
          for (let i = 0; i < 20 && clock.next() !== NEVER; i++) advance(clock.next())
        }
      }),
      { seed: 1, numRuns: 300 },
    )
  })
})
