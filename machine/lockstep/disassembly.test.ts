import { describe, expect, it } from 'vitest'
import { encode } from '../rv64/isa/assemble.ts'
import { decode } from '../rv64/isa/decode.ts'
import { table } from '../rv64/isa/table.ts'
import { textOf } from './disassembly.ts'

describe('textOf', () => {
  it.each([
    [encode('add', { rd: 10, rs1: 11, rs2: 12 }), '00c58533 add a0, a1, a2'],
    [encode('addi', { rd: 2, rs1: 2, immediate: -16 }), 'ff010113 addi sp, sp, -16'],
    [encode('lbu', { rd: 10, rs1: 2, immediate: -1 }), 'fff14503 lbu a0, -1(sp)'],
    [encode('sd', { rs1: 2, rs2: 1, immediate: 8 }), '00113423 sd ra, 8(sp)'],
    [encode('beq', { rs1: 5, rs2: 0, immediate: -4 }), 'fe028ee3 beq t0, zero, pc-4'],
    [encode('lui', { rd: 8, immediate: 0x12345000 }), '12345437 lui s0, 0x12345'],
    [encode('jal', { rd: 1, immediate: 8 }), '008000ef jal ra, pc+8'],
    [encode('csrrw', { rd: 0, rs1: 5, immediate: 0x305 }), '30529073 csrrw zero, mtvec, t0'],
    [encode('ecall'), '00000073 ecall'],
    [0xffff_0505, '0505 addi a0, a0, 1'], // compressed; what lies behind does not matter
  ])('shows %i', (word, text) => {
    expect(textOf(word >>> 0)).toBe(text)
  })

  it('has a text for every row', () => {
    for (const { match } of table) {
      const text = textOf(match >>> 0)
      expect(text.split(' ')[1]).toBe(table[decode(match).row]?.name)
      expect(text).not.toContain('undefined')
    }
  })
})
