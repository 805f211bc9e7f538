import { beforeEach, describe, expect, it } from 'vitest'
import { cycles } from '../../units.ts'
import { Clock } from '../time/clock.ts'
import { RTC_START, Rtc } from './rtc.ts'

const [TIME_LOW, TIME_HIGH, ALARM_LOW, ALARM_HIGH] = [0, 4, 8, 12]
const [IRQ_ENABLED, CLEAR_ALARM, ALARM_STATUS, CLEAR_INTERRUPT] = [16, 20, 24, 28]

describe('Rtc', () => {
  let clock: Clock
  let rtc: Rtc
  let wire: boolean

  const make = (): Rtc =>
    new Rtc(clock, 100, (level) => {
      wire = level
    })
  const read = (offset: number): number => rtc.read(offset, 4)
  const write = (offset: number, value: number): void => rtc.write(offset, 4, value)
  const time = (): bigint => BigInt(read(TIME_LOW)) | (BigInt(read(TIME_HIGH)) << 32n)
  const setAlarm = (at: bigint): void => {
    write(ALARM_HIGH, Number(at >> 32n))
    write(ALARM_LOW, Number(at & 0xffff_ffffn))
  }
  const advance = (to: number): void => {
    clock.now = cycles(to)
    clock.fireDue()
  }

  beforeEach(() => {
    clock = new Clock()
    wire = false
    rtc = make()
    rtc.reset()
  })

  it('begins at a fixed instant and goes with virtual time, a nanosecond a cycle', () => {
    expect(new Date(Number(time() / 1_000_000n)).toISOString()).toBe('2026-01-01T00:00:00.000Z')
    advance(123_456_789_012)
    expect(time()).toBe(RTC_START + 123_456_789_012n)
  })

  it('holds the upper half still until the lower is read again', () => {
    const low = read(TIME_LOW)
    advance(2 ** 33)
    expect(BigInt(low) | (BigInt(read(TIME_HIGH)) << 32n)).toBe(RTC_START)
    expect(time()).toBe(RTC_START + 2n ** 33n)
  })

  it('can be set, half by half', () => {
    advance(1000)
    write(TIME_HIGH, 5)
    write(TIME_LOW, 7)
    expect(time()).toBe((5n << 32n) | 7n)
    advance(1010)
    expect(time()).toBe((5n << 32n) | 17n)
    rtc.reset()
    expect(time()).toBe(RTC_START + 1010n)
  })

  it('raises the alarm at the exact cycle, until it is answered', () => {
    write(IRQ_ENABLED, 1)
    setAlarm(RTC_START + 5000n)
    expect([read(ALARM_STATUS), clock.next()]).toEqual([1, 5000])
    advance(4999)
    expect(wire).toBe(false)
    advance(5000)
    expect([wire, read(ALARM_STATUS)]).toEqual([true, 0])
    write(CLEAR_INTERRUPT, 1)
    expect(wire).toBe(false)
  })

  it('raises an alarm that lies in the past at once, and shows it once that is enabled', () => {
    setAlarm(RTC_START - 1n)
    expect([wire, read(ALARM_STATUS)]).toEqual([false, 0])
    write(IRQ_ENABLED, 1)
    expect([wire, read(IRQ_ENABLED)]).toEqual([true, 1])
  })

  it('forgets an alarm that is cleared, and never fires one beyond all time', () => {
    write(IRQ_ENABLED, 1)
    setAlarm(RTC_START + 5000n)
    write(CLEAR_ALARM, 1)
    expect([read(ALARM_STATUS), clock.next()]).toEqual([0, Number.MAX_SAFE_INTEGER])
    setAlarm(2n ** 62n)
    expect([read(ALARM_STATUS), clock.next()]).toEqual([1, Number.MAX_SAFE_INTEGER])
    expect(read(ALARM_HIGH)).toBe(2 ** 30)
  })

  it('moves the alarm as the time is set', () => {
    write(IRQ_ENABLED, 1)
    setAlarm(RTC_START + (1n << 40n))
    write(TIME_HIGH, Number((RTC_START >> 32n) + 256n))
    expect(wire).toBe(true)
  })

  it('answers words only, and nothing behind its registers', () => {
    expect([rtc.read(TIME_LOW, 2), rtc.read(TIME_LOW, 1), read(32), read(2)]).toEqual([0, 0, 0, 0])
    rtc.write(IRQ_ENABLED, 1, 1)
    expect(read(IRQ_ENABLED)).toBe(0)
  })

  it('comes back from a snapshot with its event', () => {
    write(IRQ_ENABLED, 1)
    write(TIME_HIGH, 9)
    setAlarm((9n << 32n) | 0xffff_ffffn)
    advance(300)
    read(TIME_LOW)
    const saved = rtc.save()
    const [waiting, before] = [clock.waiting(), time()]
    clock.reset(cycles(300))
    rtc = make()
    rtc.load(saved)
    expect(rtc.save()).toEqual(saved)
    expect([clock.waiting(), time()]).toEqual([waiting, before])
  })
})
