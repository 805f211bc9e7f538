// Symbols of an image for people: names to addresses, and addresses to `function+0x1c`. Invariant: a
// damaged file has no symbols, as one without has none.

import { ElfError } from '../../machine/elf/file.ts'
import { SymbolTable } from '../../machine/elf/symbol-table.ts'

export interface Symbols {
  /** Address of a global or local symbol. */
  address(name: string): number | undefined
  /** `function+0x1c` for an address inside the image's code. */
  describe(address: number): string | undefined
  /** What `describe` gives, for a return address: it belongs to the call before it, which may be the last
   * instruction of its function. */
  describeReturn(address: number): string | undefined
}

export function readSymbols(elf: Uint8Array): Symbols {
  const table = soundTable(elf)
  const describe = (address: number, inside: number): string | undefined => {
    if (inside < 0) return undefined
    const { symbol } = table.at(BigInt(inside)) ?? {}
    if (symbol === undefined) return undefined
    const offset = address - Number(symbol.address)
    return offset === 0 ? symbol.name : `${symbol.name}+0x${offset.toString(16)}`
  }
  return {
    address(name) {
      const symbol = table.named(name)
      return symbol && Number(symbol.address)
    },
    describe: (address) => describe(address, address),
    describeReturn: (address) => describe(address, address - 1),
  }
}

function soundTable(elf: Uint8Array): SymbolTable {
  const table = new SymbolTable(elf, 'image')
  try {
    void table.all
    return table
  } catch (error) {
    if (!(error instanceof ElfError)) throw error
    return new SymbolTable(new Uint8Array(), 'image')
  }
}
