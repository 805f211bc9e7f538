// The bytes of a section of an image, decompressed. Invariant: a damaged file has no sections, as what is
// no ELF file has none.

import { inflateSync } from 'node:zlib'
import { ElfError, type Section, sectionsOf } from '../../machine/elf/file.ts'

/** Elf64_Chdr: type, reserved, size, alignment. */
const COMPRESSION_HEADER_BYTES = 24
const ELFCOMPRESS_ZLIB = 1
const MOST_INFLATED = 64 * 1024 * 1024

/** Empty if there is no such section, or its bytes do not lie in the file. */
export function sectionNamed(elf: Uint8Array, name: string): Uint8Array {
  const section = soundSections(elf).find((one) => one.name === name)
  return section === undefined ? new Uint8Array() : contentOf(elf, section)
}

function contentOf(elf: Uint8Array, section: Section): Uint8Array {
  const raw = elf.subarray(section.offset, section.offset + section.size)
  if (!section.compressed) return raw
  if (raw.length < COMPRESSION_HEADER_BYTES || raw[0] !== ELFCOMPRESS_ZLIB) return new Uint8Array()
  try {
    return inflateSync(raw.subarray(COMPRESSION_HEADER_BYTES), { maxOutputLength: MOST_INFLATED })
  } catch {
    return new Uint8Array() // damaged, or larger than any debug section of a kernel
  }
}

function soundSections(elf: Uint8Array): readonly Section[] {
  try {
    return sectionsOf(elf, 'image')
  } catch (error) {
    if (!(error instanceof ElfError)) throw error
    return []
  }
}
