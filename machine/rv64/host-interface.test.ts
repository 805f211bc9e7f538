import { beforeEach, describe, expect, it } from 'vitest'
import { cycles } from '../units.ts'
import { Clock, NEVER } from './clock.ts'
import { RamDouble } from './device/ram.fixture.ts'
import { HostInterface } from './host-interface.ts'

const TOHOST = 0x8000_0100

describe('HostInterface', () => {
  let clock: Clock
  let ram: RamDouble
  let heard: unknown[]

  const make = (): HostInterface =>
    new HostInterface({ clock, dma: ram, finish: (...said) => heard.push(said) }, (byte) =>
      heard.push(byte),
    )
  const store = (value: bigint): void => {
    const bytes = new Uint8Array(8)
    new DataView(bytes.buffer).setBigUint64(0, value, true)
    ram.write(TOHOST, bytes)
  }
  const advance = (to: number): void => {
    clock.now = cycles(to)
    clock.fireDue()
  }

  beforeEach(() => {
    clock = new Clock()
    ram = new RamDouble(0x8000_0000, 4096)
    heard = []
  })

  it('ends with the number of the failed test, or 0', () => {
    make().watch(TOHOST)
    advance(1000)
    expect(heard).toEqual([])
    store(1n)
    advance(2000)
    expect(heard).toEqual([[0, 'power-off']])
    expect(clock.next()).toBe(NEVER)

    make().watch(TOHOST)
    store((5n << 1n) | 1n)
    advance(3000)
    expect(heard[1]).toEqual([5, 'power-off'])
  })

  it('prints, and says that it has', () => {
    make().watch(TOHOST)
    store((1n << 56n) | (1n << 48n) | 65n)
    advance(1000)
    expect(heard).toEqual([65])
    expect([...ram.read(TOHOST, 8)]).toEqual(Array(8).fill(0))
  })

  it('watches nothing without the symbol, or where there is no RAM', () => {
    make().watch(undefined)
    make().watch(0x1000)
    expect(clock.next()).toBe(NEVER)
  })

  it('goes on watching after a snapshot', () => {
    const first = make()
    first.watch(TOHOST)
    const saved = first.save()
    clock.reset(cycles(0))
    const second = make()
    second.load(saved)
    expect(second.save()).toEqual(saved)
    store(1n)
    advance(1000)
    expect(heard).toEqual([[0, 'power-off']])
  })
})
