import { describe, expect, it } from 'vitest'
import { cycles } from '../../units.ts'
import { Clock } from '../time/clock.ts'
import { InputGate } from './input-gate.ts'

function gate() {
  const happened: string[] = []
  const clock = new Clock()
  const gate = new InputGate({
    clock,
    moment: () => ({ cycle: clock.now }),
    settle: () => clock.fireDue(),
    leave: () => happened.push('leave'),
  })
  const type = (text: string): void =>
    gate.enter('console', new TextEncoder().encode(text), () => void happened.push(text))
  const texts = (): string[] => gate.log.entries.map(({ bytes }) => new TextDecoder().decode(bytes))
  return { happened, clock, gate, type, texts }
}

describe('the input gate', () => {
  it('lets input in behind all that is due at its cycle', () => {
    const { happened, clock, type, texts } = gate()
    clock.at(cycles(7), 'b', () => happened.push('b'))
    clock.at(cycles(7), 'a', () => happened.push('a'))
    clock.at(cycles(8), 'later', () => happened.push('later'))
    clock.now = cycles(7)
    type('x')
    type('y')
    expect(happened).toEqual(['a', 'b', 'x', 'y'])
    expect(texts()).toEqual(['x', 'y'])
  })

  it('does so in the midst of an event, and records in the order in which it happened', () => {
    const { happened, clock, type, texts } = gate()
    clock.at(cycles(7), 'a', () => type('x'))
    clock.at(cycles(7), 'b', () => type('y'))
    clock.now = cycles(7)
    clock.fireDue()
    expect(happened).toEqual(['y', 'x'])
    expect(texts()).toEqual(happened)
  })

  it('tells somebody outside behind all that is due', () => {
    const { happened, clock, gate: it } = gate()
    clock.at(cycles(7), 'a', () => it.tell('outside', () => happened.push('told')))
    clock.at(cycles(7), 'z', () => happened.push('z'))
    clock.now = cycles(7)
    clock.fireDue()
    expect(happened).toEqual(['z', 'told'])
  })

  it('puts off what comes within an instruction, and ends the slice', () => {
    const { happened, clock, gate: it, type } = gate()
    clock.inside = true
    it.soon(() => type('x'))
    expect(happened).toEqual(['leave'])
    clock.inside = false
    it.open()
    it.soon(() => type('y'))
    expect(happened).toEqual(['leave', 'x', 'y'])
  })

  it('does not record what is refused', () => {
    const { gate: it } = gate()
    const refuse = (): void => {
      throw new RangeError('full')
    }
    expect(() => it.enter('console', new Uint8Array(1), refuse)).toThrow('full')
    expect(it.log.entries).toEqual([])
  })
})
