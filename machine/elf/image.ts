// Images that a machine boots: ELF64 for RISC-V, or raw bytes (a firmware .bin, a Linux `Image`).
// Invariant: every number of the file is checked before use; damage is an ElfError, never a crash.

import { type PhysicalAddress, physical } from '../units.ts'
import { ElfError, ElfFile, HEADER_BYTES, hex, isElf } from './file.ts'
import { SymbolTable } from './symbol-table.ts'

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

const PROGRAM_HEADER_BYTES = 56
const CLASS_64 = 2
const LITTLE_ENDIAN = 1
const EXECUTABLE = 2
const SHARED = 3 // a static position-independent firmware is linked so
const RISCV = 243
const PT_LOAD = 1

/** Throws ElfError unless `bytes` is an executable ELF64 for RISC-V. */
export function readElf(bytes: Uint8Array, what: string): BootImage {
  const file = new ElfFile(bytes, what)
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

function readSegments(file: ElfFile): readonly Segment[] {
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
function programHeaders(file: ElfFile): readonly number[] {
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
function physicalEntry(file: ElfFile, entry: bigint): PhysicalAddress {
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
