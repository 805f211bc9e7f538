import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  frame,
  fromHex,
  MOST_BYTES,
  PacketReader,
  registerFromHex,
  registerToHex,
  toHex,
} from './packets.ts'

const bytes = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0))
const text = (framed: Uint8Array): string => String.fromCharCode(...framed)
const payload = fc
  .uint8Array({ maxLength: 200 })
  .map((raw) => Array.from(raw, (byte) => String.fromCharCode(byte)).join(''))

describe('packets', () => {
  it('are framed as in the manual', () => {
    expect(text(frame('OK'))).toBe('$OK#9a')
    expect(text(frame(''))).toBe('$#00')
    expect(text(frame('a}b'))).toBe('$a}]b#9d')
  })

  it('of any content come back, however they are cut', () => {
    fc.assert(
      fc.property(fc.array(payload, { maxLength: 4 }), fc.nat({ max: 20 }), (payloads, cut) => {
        const reader = new PacketReader()
        const stream = payloads.flatMap((one) => [...frame(one)])
        const got: string[] = []
        for (let at = 0; at < stream.length; at += cut + 1) {
          for (const arrival of reader.read(Uint8Array.from(stream.slice(at, at + cut + 1)))) {
            if (arrival.kind === 'packet') got.push(arrival.payload)
          }
        }
        expect(got).toEqual(payloads)
      }),
    )
  })

  it('between packets are acknowledgements and Ctrl-C', () => {
    const kinds = new PacketReader().read(bytes('+-\x03x$OK#9a+')).map(({ kind }) => kind)
    expect(kinds).toEqual(['ack', 'nak', 'interrupt', 'packet', 'ack'])
  })

  it('expand run lengths', () => {
    const [arrival] = new PacketReader().read(bytes('$0* #7a'))
    expect(arrival).toEqual({ kind: 'packet', payload: '0000' })
  })

  it.each([
    ['a wrong checksum', '$OK#9b'],
    ['a checksum that is none', '$OK#zz'],
    ['an escape at the end', '$}#7d'],
    ['a run of nothing', '$* #4a'],
    ['more than is allowed', `$${'a'.repeat(MOST_BYTES + 1)}#00`],
  ])('with %s are damaged, and the next one is read', (_, damaged) => {
    const arrivals = new PacketReader().read(bytes(`${damaged}$OK#9a`))
    expect(arrivals).toEqual([{ kind: 'damaged' }, { kind: 'packet', payload: 'OK' }])
  })

  it('take any bytes without a throw and stay bounded', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), (noise) => {
        for (const arrival of new PacketReader(100).read(noise)) {
          if (arrival.kind === 'packet') expect(arrival.payload.length).toBeLessThanOrEqual(100)
        }
      }),
    )
  })
})

describe('values', () => {
  it('in hexadecimal come back', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (raw) => {
        expect(fromHex(toHex(raw))).toEqual(raw)
      }),
    )
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }), (value) => {
        expect(registerFromHex(registerToHex(value))).toBe(value)
      }),
    )
  })

  it('of registers go lowest byte first', () => {
    expect(registerToHex(0x8020_0000n)).toBe('0000208000000000')
    expect(registerToHex(-1n)).toBe('ffffffffffffffff')
  })

  it.each(['0', 'zz', '', '00112233445566778899'])('that are wrong (%j) are none', (wrong) => {
    expect(registerFromHex(wrong)).toBeUndefined()
  })
})
