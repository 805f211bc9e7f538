// SourceLines: from an address to the source line that it was compiled from, by the line tables of DWARF 5
// (section 6.2 of its specification). Invariant: reading ends and stays inside the sections; a file
// without tables, or with tables of another version, knows no lines.

import { sectionNamed } from './sections.ts'

/** `kernel/memory/vm.c:52`, or undefined. */
export type SourceLines = (address: number) => string | undefined

interface LineRow {
  readonly address: number
  /** Undefined at the end of a sequence. */
  readonly source: string | undefined
}

const VERSION = 5
/** DW_LNCT_path, DW_LNCT_directory_index. */
const PATH = 1
const DIRECTORY = 2
const FORM = { string: 0x08, block: 0x09, data1: 0x0b, data2: 0x05, udata: 0x0f, strp: 0x0e }
const FORM_DATA16 = 0x1e
const FORM_LINE_STRP = 0x1f
const STANDARD = { copy: 1, advancePc: 2, advanceLine: 3, setFile: 4, constAddPc: 8, fixedPc: 9 }
const EXTENDED = { endSequence: 1, setAddress: 2 }
/** The opcode whose address advance `constAddPc` repeats. */
const LAST_OPCODE = 255

export function readSourceLines(elf: Uint8Array): SourceLines {
  const rows = rowsOf(elf).sort((a, b) => a.address - b.address || order(a) - order(b))
  return (address) => {
    let low = 0
    let high = rows.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (rows[middle]!.address <= address) low = middle + 1
      else high = middle
    }
    return rows[low - 1]?.source
  }
}

/** Where one sequence ends and another begins, the beginning counts. */
function order(row: LineRow): number {
  return row.source === undefined ? 0 : 1
}

function rowsOf(elf: Uint8Array): LineRow[] {
  const strings = sectionNamed(elf, '.debug_line_str')
  const all = new DwarfReader(sectionNamed(elf, '.debug_line'))
  const rows: LineRow[] = []
  try {
    while (!all.ended) {
      const unit = all.take(all.u32())
      rows.push(...rowsOfUnit(unit, strings))
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error // a torn table: what came before it stands
  }
  return rows
}

function rowsOfUnit(unit: DwarfReader, strings: Uint8Array): LineRow[] {
  if (unit.u16() !== VERSION) return []
  unit.skip(2) // sizes of an address and of a segment selector
  const program = unit.fork(unit.u32())
  const [minimum] = [unit.u8(), unit.u8(), unit.u8()]
  const [lineBase, lineRange, opcodeBase] = [unit.s8(), unit.u8(), unit.u8()]
  const operands = Array.from({ length: opcodeBase - 1 }, () => unit.u8())
  const folders = table(unit, strings).map(({ path }) => path)
  const files = table(unit, strings).map(({ path, folder }) => {
    const under = folders[folder] ?? '.'
    return under === '.' ? path : `${under}/${path}`
  })
  return run(program, { minimum, lineBase, lineRange, opcodeBase, operands, files })
}

interface LineProgram {
  readonly minimum: number
  readonly lineBase: number
  readonly lineRange: number
  readonly opcodeBase: number
  /** How many operands each standard opcode has, from opcode 1 on. */
  readonly operands: readonly number[]
  readonly files: readonly string[]
}

/** Runs a line number program and returns the rows that it makes. */
function run(code: DwarfReader, program: LineProgram): LineRow[] {
  const rows: LineRow[] = []
  let address = 0
  let file = 1
  let line = 1
  const emit = (): void => {
    rows.push({ address, source: `${program.files[file] ?? '?'}:${line}` })
  }
  const advance = (opcode: number): void => {
    address += Math.floor((opcode - program.opcodeBase) / program.lineRange) * program.minimum
  }
  const extended = (): void => {
    const body = code.take(code.uleb())
    const opcode = body.u8()
    if (opcode === EXTENDED.setAddress) address = body.u64()
    if (opcode !== EXTENDED.endSequence) return
    rows.push({ address, source: undefined })
    address = 0
    file = 1
    line = 1
  }
  while (!code.ended) {
    const opcode = code.u8()
    if (opcode >= program.opcodeBase) {
      advance(opcode)
      line += program.lineBase + ((opcode - program.opcodeBase) % program.lineRange)
      emit()
    } else if (opcode === 0) extended()
    else if (opcode === STANDARD.copy) emit()
    else if (opcode === STANDARD.advancePc) address += code.uleb() * program.minimum
    else if (opcode === STANDARD.advanceLine) line += code.sleb()
    else if (opcode === STANDARD.setFile) file = code.uleb()
    else if (opcode === STANDARD.constAddPc) advance(LAST_OPCODE)
    else if (opcode === STANDARD.fixedPc) address += code.u16()
    else for (let n = program.operands[opcode - 1] ?? 0; n > 0; n--) code.uleb()
  }
  return rows
}

/** A directory or file table: its formats, then its entries. */
function table(unit: DwarfReader, strings: Uint8Array): { path: string; folder: number }[] {
  const formats = Array.from({ length: unit.u8() }, () => [unit.uleb(), unit.uleb()] as const)
  const count = unit.uleb()
  // Every entry takes a byte at least: a larger count is damage, and must not cost its size.
  if (formats.length === 0 || count > unit.left) return []
  return Array.from({ length: count }, () => {
    let path = ''
    let folder = 0
    for (const [content, form] of formats) {
      const value = unit.form(form, strings)
      if (content === PATH) path = String(value)
      if (content === DIRECTORY) folder = Number(value)
    }
    return { path, folder }
  })
}

/** Bytes from front to back; reading past the end throws RangeError. */
class DwarfReader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get ended(): boolean {
    return this.#at >= this.#bytes.length
  }

  get left(): number {
    return this.#bytes.length - this.#at
  }

  u8(): number {
    return this.#view.getUint8(this.#at++)
  }

  s8(): number {
    return this.#view.getInt8(this.#at++)
  }

  u16(): number {
    this.#at += 2
    return this.#view.getUint16(this.#at - 2, true)
  }

  u32(): number {
    this.#at += 4
    return this.#view.getUint32(this.#at - 4, true)
  }

  u64(): number {
    this.#at += 8
    return Number(this.#view.getBigUint64(this.#at - 8, true))
  }

  uleb(): number {
    let value = 0
    for (let scale = 1; ; scale *= 128) {
      const byte = this.u8()
      value += (byte & 0x7f) * scale
      if (byte < 0x80) return value
    }
  }

  sleb(): number {
    let value = 0
    for (let scale = 1; ; scale *= 128) {
      const byte = this.u8()
      value += (byte & 0x7f) * scale
      if (byte < 0x80) return byte & 0x40 ? value - scale * 128 : value
    }
  }

  skip(bytes: number): void {
    this.#at += bytes
  }

  /** The next bytes as a reader of their own, passed over here. */
  take(bytes: number): DwarfReader {
    if (this.#at + bytes > this.#bytes.length)
      throw new RangeError('a table longer than its section')
    this.#at += bytes
    return new DwarfReader(this.#bytes.subarray(this.#at - bytes, this.#at))
  }

  /** All that follows the next `bytes`, which are not passed over. */
  fork(bytes: number): DwarfReader {
    return new DwarfReader(this.#bytes.subarray(this.#at + bytes))
  }

  form(form: number, strings: Uint8Array): string | number {
    switch (form) {
      case FORM.string: {
        const text = textAt(this.#bytes, this.#at)
        this.#at += text.length + 1
        return text
      }
      case FORM_LINE_STRP:
        return textAt(strings, this.u32())
      case FORM.strp:
        this.skip(4)
        return ''
      case FORM.udata:
        return this.uleb()
      case FORM.data1:
        return this.u8()
      case FORM.data2:
        return this.u16()
      case FORM_DATA16:
        this.skip(16)
        return 0
      case FORM.block:
        this.skip(this.uleb())
        return 0
      default:
        throw new RangeError(`a form that line tables do not have: ${form}`)
    }
  }
}

/** The zero-terminated text at `at`. */
function textAt(bytes: Uint8Array, at: number): string {
  const end = bytes.indexOf(0, at)
  return new TextDecoder().decode(bytes.subarray(at, end < 0 ? bytes.length : end))
}
