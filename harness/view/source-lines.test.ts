import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { image } from '../../guest/images.ts'
import { readSourceLines } from './source-lines.ts'

const BASE = 0x8020_0000
const [COPY, ADVANCE_PC, ADVANCE_LINE, SET_FILE, CONST_ADD_PC, FIXED_PC] = [1, 2, 3, 4, 8, 9]
const END = [0, 1, 1]
const LINE_BASE = -3
const LINE_RANGE = 12
const OPCODE_BASE = 10
/** The special opcode for so many bytes and lines. */
const special = (bytes: number, lines: number): number =>
  OPCODE_BASE + bytes * LINE_RANGE + (lines - LINE_BASE)

const u16 = (value: number): number[] => [value & 0xff, value >>> 8]
const u32 = (value: number): number[] => [...u16(value & 0xffff), ...u16(value >>> 16)]
const text = (word: string): number[] => [...new TextEncoder().encode(word), 0]
const setAddress = (address: number): number[] => [0, 9, 2, ...u32(address), ...u32(0)]

const IN_LINE = 0x08 // DW_FORM_string
const DATA1 = 0x0b
/** a.c in folder 1, b.h in folder 0. */
const FILES = [2, 1, IN_LINE, 2, DATA1, 2, ...text('a.c'), 1, ...text('b.h'), 0]

/** A unit of .debug_line, version 5, with two files, whose names stand in the table itself. */
function unitOf(program: readonly number[], version = 5, files = FILES): number[] {
  const folders = [1, 1, IN_LINE, 2, ...text('.'), ...text('kernel')]
  const operands = [0, 1, 1, 1, 1, 0, 0, 0, 1]
  const sizes = [1, 1, 1, LINE_BASE & 0xff, LINE_RANGE, OPCODE_BASE, ...operands]
  const tables = [...sizes, ...folders, ...files]
  const body = [...u16(version), 8, 0, ...u32(tables.length), ...tables, ...program]
  return [...u32(body.length), ...body]
}

/** An ELF file with nothing but .debug_line. */
function elfOf(table: readonly number[]): Uint8Array {
  const names = text('\0.debug_line')
  const section = (name: number, offset: number, size: number): number[] => [
    ...[...u32(name), ...u32(1), ...u32(0), ...u32(0), ...u32(0), ...u32(0)],
    ...[...u32(offset), ...u32(0), ...u32(size), ...u32(0), ...Array<number>(24).fill(0)],
  ]
  const tableAt = 64
  const namesAt = tableAt + table.length
  const headersAt = namesAt + names.length
  const header = [
    ...[0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, ...Array<number>(33).fill(0)],
    ...[...u32(headersAt), ...u32(0), ...Array<number>(12).fill(0), ...u16(2), ...u16(1)],
  ]
  const sections = [...section(1, tableAt, table.length), ...section(0, namesAt, names.length)]
  return Uint8Array.from([...header, ...table, ...names, ...sections])
}

const linesOf = (...program: readonly number[]) => readSourceLines(elfOf(unitOf(program)))

describe('line tables', () => {
  it('have a row for each kind of opcode', () => {
    const lines = linesOf(
      ...setAddress(BASE),
      ...[SET_FILE, 0, ADVANCE_LINE, 9, COPY], // BASE: a.c:10
      special(4, 2), // BASE + 4: a.c:12
      ...[ADVANCE_PC, 6, ADVANCE_LINE, 0x7e, COPY], // BASE + 10: a.c:10
      ...[CONST_ADD_PC, SET_FILE, 1, COPY], // BASE + 30: b.h:10
      ...[FIXED_PC, 0x00, 0x01, COPY], // BASE + 286
      ...[5, 7, 7, 6], // set column, basic block…: nothing that names a line
      ...[ADVANCE_PC, 2, ...END], // BASE + 288
    )
    const at = (offset: number) => lines(BASE + offset)
    expect([at(-1), at(0), at(3), at(4), at(9)]).toEqual([
      ...[undefined, 'kernel/a.c:10', 'kernel/a.c:10', 'kernel/a.c:12', 'kernel/a.c:12'],
    ])
    expect([at(10), at(29), at(30), at(286), at(287), at(288)]).toEqual([
      ...['kernel/a.c:10', 'kernel/a.c:10', 'b.h:10', 'b.h:10', 'b.h:10', undefined],
    ])
  })

  it('of two sequences do not run into each other', () => {
    const one = (at: number) => [...setAddress(at), COPY, ADVANCE_PC, 4, ...END]
    const lines = linesOf(...one(BASE + 100), ...one(BASE), ...one(BASE + 4))
    expect([0, 3, 4, 7, 8, 99, 100, 104].map((offset) => lines(BASE + offset))).toEqual([
      ...['b.h:1', 'b.h:1', 'b.h:1', 'b.h:1', undefined, undefined, 'b.h:1', undefined],
    ])
  })

  it('of another version are passed over', () => {
    const program = [...setAddress(BASE), COPY, ADVANCE_PC, 4, ...END]
    expect(readSourceLines(elfOf(unitOf(program, 4)))(BASE)).toBeUndefined()
    expect(readSourceLines(elfOf([...unitOf(program, 4), ...unitOf(program)]))(BASE)).toBe('b.h:1')
  })

  it('that claim a billion files without a byte cost nothing', () => {
    const nothingABillionTimes = [0, 0xff, 0xff, 0xff, 0xff, 0x03]
    const program = [...setAddress(BASE), COPY, ADVANCE_PC, 4, ...END]
    expect(readSourceLines(elfOf(unitOf(program, 5, nothingABillionTimes)))(BASE)).toBe('?:1')
  })

  it('survive any damage', async () => {
    const small = elfOf(unitOf([...setAddress(BASE), COPY, special(2, 1), ADVANCE_PC, 4, ...END]))
    const { bytes } = await image('kernel') // its tables are compressed
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1 }), (hits) => {
        for (const whole of [small, bytes]) {
          const damaged = whole.slice()
          for (const [at, byte] of hits) damaged[at % damaged.length] = byte
          readSourceLines(damaged)(BASE)
        }
      }),
    )
  })
})
