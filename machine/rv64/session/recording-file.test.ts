import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cycles } from '../../units.ts'
import { IDENTITY_PARTS, type MachineIdentity } from '../saved/machine-identity.ts'
import { INPUT_KINDS, type Input } from './input-log.ts'
import { checkInputs, type Recording, RecordingError } from './recording.ts'
import { readRecording, writeRecording } from './recording-file.ts'

const connection = (number: number, ...rest: number[]): Uint8Array =>
  Uint8Array.of(0, 0, 0, number, ...rest)
const input = (cycle: number, kind: Input['kind'], bytes: Uint8Array): Input => ({
  cycle: cycles(cycle),
  kind,
  bytes,
})
const identity = Object.fromEntries(
  IDENTITY_PARTS.map((part) => [part, `some ${part}`]),
) as MachineIdentity
const recording: Recording = {
  about: { version: '1', origin: { verb: 'shell', config: 'nöne' } },
  identity,
  inputs: [
    input(5, 'console', Uint8Array.of(0x6c, 0x73, 10, 0, 0xff)),
    input(5, 'connect', connection(1, 0, 80)),
    input(9, 'send', connection(1, 1, 2, 3)),
    input(9, 'receive', connection(1)),
    input(10, 'end', connection(1)),
    input(11, 'destroy', connection(1)),
  ],
  end: { cycle: cycles(12), digest: 'abc' },
}
const file = writeRecording(recording)
const text = new TextDecoder().decode(file)

describe('a recording', () => {
  it('comes back as it was written, and can be read by a person', () => {
    expect(readRecording(file)).toEqual(recording)
    expect(text.split('\n')[1]).toBe('{"cycle":5,"kind":"console","bytes":"ls\\n\\u0000ÿ"}')
  })

  it('with any bytes comes back', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 5 }), (all) => {
        const inputs = all.map((bytes, i) => input(i, 'console', bytes))
        expect(readRecording(writeRecording({ ...recording, inputs }))).toEqual({
          ...recording,
          inputs,
        })
      }),
    )
  })

  it('is refused with any bit changed', () => {
    fc.assert(
      fc.property(fc.nat(file.length - 1), fc.nat(7), (at, bit) => {
        const damaged = file.slice()
        damaged[at]! ^= 1 << bit
        expect(() => readRecording(damaged)).toThrow(RecordingError)
      }),
      { numRuns: 1000 },
    )
  })

  it('is refused if truncated anywhere, or longer', () => {
    for (let length = 0; length < file.length; length++) {
      expect(() => readRecording(file.subarray(0, length))).toThrow(RecordingError)
    }
    expect(() => readRecording(Uint8Array.of(...file, 10))).toThrow(RecordingError)
  })

  it('is refused if it is something else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(() => readRecording(bytes)).toThrow(RecordingError)
      }),
    )
    const newer = new TextEncoder().encode(text.replace('"version":1', '"version":2'))
    expect(() => readRecording(newer)).toThrow(/expected version 1, got 2. Record/)
    const foreign = new TextEncoder().encode('{"format":"something else"}\n')
    expect(() => readRecording(foreign)).toThrow(
      /^recording: expected a file that begins with "mirrorbench-recording", got something else/,
    )
  })

  it('is refused though its digest fits, if it makes no sense', () => {
    const wrong: [Partial<Recording>, RegExp][] = [
      [{ end: { cycle: cycles(-1), digest: '' } }, /and an end/],
      [{ end: { cycle: cycles(0.5), digest: '' } }, /and an end/],
      [{ identity: {} as MachineIdentity }, /names a machine/],
      [{ inputs: [input(1, 'nothing' as 'end', connection(1))] }, /expected an input/],
      [{ inputs: [input(-1, 'console', connection(1))] }, /expected an input/],
    ]
    for (const [change, why] of wrong) {
      expect(() => readRecording(writeRecording({ ...recording, ...change }))).toThrow(why)
    }
  })
})

describe('inputs', () => {
  it('can be replayed only in order, before the end, of connections that are open', () => {
    const wrong: [readonly Input[], RegExp][] = [
      [
        [input(13, 'console', connection(0))],
        /input 1: expected a moment from cycle 0 to cycle 12, got cycle 13/,
      ],
      [
        [input(5, 'console', connection(0)), input(4, 'console', connection(0))],
        /input 2: expected a moment from cycle 5 to cycle 12, got cycle 4/,
      ],
      [[input(5, 'send', connection(1))], /one of 0 connections that are open, got 1/],
      [[input(5, 'connect', connection(2, 0, 80))], /connection 1, got 2/],
      [[input(5, 'connect', connection(1, 80))], /2 bytes for a port, got 1/],
      [[input(5, 'end', Uint8Array.of(1))], /the number of a connection, got 1 bytes/],
    ]
    for (const [inputs, why] of wrong) {
      expect(() => checkInputs(inputs, { cycle: cycles(12) })).toThrow(why)
    }
  })

  it('of several harts are in order of the cycles that all have taken together, too', () => {
    const at = (cycle: number, together?: number): Input => ({
      ...input(cycle, 'console', Uint8Array.of(7)),
      ...(together !== undefined && { together }),
    })
    const end = { cycle: cycles(12), together: 40, digest: 'abc' }
    const right = [at(5, 10), at(5, 13), at(6, 13), at(12, 40)]
    const several = { ...recording, inputs: right, end }
    expect(readRecording(writeRecording(several))).toEqual(several)
    const wrong: [readonly Input[], RegExp][] = [
      [[at(5, 13), at(6, 12)], /got cycle 6 \(12 together\)/],
      [[at(5, 41)], /from cycle 0 \(0 together\) to cycle 12 \(40 together\), got/],
      [[at(5)], /got cycle 5\. Record/],
    ]
    for (const [inputs, why] of wrong) expect(() => checkInputs(inputs, end)).toThrow(why)
    expect(() => checkInputs([at(5, 10)], { cycle: cycles(12) })).toThrow(/got cycle 5 \(10/)
  })

  it('of any kind are refused or replayable, never anything else', () => {
    const any = fc.record({
      cycle: fc.nat(20).map(cycles),
      kind: fc.constantFrom(...INPUT_KINDS),
      bytes: fc.uint8Array({ maxLength: 7 }),
    })
    fc.assert(
      fc.property(fc.array(any, { maxLength: 4 }), (inputs) => {
        try {
          checkInputs(inputs, { cycle: cycles(15) })
        } catch (error) {
          expect(error).toBeInstanceOf(RecordingError)
        }
      }),
    )
  })
})
