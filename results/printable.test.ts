import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { printable, printableJson, printableLine } from './printable.ts'

/** What a terminal acts on: C0 and C1 controls, DEL, and what turns the direction of text. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be left
const ACTS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/

/** All kinds of control characters are below this. */
const unit = fc.integer({ min: 0, max: 0x2100 }).map((code) => String.fromCharCode(code))
const text = fc.string({ unit })

describe('printable', () => {
  it('shows an escape sequence as what it is, and keeps lines', () => {
    expect(printable('\u001b[2Jgone\nnext\ttab')).toBe('\u241b[2Jgone\nnext\ttab')
    expect(printable('\u009b2J\u007f\u202e')).toBe('\ufffd2J\u2421\ufffd')
  })

  it('makes one line of many', () => {
    expect(printableLine('one\ntwo\r\n\tthree')).toBe('one\u240atwo\u240d\u240a three')
  })

  it('leaves nothing that a terminal acts on, of any text', () => {
    fc.assert(fc.property(text, (any) => !ACTS.test(printableLine(any))))
    fc.assert(fc.property(text, (any) => !ACTS.test(printable(any).replaceAll(/[\n\t]/g, ''))))
  })

  it('leaves plain text as it is', () => {
    expect(printableLine('memv6 over none: +6.2 %, 5–8 % · é€😀')).toBe(
      'memv6 over none: +6.2 %, 5–8 % · é€😀',
    )
  })

  it('as JSON means what it meant', () => {
    fc.assert(
      fc.property(text, (any) => {
        const text = printableJson({ any })
        return !ACTS.test(text) && JSON.parse(text).any === JSON.parse(JSON.stringify(any))
      }),
    )
  })
})
