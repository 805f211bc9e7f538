import { describe, expect, it } from 'vitest'
import { Finisher } from './finisher.ts'

describe('Finisher', () => {
  const finish = (bytes: 1 | 2 | 4, value: number, offset = 0): unknown[] => {
    const heard: unknown[] = []
    new Finisher((...said) => heard.push(said)).write(offset, bytes, value)
    return heard
  }

  it('powers off with the code of the word', () => {
    expect(finish(4, 0x5555)).toEqual([[0, 'power-off']])
    expect(finish(4, (3 << 16) | 0x3333)).toEqual([[3, 'power-off']])
    expect(finish(4, 0xffff_3333)).toEqual([[65_535, 'power-off']])
    expect(finish(2, 0x5555)).toEqual([[0, 'power-off']])
  })

  it('restarts', () => {
    expect(finish(4, 0x7777)).toEqual([[0, 'reboot']])
  })

  it('ignores anything else', () => {
    expect([...finish(4, 0), ...finish(1, 0x55), ...finish(4, 0x5555, 4)]).toEqual([])
  })
})
