// Images that a machine boots: ELF64 for RISC-V, or raw bytes (a firmware .bin, a Linux `Image`).
// Invariant: every number of the file is checked before use; damage is an ElfError, never a crash.

import { UserError } from '../errors/user-error.ts'
import { type PhysicalAddress, physical } from './units.ts'

export interface Segment {
  readonly at: PhysicalAddress
  readonly bytes: Uint8Array
  /** Bytes in memory; what goes beyond `bytes` is zero. */
  readonly memoryBytes: number
}

export interface BootImage {
  readonly entry: PhysicalAddress
  readonly segments: readonly Segment[]
  /** One past the last byte it occupies in memory. */
  readonly end: PhysicalAddress
  readonly symbols: SymbolTable
}

export interface ElfSymbol {
  readonly name: string
  readonly address: bigint
  readonly bytes: number
  readonly kind: 'function' | 'object' | 'other'
}

/** An image is not what a RISC-V machine can load. */
export class ElfError extends UserError {
  override readonly name = 'ElfError'
}

/** Reads a firmware: ELF, or raw bytes for address `rawAt` (OpenSBI's .bin says nothing of itself). */
export function readFirmware(bytes: Uint8Array, rawAt: PhysicalAddress): BootImage {
  if (bytes.length === 0) throw new ElfError('firmware image: expected an ELF file, got 0 bytes')
  if (!isElf(bytes)) return readRaw(bytes, bytes.length, rawAt)
  const image = readElf(bytes, 'firmware image')
  return image.segments.some(({ at }) => at === 0) ? moved(image, rawAt) : image
}

/** Linked at 0, where no RAM is: position-independent, and it relocates itself (OpenSBI from 1.4). */
const moved = (image: BootImage, by: PhysicalAddress): BootImage => ({
  entry: physical(image.entry + by),
  segments: image.segments.map((segment) => ({ ...segment, at: physical(segment.at + by) })),
  end: physical(image.end + by),
  symbols: image.symbols,
})

/** Reads a kernel: ELF, or a Linux `Image` for address `rawAt`. */
export function readKernel(bytes: Uint8Array, rawAt: PhysicalAddress): BootImage {
  const memoryBytes = linuxImageBytes(bytes)
  if (memoryBytes === undefined && !isElf(bytes)) {
    const got =
      bytes.length === 0 ? '0 bytes' : `a file that begins with ${hex(bytes.subarray(0, 4))}`
    throw new ElfError(
      `kernel image: expected an ELF file for 64-bit RISC-V, or a Linux Image, got ${got}. ` +
        'Try: the ELF file that the linker wrote; raw bytes are taken as --bios only',
    )
  }
  if (memoryBytes === undefined) return readElf(bytes, 'kernel image')
  return readRaw(bytes, memoryBytes, rawAt)
}

export const isElf = (bytes: Uint8Array): boolean =>
  bytes[0] === 0x7f && bytes[1] === 0x45 && bytes[2] === 0x4c && bytes[3] === 0x46

const HEADER_BYTES = 64
const PROGRAM_HEADER_BYTES = 56
const CLASS_64 = 2
const LITTLE_ENDIAN = 1
const EXECUTABLE = 2
const SHARED = 3 // a static position-independent firmware is linked so
const RISCV = 243
const PT_LOAD = 1

/** Throws ElfError unless `bytes` is an executable ELF64 for RISC-V. */
export function readElf(bytes: Uint8Array, what: string): BootImage {
  const file = new Reader(bytes, what)
  file.expect(isElf(bytes), 'the ELF magic', '7f 45 4c 46', hex(bytes.subarray(0, 4)))
  file.expect(bytes.length >= HEADER_BYTES, 'a header', `${HEADER_BYTES} bytes`, bytes.length)
  file.expect(bytes[4] === CLASS_64, 'the ELF class', '2 (64-bit)', bytes[4])
  file.expect(bytes[5] === LITTLE_ENDIAN, 'the byte order', '1 (little-endian)', bytes[5])
  const type = file.u16(16)
  file.expect(type === EXECUTABLE || type === SHARED, 'the ELF type', '2 (executable)', type)
  file.expect(file.u16(18) === RISCV, 'the processor', '243 (RISC-V)', file.u16(18))
  const segments = readSegments(file)
  const end = Math.max(...segments.map((segment) => segment.at + segment.memoryBytes))
  const entry = physicalEntry(file, file.u64(24))
  return { entry, segments, end: physical(end), symbols: new SymbolTable(bytes, what) }
}

const hex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ')

function readSegments(file: Reader): readonly Segment[] {
  const segments: Segment[] = []
  for (const header of programHeaders(file)) {
    const fileBytes = file.count(header + 32, 'a segment size in the file')
    const memoryBytes = file.count(header + 40, 'a segment size in memory')
    if (memoryBytes === 0) continue
    file.expect(fileBytes <= memoryBytes, 'a segment', `<= ${memoryBytes} file bytes`, fileBytes)
    const at = file.count(header + 24, 'a physical address')
    const bytes = file.part(file.count(header + 8, 'a segment offset'), fileBytes, 'a segment')
    segments.push({ at: physical(at), bytes, memoryBytes })
  }
  file.expect(segments.length > 0, 'what to load', 'a PT_LOAD segment', 'none')
  return segments
}

/** Offsets of the PT_LOAD program headers. */
function programHeaders(file: Reader): readonly number[] {
  const count = file.u16(56)
  if (count === 0) return []
  file.expect(
    file.u16(54) === PROGRAM_HEADER_BYTES,
    'program headers',
    '56 bytes each',
    file.u16(54),
  )
  const start = file.count(32, 'the program header offset')
  file.part(start, count * PROGRAM_HEADER_BYTES, 'the program headers')
  const all = Array.from({ length: count }, (_, i) => start + i * PROGRAM_HEADER_BYTES)
  return all.filter((header) => file.u32(header) === PT_LOAD)
}

/** The entry is a virtual address; the machine starts at the physical one of the same segment. */
function physicalEntry(file: Reader, entry: bigint): PhysicalAddress {
  for (const header of programHeaders(file)) {
    const va = file.u64(header + 16)
    if (entry < va || entry >= va + file.u64(header + 40)) continue
    return physical(Number(entry - va) + file.count(header + 24, 'a physical address'))
  }
  file.expect(false, 'the entry point', 'an address in a segment', `0x${entry.toString(16)}`)
  return physical(0)
}

// 'RSC\x05' at byte 56 of 64 (Linux, Documentation/arch/riscv/boot-image-header.rst)
const LINUX_IMAGE_MAGIC = 0x05435352
const LINUX_HEADER_BYTES = 64

/** The memory that a Linux `Image` asks for; undefined for anything else. */
function linuxImageBytes(bytes: Uint8Array): number | undefined {
  if (bytes.length < LINUX_HEADER_BYTES) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, LINUX_HEADER_BYTES)
  if (view.getUint32(56, true) !== LINUX_IMAGE_MAGIC) return undefined
  return Math.max(bytes.length, Number(view.getBigUint64(16, true)))
}

const readRaw = (bytes: Uint8Array, memoryBytes: number, at: PhysicalAddress): BootImage => ({
  entry: at,
  segments: [{ at, bytes, memoryBytes }],
  end: physical(at + memoryBytes),
  symbols: new SymbolTable(new Uint8Array(0), 'raw image'),
})

const SECTION_HEADER_BYTES = 64
const SYMBOL_BYTES = 24
const SHT_SYMTAB = 2
const STT_OBJECT = 1
const STT_FUNCTION = 2
const NAME_BYTES = 256 // longer names are cut: a hostile file must not cost more than its size

/** The symbols of an ELF file, read at the first question; a file without any has none. */
export class SymbolTable {
  readonly #bytes: Uint8Array
  readonly #what: string
  #sorted: readonly ElfSymbol[] | undefined
  #byName: ReadonlyMap<string, ElfSymbol> | undefined

  constructor(bytes: Uint8Array, what: string) {
    this.#bytes = bytes
    this.#what = what
  }

  /** All named symbols by address. Throws ElfError if the table is damaged. */
  get all(): readonly ElfSymbol[] {
    this.#sorted ??= readSymbols(new Reader(this.#bytes, this.#what))
    return this.#sorted
  }

  named(name: string): ElfSymbol | undefined {
    this.#byName ??= new Map(this.all.map((symbol) => [symbol.name, symbol]))
    return this.#byName.get(name)
  }

  /** The function, or else the label, that `address` lies in or behind. */
  at(address: bigint): { readonly symbol: ElfSymbol; readonly offset: bigint } | undefined {
    const sorted = this.all
    let low = 0
    let high = sorted.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (sorted[middle]!.address <= address) low = middle + 1
      else high = middle
    }
    for (let i = low - 1; i >= 0; i--) {
      const symbol = sorted[i]!
      const offset = address - symbol.address
      if (symbol.kind === 'object' && offset >= BigInt(symbol.bytes)) continue
      if (symbol.bytes > 0 && offset >= BigInt(symbol.bytes)) return undefined
      return { symbol, offset }
    }
    return undefined
  }
}

function readSymbols(file: Reader): readonly ElfSymbol[] {
  if (file.bytes.length < HEADER_BYTES || !isElf(file.bytes)) return []
  const start = file.count(40, 'the section header offset')
  const count = file.u16(60)
  if (start === 0 || count === 0) return []
  file.part(start, count * SECTION_HEADER_BYTES, 'the section headers')
  for (let i = 0; i < count; i++) {
    const header = start + i * SECTION_HEADER_BYTES
    if (file.u32(header + 4) !== SHT_SYMTAB) continue
    const link = file.u32(header + 40)
    file.expect(link < count, 'the string table', `a section below ${count}`, link)
    const strings = file.section(start + link * SECTION_HEADER_BYTES, 'the string table')
    return symbolsOf(file.section(header, 'the symbol table'), strings)
  }
  return []
}

function symbolsOf(table: Uint8Array, strings: Uint8Array): readonly ElfSymbol[] {
  const view = new DataView(table.buffer, table.byteOffset, table.byteLength)
  const symbols: ElfSymbol[] = []
  for (let at = 0; at + SYMBOL_BYTES <= table.length; at += SYMBOL_BYTES) {
    const name = nameAt(strings, view.getUint32(at, true))
    const kind = (table[at + 4] ?? 0) & 15
    const isDefined = view.getUint16(at + 6, true) !== 0
    if (name === '' || name.startsWith('$') || !isDefined || kind > STT_FUNCTION) continue
    symbols.push({
      name,
      address: view.getBigUint64(at + 8, true),
      bytes: Number(view.getBigUint64(at + 16, true)),
      kind: kind === STT_FUNCTION ? 'function' : kind === STT_OBJECT ? 'object' : 'other',
    })
  }
  return symbols.sort((a, b) => (a.address < b.address ? -1 : a.address > b.address ? 1 : 0))
}

function nameAt(strings: Uint8Array, at: number): string {
  const most = strings.subarray(at, at + NAME_BYTES)
  const end = most.indexOf(0)
  return new TextDecoder('latin1').decode(end < 0 ? most : most.subarray(0, end))
}

/** Checked access to the numbers of a file. */
class Reader {
  readonly bytes: Uint8Array
  readonly #view: DataView
  readonly #what: string

  constructor(bytes: Uint8Array, what: string) {
    this.bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#what = what
  }

  expect(holds: boolean, part: string, expected: string, got: unknown): void {
    if (holds) return
    throw new ElfError(`${this.#what}: expected ${part} to be ${expected}, got ${got}`)
  }

  u16(at: number): number {
    this.part(at, 2, 'a field')
    return this.#view.getUint16(at, true)
  }

  u32(at: number): number {
    this.part(at, 4, 'a field')
    return this.#view.getUint32(at, true)
  }

  u64(at: number): bigint {
    this.part(at, 8, 'a field')
    return this.#view.getBigUint64(at, true)
  }

  /** A 64-bit size, offset or physical address; anything from 2^52 up is damage. */
  count(at: number, part: string): number {
    const value = this.u64(at)
    this.expect(value < 1n << 52n, part, 'below 2^52', `0x${value.toString(16)}`)
    return Number(value)
  }

  part(at: number, length: number, part: string): Uint8Array {
    const fits = at + length <= this.bytes.length
    this.expect(fits, part, `within ${this.bytes.length} bytes`, `${at} + ${length}`)
    return this.bytes.subarray(at, at + length)
  }

  section(header: number, part: string): Uint8Array {
    return this.part(this.count(header + 24, part), this.count(header + 32, part), part)
  }
}
