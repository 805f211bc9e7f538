// Symbols of an ELF image: names to addresses and back. Invariant: nothing outside the file's bytes is
// read, whatever its headers say; a file without symbols answers every question with undefined.

import { sectionsOf, textAt } from './sections.ts'

export interface Symbols {
  /** Address of a global or local symbol. */
  address(name: string): number | undefined
  /** `function+0x1c` for an address inside the image's code. */
  describe(address: number): string | undefined
  /** As `describe`, for a return address: it belongs to the call before it, which may be the last
   * instruction of its function. */
  describeReturn(address: number): string | undefined
}

interface Function {
  readonly name: string
  readonly start: number
  readonly end: number
}

const SYMBOL_BYTES = 24
const SHT_SYMTAB = 2
const STT_FUNC = 2
const STT_NOTYPE = 0
const SHN_UNDEF = 0

export function readSymbols(elf: Uint8Array): Symbols {
  const addresses = new Map<string, number>()
  const functions: Function[] = []
  for (const symbol of symbolsOf(elf)) {
    if (!addresses.has(symbol.name)) addresses.set(symbol.name, symbol.start)
    if (symbol.code) functions.push(symbol)
  }
  functions.sort((a, b) => a.start - b.start)
  const describe = (address: number, inside: number): string | undefined => {
    const found = lastAtOrBefore(functions, inside)
    if (found === undefined) return undefined
    const offset = address - found.start
    return offset === 0 ? found.name : `${found.name}+0x${offset.toString(16)}`
  }
  return {
    address: (name) => addresses.get(name),
    describe: (address) => describe(address, address),
    describeReturn: (address) => describe(address, address - 1),
  }
}

function* symbolsOf(elf: Uint8Array): Generator<Function & { readonly code: boolean }> {
  const view = new DataView(elf.buffer, elf.byteOffset, elf.byteLength)
  const sections = sectionsOf(elf)
  for (const table of sections.filter(({ type }) => type === SHT_SYMTAB)) {
    const strings = sections[table.link]
    if (strings === undefined) continue
    const end = Math.min(table.offset + table.size, elf.byteLength) - SYMBOL_BYTES
    for (let at = table.offset; at <= end; at += SYMBOL_BYTES) {
      const kind = view.getUint8(at + 4) & 0xf
      const section = view.getUint16(at + 6, true)
      const name = textAt(elf, strings.offset + view.getUint32(at, true))
      // Mapping symbols ($x, $d) and local labels (.L1) name no function.
      if (section === SHN_UNDEF || name === '' || /^[$.]/.test(name)) continue
      const start = Number(view.getBigUint64(at + 8, true))
      const size = Number(view.getBigUint64(at + 16, true))
      const holder = sections[section]
      const code = (kind === STT_FUNC || kind === STT_NOTYPE) && (holder?.executable ?? false)
      const limit = holder === undefined ? start : holder.address + holder.size
      yield { name, start, end: size > 0 ? start + size : limit, code }
    }
  }
}

function lastAtOrBefore(functions: readonly Function[], address: number): Function | undefined {
  let low = 0
  let high = functions.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (functions[middle]!.start <= address) low = middle + 1
    else high = middle
  }
  const found = functions[low - 1]
  return found !== undefined && address < found.end ? found : undefined
}
