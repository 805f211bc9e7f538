import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encode } from './assemble.ts'
import { expand } from './compressed.ts'
import { decode } from './decode.ts'
import type { Format } from './row.ts'
import { ILLEGAL_ROW, table } from './table.ts'

const register = fc.integer({ min: 0, max: 31 })

/** Every immediate that a format can hold. */
const immediates: Readonly<Record<Format, fc.Arbitrary<number>>> = {
  R: fc.constant(0),
  none: fc.constant(0),
  I: fc.integer({ min: -2048, max: 2047 }),
  S: fc.integer({ min: -2048, max: 2047 }),
  B: fc.integer({ min: -2048, max: 2047 }).map((half) => 2 * half),
  U: fc.integer({ min: -0x80000, max: 0x7ffff }).map((page) => page << 12),
  J: fc.integer({ min: -0x80000, max: 0x7ffff }).map((half) => 2 * half),
  shift: fc.integer({ min: 0, max: 63 }),
  csr: fc.integer({ min: 0, max: 4095 }),
  rounded: fc.integer({ min: 0, max: 7 }),
  fused: fc.integer({ min: 0, max: 255 }),
}

const nameOf = (word: number): string => table[decode(word).row]!.name

describe('decode', () => {
  it('reads back what the table encodes', () => {
    for (const [index, row] of table.entries()) {
      if (index === ILLEGAL_ROW || row.name === 'mark' || row.name === 'slti') continue
      const immediate =
        row.format === 'shift' && (row.mask & 0x2000000) !== 0
          ? fc.integer({ min: 0, max: 31 })
          : immediates[row.format]
      fc.assert(
        fc.property(register, register, register, immediate, (rd, rs1, rs2, value) => {
          const word = encode(row.name, { rd, rs1, rs2, immediate: value })
          const decoded = decode(word)
          expect(table[decoded.row]!.name).toBe(row.name)
          expect(decoded.immediate).toBe(value)
          expect(decoded.length).toBe(4)
          expect(decoded.raw).toBe(word)
        }),
        { numRuns: 20 },
      )
    }
  })

  it('has no two rows for one word but those that are meant', () => {
    const twice = table.flatMap((a, i) =>
      table
        .slice(i + 1, ILLEGAL_ROW)
        .filter((b) => ((a.match ^ b.match) & a.mask & b.mask) === 0)
        .map((b) => `${a.name} ${b.name}`),
    )
    expect(twice).toEqual(['mark slti'])
  })

  it('takes any word of 32 bits', () => {
    fc.assert(
      fc.property(fc.integer(), (word) => {
        const { row, length } = decode(word)
        expect(table[row]).toBeDefined()
        expect(length).toBe((word & 3) === 3 ? 4 : 2)
      }),
    )
  })

  it.each([
    [0x00000013, 'addi'],
    [0x00500293, 'addi'], // li t0, 5
    [0x40b50533, 'sub'],
    [0x00b50463, 'beq'],
    [0xffdff06f, 'jal'],
    [0x00008067, 'jalr'],
    [0x12000073, 'sfence.vma'],
    [0x22000073, 'hfence.vvma'],
    [0x62000073, 'hfence.gvma'],
    [0x6005c573, 'hlv.b'],
    [0x6835c573, 'hlvx.wu'],
    [0x6e55c073, 'hsv.d'],
    [0x1005a52f, 'lr.w'],
    [0x18c5b52f, 'sc.d'],
    [0x00302013, 'mark'],
    [0x00302093, 'slti'],
    [0x80002013, 'slti'], // negative: no mark
    [0x00000000, 'illegal'],
    [0xffffffff, 'illegal'],
    [0x02b57553, 'fadd.d'],
    [0xd2357553, 'fcvt.d.lu'],
    [0x6cc5f543, 'illegal'], // fmadd.h
    [0x0045200f, 'cbo.zero'],
    [0x0025200f, 'illegal'], // cbo.flush
  ])('knows 0x%s', (word, name) => {
    expect(nameOf(word)).toBe(name)
  })
})

describe('expand', () => {
  // Left: what an assembler makes of the line; right: the same line without C.
  it.each([
    ['c.addi4spn a0, sp, 16', 0x0808, encode('addi', { rd: 10, rs1: 2, immediate: 16 })],
    ['c.lw a2, 4(a3)', 0x42d0, encode('lw', { rd: 12, rs1: 13, immediate: 4 })],
    ['c.ld a0, 8(a1)', 0x6588, encode('ld', { rd: 10, rs1: 11, immediate: 8 })],
    ['c.sw a2, 4(a3)', 0xc2d0, encode('sw', { rs1: 13, rs2: 12, immediate: 4 })],
    ['c.sd a0, 8(a1)', 0xe588, encode('sd', { rs1: 11, rs2: 10, immediate: 8 })],
    ['c.fld fa0, 8(a1)', 0x2588, encode('fld', { rd: 10, rs1: 11, immediate: 8 })],
    ['c.fsd fa0, 8(a1)', 0xa588, encode('fsd', { rs1: 11, rs2: 10, immediate: 8 })],
    ['c.fldsp fa0, 8(sp)', 0x2522, encode('fld', { rd: 10, rs1: 2, immediate: 8 })],
    ['c.fsdsp fa0, 8(sp)', 0xa42a, encode('fsd', { rs1: 2, rs2: 10, immediate: 8 })],
    ['c.nop', 0x0001, encode('addi')],
    ['c.addi a0, -1', 0x157d, encode('addi', { rd: 10, rs1: 10, immediate: -1 })],
    ['c.addiw a0, 1', 0x2505, encode('addiw', { rd: 10, rs1: 10, immediate: 1 })],
    ['c.li a0, -32', 0x5501, encode('addi', { rd: 10, immediate: -32 })],
    ['c.addi16sp sp, -64', 0x7139, encode('addi', { rd: 2, rs1: 2, immediate: -64 })],
    ['c.lui a0, 0xfffff', 0x757d, encode('lui', { rd: 10, immediate: -4096 })],
    ['c.srli a0, 32', 0x9101, encode('srli', { rd: 10, rs1: 10, immediate: 32 })],
    ['c.srai a0, 1', 0x8505, encode('srai', { rd: 10, rs1: 10, immediate: 1 })],
    ['c.andi a0, 15', 0x893d, encode('andi', { rd: 10, rs1: 10, immediate: 15 })],
    ['c.sub a0, a1', 0x8d0d, encode('sub', { rd: 10, rs1: 10, rs2: 11 })],
    ['c.xor a0, a1', 0x8d2d, encode('xor', { rd: 10, rs1: 10, rs2: 11 })],
    ['c.or a0, a1', 0x8d4d, encode('or', { rd: 10, rs1: 10, rs2: 11 })],
    ['c.and a0, a1', 0x8d6d, encode('and', { rd: 10, rs1: 10, rs2: 11 })],
    ['c.subw a0, a1', 0x9d0d, encode('subw', { rd: 10, rs1: 10, rs2: 11 })],
    ['c.addw a0, a1', 0x9d2d, encode('addw', { rd: 10, rs1: 10, rs2: 11 })],
    ['c.j .', 0xa001, encode('jal')],
    ['c.j .-2', 0xbffd, encode('jal', { immediate: -2 })],
    ['c.beqz a0, .+4', 0xc111, encode('beq', { rs1: 10, immediate: 4 })],
    ['c.bnez a0, .-2', 0xfd7d, encode('bne', { rs1: 10, immediate: -2 })],
    ['c.slli a0, 63', 0x157e, encode('slli', { rd: 10, rs1: 10, immediate: 63 })],
    ['c.lwsp a0, 4(sp)', 0x4512, encode('lw', { rd: 10, rs1: 2, immediate: 4 })],
    ['c.ldsp ra, 8(sp)', 0x60a2, encode('ld', { rd: 1, rs1: 2, immediate: 8 })],
    ['c.jr ra', 0x8082, encode('jalr', { rs1: 1 })],
    ['c.mv a0, a1', 0x852e, encode('add', { rd: 10, rs2: 11 })],
    ['c.ebreak', 0x9002, encode('ebreak')],
    ['c.jalr a0', 0x9502, encode('jalr', { rd: 1, rs1: 10 })],
    ['c.add a0, a1', 0x952e, encode('add', { rd: 10, rs1: 10, rs2: 11 })],
    ['c.swsp a0, 4(sp)', 0xc22a, encode('sw', { rs1: 2, rs2: 10, immediate: 4 })],
    ['c.sdsp ra, 8(sp)', 0xe406, encode('sd', { rs1: 2, rs2: 1, immediate: 8 })],
  ])('%s', (_, half, word) => {
    expect(expand(half) >>> 0).toBe(word)
  })

  it.each([
    ['all zeros', 0x0000],
    ['c.addi4spn with 0', 0x0008],
    ['c.addiw x0', 0x2001],
    ['c.lui with 0', 0x6501],
    ['c.addi16sp with 0', 0x6101],
    ['reserved arithmetic', 0x9d4d],
    ['c.lwsp x0', 0x4002],
    ['c.ldsp x0', 0x6002],
    ['c.jr x0', 0x8002],
  ])('refuses %s', (_, half) => {
    expect(expand(half)).toBe(0)
  })
})
