// An ELF64 file: its numbers and its sections. Invariant: every number is checked before use; damage is an
// ElfError, never a crash, and a hostile file costs no more than its size.

import { UserError } from '../../errors/user-error.ts'

/** An image is not what a RISC-V machine can load. */
export class ElfError extends UserError {
  override readonly name = 'ElfError'
}

export const HEADER_BYTES = 64

export const isElf = (bytes: Uint8Array): boolean =>
  bytes[0] === 0x7f && bytes[1] === 0x45 && bytes[2] === 0x4c && bytes[3] === 0x46

export const hex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ')

export interface Section {
  readonly name: string
  readonly type: number
  readonly executable: boolean
  /** True: the bytes are compressed, as those of debug sections may be. */
  readonly compressed: boolean
  readonly address: bigint
  readonly offset: number
  readonly size: number
  /** The section that this one refers to: of a symbol table, its strings. */
  readonly link: number
}

const CLASS_64 = 2
const SECTION_HEADER_BYTES = 64
const SHF_EXECINSTR = 4n
const SHF_COMPRESSED = 0x800n
const NAME_BYTES = 256 // longer names are cut

/** The sections by number; none of what is no ELF64 file, or has no section headers. Throws ElfError. */
export function sectionsOf(bytes: Uint8Array, what: string): readonly Section[] {
  if (bytes.length < HEADER_BYTES || !isElf(bytes) || bytes[4] !== CLASS_64) return []
  const file = new ElfFile(bytes, what)
  const start = file.count(40, 'the section header offset')
  const count = file.u16(60)
  if (start === 0 || count === 0) return []
  file.part(start, count * SECTION_HEADER_BYTES, 'the section headers')
  const headers = Array.from({ length: count }, (_, i) => start + i * SECTION_HEADER_BYTES)
  const namesHeader = headers[file.u16(62)]
  const names =
    namesHeader === undefined ? undefined : file.content(sectionAt(file, namesHeader, ''))
  return headers.map((header) =>
    sectionAt(file, header, names === undefined ? '' : nameAt(names, file.u32(header))),
  )
}

function sectionAt(file: ElfFile, header: number, name: string): Section {
  const flags = file.u64(header + 8)
  return {
    name,
    type: file.u32(header + 4),
    executable: (flags & SHF_EXECINSTR) !== 0n,
    compressed: (flags & SHF_COMPRESSED) !== 0n,
    address: file.u64(header + 16),
    offset: file.count(header + 24, 'the offset of a section'),
    size: file.count(header + 32, 'the size of a section'),
    link: file.u32(header + 40),
  }
}

/** The zero-terminated name at `at` of a string table. */
export function nameAt(strings: Uint8Array, at: number): string {
  const most = strings.subarray(at, at + NAME_BYTES)
  const end = most.indexOf(0)
  return new TextDecoder('latin1').decode(end < 0 ? most : most.subarray(0, end))
}

/** Checked access to the numbers of a file. */
export class ElfFile {
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

  /** The section's bytes as they lie in the file. */
  content({ offset, size, name }: Section): Uint8Array {
    return this.part(offset, size, `section ${name}`)
  }
}
