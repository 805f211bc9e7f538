import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Code } from './code.ts'
import { encodeModule, I32, I64, signed, unsigned } from './encoder.ts'

describe('LEB128', () => {
  it.each([
    [0, [0]],
    [127, [127]],
    [128, [0x80, 1]],
    [624485, [0xe5, 0x8e, 0x26]], // the example of the DWARF standard
  ])('writes %i unsigned', (value, bytes) => {
    expect(unsigned(value)).toEqual(bytes)
  })

  it.each([
    [0n, [0]],
    [-1n, [0x7f]],
    [63n, [0x3f]],
    [64n, [0xc0, 0]],
    [-123456n, [0xc0, 0xbb, 0x78]],
  ])('writes %i signed', (value, bytes) => {
    expect(signed(value)).toEqual(bytes)
  })
})

describe('encodeModule', () => {
  it('makes modules that compute', () => {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 })
    const code = new Code()
    code.loop('again', () => {
      code.get(1).get(0).op('i64.extend_i32_u', 'i64.add').set(1)
      code.get(0).i32(1).op('i32.sub').tee(0).brIf('again')
    })
    code.get(1)
    const type = { parameters: [I32], results: [I64] } as const
    const bytes = encodeModule({
      imports: [],
      functions: [{ type, locals: [I64], code: code.bytes, exported: 'sum' }],
      memoryPages: 1,
    })
    const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } })
    const sum = instance.exports.sum as (n: number) => bigint
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), (n) => {
        expect(sum(n)).toBe(BigInt((n * (n + 1)) / 2))
      }),
    )
  })

  it('refuses a branch to a label that is not open', () => {
    expect(() => new Code().br('nowhere')).toThrow('nowhere')
  })
})
