import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { TYPE_AHEAD_BYTES, Uart } from './uart.ts'

const [DATA, IER, IIR, LCR, LSR, SCR] = [0, 1, 2, 3, 5, 7]
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

describe('Uart', () => {
  let wire: boolean
  let out: string
  let uart: Uart
  const make = (): Uart => {
    const made = new Uart((level) => {
      wire = level
    })
    made.onOutput = (byte) => {
      out += String.fromCharCode(byte)
    }
    return made
  }

  beforeEach(() => {
    wire = false
    out = ''
    uart = make()
  })

  it('sends each byte at once and is always ready for the next', () => {
    for (const byte of bytes('hi\n')) uart.write(DATA, 1, byte)
    expect(out).toBe('hi\n')
    expect(uart.read(LSR)).toBe(0x60)
  })

  it('interrupts for an empty transmitter until IIR is read', () => {
    uart.write(IER, 1, 2)
    expect(wire).toBe(true)
    expect(uart.read(IIR)).toBe(0x02)
    expect(wire).toBe(false)
    expect(uart.read(IIR)).toBe(0x01)
    uart.write(DATA, 1, 65)
    expect(wire).toBe(true)
  })

  it('interrupts while received bytes wait, before the transmitter does', () => {
    uart.write(IIR, 1, 1)
    uart.write(IER, 1, 3)
    uart.type(bytes('ab'))
    expect(uart.read(IIR)).toBe(0xc4)
    expect(uart.read(LSR) & 1).toBe(1)
    expect([uart.read(DATA), uart.read(DATA)]).toEqual([97, 98])
    expect(uart.read(LSR) & 1).toBe(0)
    expect(uart.read(IIR)).toBe(0xc2)
    expect(wire).toBe(false)
  })

  it('times out at once below the trigger level', () => {
    uart.write(IIR, 1, 0xc1)
    uart.write(IER, 1, 1)
    uart.type(bytes('x'))
    expect(uart.read(IIR)).toBe(0xcc)
    uart.type(bytes('0123456789abcd'))
    expect(uart.read(IIR)).toBe(0xc4)
  })

  it('holds typed text back until there is room, and loses none', () => {
    const text = 'a line longer than the sixteen bytes of the FIFO\n'
    uart.write(IIR, 1, 1)
    uart.type(bytes(text))
    expect((uart.save() as { fifo: number[] }).fifo).toHaveLength(16)
    let read = ''
    while ((uart.read(LSR) & 1) !== 0) read += String.fromCharCode(uart.read(DATA))
    expect(read).toBe(text)
    expect(uart.waiting).toBe(0)
  })

  it('refuses to queue without end', () => {
    uart.type(new Uint8Array(TYPE_AHEAD_BYTES))
    expect(() => uart.type(bytes('x'))).toThrow(/at most 1048576 typed bytes/)
  })

  it('keeps the divisor behind DLAB, and the scratch register', () => {
    uart.write(LCR, 1, 0x80)
    uart.write(DATA, 1, 3)
    uart.write(IER, 1, 1)
    expect([uart.read(DATA), uart.read(IER)]).toEqual([3, 1])
    uart.write(LCR, 1, 3)
    uart.write(SCR, 1, 0x5a)
    expect([uart.read(LCR), uart.read(IER), uart.read(SCR), out]).toEqual([3, 0, 0x5a, ''])
  })

  it('comes back from a snapshot with what was typed', () => {
    uart.write(IIR, 1, 1)
    uart.write(IER, 1, 1)
    uart.type(bytes('twenty bytes of text'))
    uart.read(DATA)
    const saved = uart.save()
    wire = false
    uart = make()
    uart.load(saved)
    expect(uart.save()).toEqual(saved)
    expect(wire).toBe(true)
    expect(uart.read(DATA)).toBe('w'.charCodeAt(0))
  })

  it('has its wire high exactly while IIR names a cause, whatever is done', () => {
    const step = fc.tuple(fc.nat(8), fc.nat(255), fc.constantFrom('read', 'write', 'type'))
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        uart = make()
        wire = false
        for (const [offset, value, kind] of steps) {
          if (kind === 'read') uart.read(offset)
          else if (kind === 'write') uart.write(offset, 1, value)
          else uart.type(Uint8Array.of(value))
          const before = wire
          expect((uart.read(IIR) & 1) === 0).toBe(before)
        }
      }),
      { seed: 1, numRuns: 300 },
    )
  })
})
