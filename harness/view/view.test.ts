import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { image } from '../../guest/images.ts'
import { KERNEL_FIELDS, SHADOW_ROOT_FIELDS, VISOR_FIELDS } from './audit-records.ts'
import { readSourceLines } from './source-lines.ts'
import { readSymbols } from './symbols.ts'

const KERNEL_BASE = 0x8020_0000

describe('symbols', () => {
  it('of the kernel are found by name and by address', async () => {
    const symbols = readSymbols((await image('kernel')).bytes)
    const panic = symbols.address('panic')!
    expect(panic).toBeGreaterThan(KERNEL_BASE)
    expect(symbols.describe(panic)).toBe('panic')
    expect(symbols.describe(panic + 4)).toBe('panic+0x4')
    expect(symbols.describe(4)).toBeUndefined()
    expect(symbols.address('no such symbol')).toBeUndefined()
  })

  it('of what is no ELF file, or a torn one, are none', async () => {
    const { bytes } = await image('kernel')
    for (const damaged of [new Uint8Array(), bytes.subarray(0, 40), bytes.subarray(0, 200)]) {
      expect(readSymbols(damaged).address('panic')).toBeUndefined()
    }
  })
})

describe('lines', () => {
  it('of the kernel name the file and line of a function', async () => {
    const { bytes } = await image('kernel')
    const lines = readSourceLines(bytes)
    const source = readFileSync(new URL('../../guest/kernel/print.c', import.meta.url), 'utf8')
    const place = lines(readSymbols(bytes).address('panic')!)
    const [, file, line] = /^(.*):(\d+)$/.exec(place ?? '') ?? []
    expect(file).toBe('kernel/print.c')
    // The line of the definition: `panic(…)` stands there or on the line before its brace.
    expect(
      source
        .split('\n')
        .slice(Number(line) - 2, Number(line))
        .join(),
    ).toContain('panic(')
  })

  it('end with the code, and are none in a torn file', async () => {
    const { bytes } = await image('kernel')
    expect(readSourceLines(bytes)(0x1000)).toBeUndefined()
    expect(readSourceLines(bytes)(0x9000_0000)).toBeUndefined()
    expect(readSourceLines(bytes.subarray(0, 300))(KERNEL_BASE)).toBeUndefined()
    expect(readSourceLines(new Uint8Array())(KERNEL_BASE)).toBeUndefined()
  })
})

describe('audit records', () => {
  const header = readFileSync(new URL('../../guest/include/audit.h', import.meta.url), 'utf8')
  const fieldsOf = (name: string): string[] => {
    const body = new RegExp(`struct ${name} \\{([^}]*)\\}`).exec(header)![1]!
    return [...body.matchAll(/^\s*uint64 (\w+);/gm)].map(([, field]) => field!)
  }

  it('have the fields of guest/include/audit.h, in its order', () => {
    expect(fieldsOf('audit_kernel')).toEqual([...KERNEL_FIELDS])
    expect(fieldsOf('audit_visor')).toEqual([...VISOR_FIELDS])
    expect(fieldsOf('shadow_root')).toEqual([...SHADOW_ROOT_FIELDS])
  })
})
