// Symbols that name the source line too: `panic+0x2a (kernel/print.c:61)`. Invariant: an image is read once.

import { readSourceLines, type SourceLines } from './source-lines.ts'
import { readSymbols, type Symbols } from './symbols.ts'

/** Images do not change, and reading their symbols is not free. */
const known = new WeakMap<Uint8Array, Symbols>()
const NOTHING = new Uint8Array()

export function symbolsOf(elf: Uint8Array = NOTHING): Symbols {
  const symbols = known.get(elf) ?? withLines(elf)
  known.set(elf, symbols)
  return symbols
}

function withLines(elf: Uint8Array): Symbols {
  const symbols = readSymbols(elf)
  let lines: SourceLines | undefined // read when the first address is asked for: most views need none
  const add = (said: string | undefined, address: number): string | undefined => {
    if (said === undefined) return undefined
    lines ??= readSourceLines(elf)
    const source = lines(address)
    return source === undefined ? said : `${said} (${source})`
  }
  return {
    address: symbols.address,
    describe: (address) => add(symbols.describe(address), address),
    describeReturn: (address) => add(symbols.describeReturn(address), address - 1),
  }
}
