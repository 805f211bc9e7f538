// The user programs on the disk, by their code. Invariant: a program is named only if all code in the page
// at hand is its own; its symbols are used only if they were linked with that very code.

import { image, imageNames, linkedImage } from '../../guest/images.ts'
import { sectionNamed } from './sections.ts'
import type { Symbols } from './symbols.ts'
import { symbolsOf } from './symbols-with-lines.ts'

export interface Program {
  readonly name: string
  /** Symbols of the program as this clone has built it; on the disk it is stripped. */
  readonly symbols: Symbols | undefined
  readonly code: Uint8Array
}

const FOLDER = 'user/'
let known: Promise<readonly Program[]> | undefined

export function userPrograms(): Promise<readonly Program[]> {
  known ??= imageNames(FOLDER).then((names) => Promise.all(names.map(read)))
  return known
}

/** The program whose code the first page of an address space holds. */
export function programIn(programs: readonly Program[], page: DataView): Program | undefined {
  const bytes = new Uint8Array(page.buffer, page.byteOffset, page.byteLength)
  return programs.find(({ code }) => {
    const length = Math.min(code.length, bytes.length)
    return length > 0 && code.subarray(0, length).every((byte, at) => byte === bytes[at])
  })
}

async function read(name: string): Promise<Program> {
  const [{ bytes }, linked] = await Promise.all([image(name), linkedImage(name)])
  const code = codeOf(bytes)
  const same = linked !== undefined && Buffer.compare(codeOf(linked), code) === 0
  return { name: name.slice(FOLDER.length), symbols: same ? symbolsOf(linked) : undefined, code }
}

const codeOf = (elf: Uint8Array): Uint8Array => sectionNamed(elf, '.text')
