import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { physical } from '../units.ts'
import { ElfError } from './file.ts'
import { readElf, readFirmware, readKernel } from './image.ts'
import { SymbolTable } from './symbol-table.ts'

const AT = physical(0x8000_0000)
const kernel = readFileSync(new URL('../../guest/images/kernel.elf', import.meta.url))

/** A small executable: one segment of `code` at 0x8000_0000, linked at `va`. */
function small(code: Uint8Array, va = 0x8000_0000n, memoryBytes = code.length): Uint8Array {
  const bytes = new Uint8Array(120 + code.length)
  const view = new DataView(bytes.buffer)
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1])
  view.setUint16(16, 2, true)
  view.setUint16(18, 243, true)
  view.setBigUint64(24, va, true) // entry
  view.setBigUint64(32, 64n, true) // program headers
  view.setUint16(54, 56, true)
  view.setUint16(56, 1, true)
  view.setUint32(64, 1, true)
  view.setBigUint64(72, 120n, true)
  view.setBigUint64(80, va, true)
  view.setBigUint64(88, 0x8000_0000n, true)
  view.setBigUint64(96, BigInt(code.length), true)
  view.setBigUint64(104, BigInt(memoryBytes), true)
  bytes.set(code, 120)
  return bytes
}

const changed = (bytes: Uint8Array, at: number, ...values: number[]): Uint8Array => {
  const copy = bytes.slice()
  copy.set(values, at)
  return copy
}

describe('readElf', () => {
  it('gives segments, end and the physical entry', () => {
    const image = readElf(small(Uint8Array.of(1, 2, 3, 4), 0xffff_ffff_8000_0000n, 100), 'x')
    expect(image.entry).toBe(0x8000_0000)
    expect(image.end).toBe(0x8000_0064)
    expect(image.segments).toEqual([{ at: AT, bytes: Uint8Array.of(1, 2, 3, 4), memoryBytes: 100 }])
  })

  it('reads the kernel and its symbols', () => {
    const { entry, segments, symbols } = readElf(kernel, 'kernel')
    expect(entry).toBe(0x8020_0000)
    expect(segments[0]?.at).toBe(0x8020_0000)
    const main = symbols.named('main')
    expect(main?.kind).toBe('function')
    const inside = symbols.at((main?.address ?? 0n) + 2n)
    expect([inside?.symbol.name, inside?.offset]).toEqual(['main', 2n])
    expect(symbols.named('no such symbol')).toBeUndefined()
    expect(symbols.at(0n)).toBeUndefined()
  })

  it('says what is wrong with a file', () => {
    const good = small(Uint8Array.of(1, 2, 3, 4))
    const cases: [Uint8Array, RegExp][] = [
      [changed(good, 4, 1), /x: expected the ELF class to be 2 \(64-bit\), got 1/],
      [changed(good, 5, 2), /byte order/],
      [changed(good, 18, 62), /processor to be 243 \(RISC-V\), got 62/],
      [changed(good, 16, 1), /ELF type/],
      [changed(good, 72, 0xff, 0xff), /a segment to be within 124 bytes, got 65535 \+ 4/],
      [changed(good, 95, 0xff), /a physical address to be below 2\^52/],
      [changed(good, 96, 5), /a segment to be <= 4 file bytes, got 5/],
      [changed(good, 24, 0, 0, 0, 0x70), /entry point to be an address in a segment/],
      [changed(good, 64, 2), /a PT_LOAD segment, got none/],
      [good.subarray(0, 40), /a header to be 64 bytes, got 40/],
    ]
    for (const [bytes, message] of cases) expect(() => readElf(bytes, 'x')).toThrow(message)
    expect(() => readFirmware(new Uint8Array(0), AT)).toThrow(ElfError)
    expect(() => readKernel(Buffer.from('this is no kernel'), AT)).toThrow(
      /kernel image: expected an ELF file for 64-bit RISC-V/,
    )
  })

  it('throws nothing but ElfError, whatever bytes are wrong', () => {
    const damage = fc.array(fc.tuple(fc.nat(700), fc.nat(255)), { minLength: 1, maxLength: 8 })
    const tail = kernel.length - 64 * 24 // section headers lie at the end
    fc.assert(
      fc.property(damage, fc.nat(kernel.length), fc.boolean(), (changes, length, cut) => {
        const bytes = Uint8Array.from(cut ? kernel.subarray(0, length) : kernel)
        changes.forEach(([at, value], i) => {
          const place = i % 2 === 0 ? at % 120 : tail + at
          if (place < bytes.length) bytes[place] = value
        })
        try {
          const image = readKernel(bytes, AT)
          image.symbols.at(0x8020_1000n)
        } catch (error) {
          expect(error).toBeInstanceOf(ElfError)
        }
      }),
      { seed: 1, numRuns: 200 },
    )
  })
})

describe('a firmware linked at 0', () => {
  it('goes where raw bytes would: it relocates itself', () => {
    const linked = small(Uint8Array.of(1, 2), 0n)
    new DataView(linked.buffer).setBigUint64(88, 0n, true) // physical address
    const image = readFirmware(linked, AT)
    expect([image.entry, image.end]).toEqual([AT, 0x8000_0002])
    expect(image.segments).toEqual([{ at: AT, bytes: Uint8Array.of(1, 2), memoryBytes: 2 }])
  })

  it('is not a kernel', () => {
    const linked = small(Uint8Array.of(1, 2), 0n)
    new DataView(linked.buffer).setBigUint64(88, 0n, true)
    expect(readKernel(linked, AT).segments[0]?.at).toBe(0)
  })
})

describe('raw images', () => {
  it('may be firmware', () => {
    const image = readFirmware(Uint8Array.of(9, 9), AT)
    expect([image.entry, image.end]).toEqual([AT, 0x8000_0002])
    expect(image.symbols.all).toEqual([])
  })

  it('may be a Linux image, which gets the memory its header asks for', () => {
    const bytes = new Uint8Array(128)
    const view = new DataView(bytes.buffer)
    view.setBigUint64(16, 0x10_0000n, true)
    view.setUint32(56, 0x0543_5352, true)
    expect(readKernel(bytes, AT).end).toBe(0x8010_0000)
  })
})

describe('SymbolTable', () => {
  it('is empty for a file without sections', () => {
    expect(new SymbolTable(small(Uint8Array.of(1)), 'x').all).toEqual([])
  })
})
