import { beforeEach, describe, expect, it } from 'vitest'
import { cycles } from '../../units.ts'
import { RamDouble } from '../device/ram.fixture.ts'
import { Clock, NEVER } from '../time/clock.ts'
import { HostInterface } from './host-interface.ts'

const TOHOST = 0x8000_0100
const FROMHOST = 0x8000_0140
const CALL = 0x8000_0200
const WORDS = { tohost: TOHOST, fromhost: FROMHOST }

describe('HostInterface', () => {
  let clock: Clock
  let ram: RamDouble
  let heard: unknown[]

  const make = (): HostInterface =>
    new HostInterface({ clock, dma: ram, finish: (...said) => heard.push(said) }, (byte) =>
      heard.push(byte),
    )
  const store = (value: bigint, at = TOHOST): void =>
    ram.write(at, new Uint8Array(BigUint64Array.of(value).buffer))
  const read = (at: number): bigint => new DataView(ram.read(at, 8).buffer).getBigInt64(0, true)
  /** Asks for a system call, and looks whether it is said to be done. Returns its result. */
  const call = (...words: bigint[]): bigint => {
    words.forEach((word, i) => {
      store(word, CALL + 8 * i)
    })
    store(0n, FROMHOST)
    store(BigInt(CALL))
    advance(clock.now + 1000)
    expect([read(TOHOST), read(FROMHOST)]).toEqual([0n, 1n])
    return read(CALL)
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
    make().watch(WORDS)
    advance(1000)
    expect(heard).toEqual([])
    store(1n)
    advance(2000)
    expect(heard).toEqual([[0, 'power-off']])
    expect(clock.next()).toBe(NEVER)

    make().watch(WORDS)
    store((5n << 1n) | 1n)
    advance(3000)
    expect(heard[1]).toEqual([5, 'power-off'])
  })

  it('prints, and says that it has', () => {
    make().watch(WORDS)
    store((1n << 56n) | (1n << 48n) | 65n)
    advance(1000)
    expect(heard).toEqual([65])
    expect(read(TOHOST)).toBe(0n)
    expect(read(FROMHOST)).toBe((1n << 56n) | (1n << 48n) | 65n)
  })

  it('answers nobody who has no word for it', () => {
    make().watch({ tohost: TOHOST, fromhost: undefined })
    store((1n << 56n) | (1n << 48n) | 65n)
    advance(1000)
    expect([heard, read(TOHOST), read(FROMHOST)]).toEqual([[65], 0n, 0n])
  })

  it('writes to the console by a system call', () => {
    make().watch(WORDS)
    ram.write(0x8000_0300, Uint8Array.of(72, 105))
    expect(call(64n, 1n, 0x8000_0300n, 2n)).toBe(2n)
    expect(call(64n, 2n, 0x8000_0301n, 1n)).toBe(1n)
    expect(heard).toEqual([72, 105, 105])
  })

  it('refuses other calls, other files, and what is not in RAM', () => {
    make().watch(WORDS)
    expect(call(1234n)).toBe(-38n)
    expect(call(64n, 3n, 0x8000_0300n, 2n)).toBe(-38n)
    expect(call(64n, 1n, 0x8000_0ff0n, 17n)).toBe(-14n)
    expect(call(64n, 1n, 0x1000n, 1n)).toBe(-14n)
    store(0x8000_0ff8n) // a call that leaves RAM
    advance(clock.now + 1000)
    expect([read(TOHOST), heard]).toEqual([0n, []])
  })

  it('ends by a system call', () => {
    make().watch(WORDS)
    store(93n, CALL)
    store(7n, CALL + 8)
    store(BigInt(CALL))
    advance(1000)
    expect(heard).toEqual([[7, 'power-off']])
    expect(clock.next()).toBe(NEVER)
  })

  it('knows when it has been asked', () => {
    const host = make()
    expect(host.asked).toBe(false)
    host.watch(WORDS)
    expect(host.asked).toBe(false)
    store((1n << 56n) | (1n << 48n) | 65n)
    expect(host.asked).toBe(true)
    advance(1000)
    expect(host.asked).toBe(false)
  })

  it('watches nothing without the symbol, or where there is no RAM', () => {
    make().watch(undefined)
    make().watch({ tohost: 0x1000, fromhost: undefined })
    expect(clock.next()).toBe(NEVER)
  })

  it('goes on watching after a snapshot', () => {
    const first = make()
    first.watch(WORDS)
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
