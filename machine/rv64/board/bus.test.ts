import { describe, expect, it } from 'vitest'
import { Rom } from '../device/rom.ts'
import { Bus } from './bus.ts'

const rom = (name: string, byte: number): Rom => {
  const device = new Rom(name, 16)
  device.program(new Uint8Array(16).fill(byte))
  return device
}

describe('Bus', () => {
  const bus = new Bus([
    { base: 0x2000, device: rom('high', 2) },
    { base: 0x1000, device: rom('low', 1) },
  ])

  it('finds the device at an address, whichever was asked before', () => {
    expect(bus.read(0x1000, 4)).toBe(0x0101_0101)
    expect(bus.read(0x2004, 2)).toBe(0x0202)
    expect(bus.read(0x100f, 1)).toBe(1)
  })

  it('knows where no device is, and where one ends', () => {
    expect(bus.device(0x1000, 4)).toBe(true)
    expect(bus.device(0x100d, 4)).toBe(false)
    expect(bus.device(0x0fff, 1)).toBe(false)
    expect(bus.device(0x1800, 1)).toBe(false)
    expect(bus.read(0x1800, 4)).toBe(0)
    bus.write(0x1800, 4, 1)
  })

  it('refuses devices that overlap', () => {
    const over = [
      { base: 0, device: rom('a', 0) },
      { base: 15, device: rom('b', 0) },
    ]
    expect(() => new Bus(over)).toThrow(/devices apart on the bus, got a up to 0x10 over b at 0xf/)
  })
})
