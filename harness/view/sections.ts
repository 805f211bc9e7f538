// Sections of an ELF64 file, by header and by content. Invariant: nothing outside the file's bytes is
// read, whatever its headers say; what is no ELF file has no sections.

import { inflateSync } from 'node:zlib'

export interface Section {
  readonly name: string
  readonly type: number
  readonly executable: boolean
  readonly address: number
  readonly offset: number
  readonly size: number
  readonly link: number
  readonly compressed: boolean
}

const ELF_MAGIC = 0x464c457f // "\x7fELF", little endian
const ELFCLASS64 = 2
const HEADER_BYTES = 64
const SECTION_HEADER_BYTES = 64
const SHF_EXECINSTR = 4n
const SHF_COMPRESSED = 0x800n
/** Elf64_Chdr: type, reserved, size, alignment. */
const COMPRESSION_HEADER_BYTES = 24
const ELFCOMPRESS_ZLIB = 1
const MOST_INFLATED = 64 * 1024 * 1024

export function sectionsOf(elf: Uint8Array): Section[] {
  const view = new DataView(elf.buffer, elf.byteOffset, elf.byteLength)
  if (view.byteLength < HEADER_BYTES || view.getUint32(0, true) !== ELF_MAGIC) return []
  if (view.getUint8(4) !== ELFCLASS64) return []
  const first = Number(view.getBigUint64(40, true))
  const headers: (Omit<Section, 'name'> & { readonly nameAt: number })[] = []
  for (let n = 0; n < view.getUint16(60, true); n++) {
    const at = first + n * SECTION_HEADER_BYTES
    if (at + SECTION_HEADER_BYTES > view.byteLength) break
    headers.push(headerAt(view, at))
  }
  const names = headers[view.getUint16(62, true)]
  return headers.map(({ nameAt, ...section }) => ({
    ...section,
    name: names === undefined ? '' : textAt(elf, names.offset + nameAt),
  }))
}

/** A section's bytes, decompressed; empty if they do not lie in the file. */
export function contentOf(elf: Uint8Array, section: Section | undefined): Uint8Array {
  if (section === undefined) return new Uint8Array()
  const raw = elf.subarray(section.offset, section.offset + section.size)
  if (!section.compressed) return raw
  if (raw.length < COMPRESSION_HEADER_BYTES || raw[0] !== ELFCOMPRESS_ZLIB) return new Uint8Array()
  try {
    return inflateSync(raw.subarray(COMPRESSION_HEADER_BYTES), { maxOutputLength: MOST_INFLATED })
  } catch {
    return new Uint8Array() // damaged, or larger than any debug section of a kernel
  }
}

/** The zero-terminated text at `at`. */
export function textAt(bytes: Uint8Array, at: number): string {
  const end = bytes.indexOf(0, at)
  return new TextDecoder().decode(bytes.subarray(at, end < 0 ? bytes.length : end))
}

function headerAt(view: DataView, at: number): Omit<Section, 'name'> & { readonly nameAt: number } {
  const flags = view.getBigUint64(at + 8, true)
  return {
    nameAt: view.getUint32(at, true),
    type: view.getUint32(at + 4, true),
    executable: (flags & SHF_EXECINSTR) !== 0n,
    compressed: (flags & SHF_COMPRESSED) !== 0n,
    address: Number(view.getBigUint64(at + 16, true)),
    offset: Number(view.getBigUint64(at + 24, true)),
    size: Number(view.getBigUint64(at + 32, true)),
    link: view.getUint32(at + 40, true),
  }
}
