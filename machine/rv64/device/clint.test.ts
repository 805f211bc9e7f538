import { beforeEach, describe, expect, it } from 'vitest'
import { cycles } from '../../units.ts'
import { Clock } from '../time/clock.ts'
import { Clint } from './clint.ts'

const MTIMECMP = 0x4000
const MTIME = 0xbff8

describe('Clint', () => {
  let clock: Clock
  let clint: Clint
  let wires: Map<string, boolean>
  let moved: number

  const make = (): Clint =>
    new Clint({
      clock,
      cyclesPerTick: 100,
      harts: 2,
      interrupt: (hart, wire, level) => wires.set(`${wire}${hart}`, level),
      timeMoved: () => moved++,
    })
  const write64 = (offset: number, value: bigint): void => {
    clint.write(offset, 4, Number(value & 0xffff_ffffn))
    clint.write(offset + 4, 4, Number(value >> 32n))
  }
  const advance = (to: number): void => {
    clock.now = cycles(to)
    clock.fireDue()
  }

  beforeEach(() => {
    clock = new Clock()
    wires = new Map()
    moved = 0
    clint = make()
    clint.reset()
  })

  it('counts one tick of mtime in a hundred cycles', () => {
    advance(1_234_567)
    expect(clint.read(MTIME, 4)).toBe(12_345)
    expect(clint.time).toBe(12_345n)
  })

  it('raises MTIP at the exact cycle, and lowers it when the comparison moves on', () => {
    write64(MTIMECMP + 8, 50n)
    expect(clock.next()).toBe(5000)
    advance(4999)
    expect(wires.get('MTIP1')).toBe(false)
    advance(5000)
    expect(wires.get('MTIP1')).toBe(true)
    expect(wires.get('MTIP0')).toBe(false)
    write64(MTIMECMP + 8, 60n)
    expect(wires.get('MTIP1')).toBe(false)
    expect(clint.read(MTIMECMP + 8, 4)).toBe(60)
  })

  it('never fires for a comparison at the end of time', () => {
    write64(MTIMECMP, 0xffff_ffff_ffff_ffffn)
    expect(clock.next()).toBe(Number.MAX_SAFE_INTEGER)
    expect(wires.get('MTIP0')).toBe(false)
  })

  it('lets a guest set mtime, and compares anew', () => {
    write64(MTIMECMP, 1_000_000n)
    advance(500)
    write64(MTIME, 999_990n)
    expect(moved).toBeGreaterThan(0)
    expect(clint.time).toBe(999_990n)
    advance(500 + 10 * 100)
    expect(wires.get('MTIP0')).toBe(true)
  })

  it('holds software interrupts, bit 0 only', () => {
    clint.write(4, 4, 0xffff_ffff)
    expect([clint.read(4, 4), clint.read(0, 4)]).toEqual([1, 0])
    expect(wires.get('MSIP1')).toBe(true)
    clint.write(4, 4, 0)
    expect(wires.get('MSIP1')).toBe(false)
    clint.write(8, 4, 1) // no such hart
    expect(clint.read(8, 4)).toBe(0)
  })

  it('comes back from a snapshot with its event', () => {
    write64(MTIMECMP, 70n)
    clint.write(0, 4, 1)
    advance(300)
    const saved = clint.save()
    clock.reset(cycles(300))
    clint = make()
    clint.load(saved)
    expect(clint.save()).toEqual(saved)
    expect(clock.next()).toBe(7000)
    expect(wires.get('MSIP0')).toBe(true)
    advance(7000)
    expect(wires.get('MTIP0')).toBe(true)
  })
})
