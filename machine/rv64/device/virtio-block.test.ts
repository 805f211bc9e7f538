import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { cycles } from '../../units.ts'
import { Clock, NEVER } from '../time/clock.ts'
import { Disk } from './disk.ts'
import { DriverDouble, INTERRUPT_STATUS, STATUS } from './driver.fixture.ts'
import { RamDouble } from './ram.fixture.ts'
import { VirtioMmio } from './virtio.ts'
import { VirtioBlock } from './virtio-block.ts'

const RAM = 0x8000_0000
const HEADER = RAM + 0x8000
const DATA = RAM + 0x9000
const RESULT = RAM + 0x8800
const [IN, OUT, FLUSH, GET_ID] = [0, 1, 4, 8]
const timing = { 'disk-request': 20_000, 'disk-sector': 250 }
const image = Uint8Array.from({ length: 64 * 512 }, (_, i) => (i >>> 9) + (i & 3))

describe('VirtioBlock', () => {
  let clock: Clock
  let ram: RamDouble
  let wire: boolean
  let device: VirtioMmio
  let driver: DriverDouble

  const make = (): VirtioMmio => {
    const block = new VirtioBlock(new Disk(image), clock, timing)
    return new VirtioMmio('virtio0', ram, (level) => (wire = level), block)
  }
  const advance = (to: number): void => {
    clock.now = cycles(to)
    clock.fireDue()
  }
  /** Waits for all that is in flight. */
  const settle = (): void => {
    while (clock.next() !== NEVER) advance(clock.next())
  }
  const header = (type: number, sector: number): void => {
    const bytes = new Uint8Array(16)
    new DataView(bytes.buffer).setUint32(0, type, true)
    new DataView(bytes.buffer).setBigUint64(8, BigInt(sector), true)
    ram.write(HEADER, bytes)
  }
  const request = (type: number, sector: number, length: number, writable: boolean): number => {
    header(type, sector)
    const data = length > 0 ? [{ at: DATA, length, writable }] : []
    const status = { at: RESULT, length: 1, writable: true }
    return driver.offer(0, [{ at: HEADER, length: 16 }, ...data, status])
  }
  const status = (): number => device.read(STATUS, 4)
  const result = (): number => ram.read(RESULT, 1)[0] ?? -1

  beforeEach(() => {
    clock = new Clock()
    ram = new RamDouble(RAM, 1 << 20)
    wire = false
    device = make()
    driver = new DriverDouble(device, ram)
  })

  it('introduces itself', () => {
    expect([0, 4, 8].map((offset) => device.read(offset, 4))).toEqual([0x74726976, 2, 2])
    expect(device.read(0x100, 4)).toBe(64)
    expect(driver.start(1)).toBe(15)
  })

  it('fails a request whose header or data is poison, and writes nothing of it', () => {
    driver.start(1)
    for (const at of [HEADER, HEADER + 8, DATA, DATA + 504]) {
      ram.write(DATA, new Uint8Array(512).fill(0xee))
      const head = request(OUT, 5, 512, false)
      ram.poison.push(at)
      driver.notify(0)
      settle()
      ram.poison.pop()
      expect([driver.finished(0).at(-1), result()]).toEqual([[head, 1], 1])
    }
    request(IN, 5, 512, true)
    driver.notify(0)
    settle()
    expect([...ram.read(DATA, 512)]).toEqual([...image.subarray(5 * 512, 6 * 512)])
    expect([result(), status()]).toEqual([0, 15])
  })

  it('stops when it cannot read its rings for poison', () => {
    for (const at of [driver.available(0), driver.available(0) + 8, driver.descriptors(0) + 16]) {
      driver = new DriverDouble(device, ram)
      driver.start(1)
      // Index and first entries share the first word of the available ring.
      for (let i = 0; i < 3; i++) request(FLUSH, 0, 0, false)
      ram.poison.push(at)
      driver.notify(0)
      settle()
      ram.poison.pop()
      expect(status() & 64).toBe(64)
    }
    driver = new DriverDouble(device, ram)
    expect(driver.start(1)).toBe(15)
  })

  it('reads sectors, taking the time of the profile', () => {
    driver.start(1)
    const head = request(IN, 3, 1024, true)
    driver.notify(0)
    expect(clock.next()).toBe(20_000 + 2 * 250)
    advance(20_499)
    expect(driver.finished(0)).toEqual([])
    advance(20_500)
    expect(driver.finished(0)).toEqual([[head, 1025]])
    expect([...ram.read(DATA, 1024)]).toEqual([...image.subarray(1536, 2560)])
    expect([result(), wire, device.read(INTERRUPT_STATUS, 4)]).toEqual([0, true, 1])
    device.write(0x064, 4, 1)
    expect(wire).toBe(false)
  })

  it('writes sectors beside the image, across blocks', () => {
    driver.start(1)
    const data = Uint8Array.from({ length: 4096 }, (_, i) => i % 251)
    ram.write(DATA, data)
    request(OUT, 5, 4096, false)
    driver.notify(0)
    settle()
    ram.write(DATA, new Uint8Array(4096))
    request(IN, 5, 4096, true)
    driver.notify(0)
    settle()
    expect([...ram.read(DATA, 4096)]).toEqual([...data])
    expect(image[5 * 512]).toBe(5)
  })

  it('answers flush and identity, and refuses the rest', () => {
    driver.start(1)
    const asked = (type: number, sector: number, length: number, writable: boolean): number => {
      ram.write(RESULT, Uint8Array.of(0xff))
      request(type, sector, length, writable)
      driver.notify(0)
      settle()
      return result()
    }
    expect(asked(FLUSH, 0, 0, true)).toBe(0)
    expect(asked(GET_ID, 0, 20, true)).toBe(0)
    expect(new TextDecoder().decode(ram.read(DATA, 11))).toBe('mirrorbench')
    expect(asked(99, 0, 512, true)).toBe(2)
    expect(asked(IN, 64, 512, true)).toBe(1)
    expect(asked(OUT, 63, 1024, false)).toBe(1)
    expect(asked(IN, 2 ** 52, 512, true)).toBe(1)
    expect(asked(IN, 0, 100, true)).toBe(1)
    expect(status()).toBe(15)
  })

  it('serves requests one after the other, and stays silent if asked to', () => {
    driver.start(1)
    driver.u16(driver.available(0), 1)
    request(IN, 0, 512, true)
    request(IN, 1, 512, true)
    driver.notify(0)
    advance(20_250)
    expect(driver.finished(0)).toHaveLength(1)
    advance(40_500)
    expect(driver.finished(0)).toHaveLength(2)
    expect(wire).toBe(false)
  })

  it('refuses features that were not offered', () => {
    expect(driver.start(1, 1 << 30) & 8).toBe(0)
  })

  it('takes a driver that knows the first feature word alone, as xv6 does', () => {
    device.write(STATUS, 4, 0)
    expect(device.read(0x00c, 4)).toBe(0x554d4551)
    device.write(0x020, 4, device.read(0x010, 4) & ~(1 << 9))
    device.write(STATUS, 4, 11)
    expect(status() & 8).toBe(8)
  })

  const breaks: [string, () => void][] = [
    [
      'a descriptor loop',
      () => driver.describe(0, 0, { at: HEADER, length: 16, flags: 1, next: 0 }),
    ],
    [
      'an index outside the table',
      () => driver.describe(0, 0, { at: HEADER, length: 16, flags: 1, next: 8 }),
    ],
    [
      'a buffer outside RAM',
      () => driver.describe(0, 0, { at: 0x1000, length: 16, flags: 0, next: 0 }),
    ],
    [
      'a buffer at the end of all addresses',
      () => driver.describe(0, 0, { at: 2 ** 63, length: 16, flags: 0, next: 0 }),
    ],
    [
      'an indirect table',
      () => driver.describe(0, 0, { at: HEADER, length: 16, flags: 4, next: 0 }),
    ],
    [
      'readable after writable',
      () => {
        driver.describe(0, 0, { at: HEADER, length: 16, flags: 3, next: 1 })
        driver.describe(0, 1, { at: HEADER, length: 16, flags: 0, next: 0 })
      },
    ],
    [
      'no room for the status',
      () => driver.describe(0, 0, { at: HEADER, length: 16, flags: 0, next: 0 }),
    ],
    ['more available than the ring holds', () => driver.u16(driver.available(0) + 2, 9)],
    ['a head outside the table', () => driver.u16(driver.available(0) + 4, 500)],
  ]
  it.each(breaks)('stops until reset on %s', (_, breakIt) => {
    driver.start(1)
    request(IN, 0, 512, true)
    breakIt()
    driver.notify(0)
    settle()
    expect(status()).toBe(15 | 64)
    expect([wire, device.read(INTERRUPT_STATUS, 4)]).toEqual([true, 2])
    driver.notify(0)
    expect(clock.next()).toBe(NEVER)
    expect(driver.start(1)).toBe(15)
  })

  it('fails a queue whose rings lie outside RAM', () => {
    device.write(STATUS, 4, 11)
    device.write(0x030, 4, 0)
    device.write(0x038, 4, 8)
    device.write(0x080, 4, 0x1000)
    device.write(0x044, 4, 1)
    expect(status() & 64).toBe(64)
  })

  it('forgets the request in flight on reset, and keeps what was written', () => {
    driver.start(1)
    ram.write(DATA, new Uint8Array(512).fill(7))
    request(OUT, 2, 512, false)
    driver.notify(0)
    settle()
    request(IN, 0, 512, true)
    driver.notify(0)
    device.reset()
    expect(clock.next()).toBe(NEVER)
    driver.start(1)
    request(IN, 2, 512, true)
    driver.notify(0)
    settle()
    expect([...ram.read(DATA, 512)]).toEqual(Array(512).fill(7))
  })

  it('comes back from a snapshot with its request in flight', () => {
    driver.start(1)
    ram.write(DATA, new Uint8Array(512).fill(7))
    request(OUT, 9, 512, false)
    driver.notify(0)
    settle()
    const head = request(IN, 9, 512, true)
    driver.notify(0)
    const due = clock.next()
    const saved = device.save()
    clock.reset(clock.now)
    device = make()
    device.load(saved)
    expect(device.save()).toEqual(saved)
    expect(clock.next()).toBe(due)
    ram.write(DATA, new Uint8Array(512))
    settle()
    expect(driver.finished(0).at(-1)).toEqual([head, 513])
    expect([...ram.read(DATA, 512)]).toEqual(Array(512).fill(7))
  })

  it('neither throws nor hangs, whatever the rings and registers hold', () => {
    const write = fc.tuple(fc.nat(0x2800), fc.uint8Array({ minLength: 1, maxLength: 24 }))
    const register = fc.tuple(fc.nat(0x140), fc.oneof(fc.nat(300), fc.integer()))
    fc.assert(
      fc.property(fc.array(fc.oneof(write, register), { maxLength: 40 }), (steps) => {
        clock.reset(cycles(0))
        device = make()
        driver = new DriverDouble(device, ram)
        driver.start(1)
        request(IN, 0, 512, true)
        for (const [at, what] of steps) {
          if (typeof what === 'number') device.write(at & ~3, 4, what)
          else ram.write(RAM + at, what)
          driver.notify(0)
          for (let i = 0; i < 20 && clock.next() !== NEVER; i++) advance(clock.next())
        }
      }),
      { seed: 1, numRuns: 300 },
    )
  })
})
