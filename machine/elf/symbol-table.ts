// The symbols of an ELF file: names to addresses and back. Invariant: the table is read at the first
// question; a file without symbols answers every question with undefined.

import { ElfFile, nameAt, type Section, sectionsOf } from './file.ts'

export interface ElfSymbol {
  readonly name: string
  readonly address: bigint
  readonly bytes: number
  readonly kind: 'function' | 'object' | 'other'
  /**
   * Where a function ends, or a label in code; of one without size, that is where its section does.
   */
  readonly codeEnd: bigint | undefined
}

const SYMBOL_BYTES = 24
const SHT_SYMTAB = 2
const STT_OBJECT = 1
const STT_FUNCTION = 2
const SHN_UNDEF = 0
/** Mapping symbols ($x, $d) and local labels (.L1) name nothing that a person asks for. */
const UNASKED = /^[$.]/

export class SymbolTable {
  readonly #bytes: Uint8Array
  readonly #what: string
  #all: readonly ElfSymbol[] | undefined
  #code: readonly ElfSymbol[] | undefined
  #byName: ReadonlyMap<string, ElfSymbol> | undefined

  constructor(bytes: Uint8Array, what: string) {
    this.#bytes = bytes
    this.#what = what
  }

  /** All named symbols in the order of the file. Throws ElfError if the table is damaged. */
  get all(): readonly ElfSymbol[] {
    this.#all ??= readSymbols(this.#bytes, this.#what)
    return this.#all
  }

  /** The first symbol of that name. */
  named(name: string): ElfSymbol | undefined {
    this.#byName ??= new Map(this.all.map((symbol) => [symbol.name, symbol] as const).reverse())
    return this.#byName.get(name)
  }

  /** The function, or the label in code, that `address` lies in. */
  at(address: bigint): { readonly symbol: ElfSymbol; readonly offset: bigint } | undefined {
    this.#code ??= this.all.filter(({ codeEnd }) => codeEnd !== undefined).sort(byAddress)
    let low = 0
    let high = this.#code.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#code[middle]!.address <= address) low = middle + 1
      else high = middle
    }
    const symbol = this.#code[low - 1]
    if (symbol === undefined || address >= symbol.codeEnd!) return undefined
    return { symbol, offset: address - symbol.address }
  }
}

function readSymbols(bytes: Uint8Array, what: string): readonly ElfSymbol[] {
  const sections = sectionsOf(bytes, what)
  const table = sections.find(({ type }) => type === SHT_SYMTAB)
  if (table === undefined) return []
  const file = new ElfFile(bytes, what)
  const strings = sections[table.link]
  if (strings === undefined) {
    file.expect(false, 'the string table', `a section below ${sections.length}`, table.link)
    return []
  }
  return symbolsIn(file.content(table), file.content(strings), sections)
}

function symbolsIn(
  table: Uint8Array,
  strings: Uint8Array,
  sections: readonly Section[],
): readonly ElfSymbol[] {
  const view = new DataView(table.buffer, table.byteOffset, table.byteLength)
  const symbols: ElfSymbol[] = []
  for (let at = 0; at + SYMBOL_BYTES <= table.length; at += SYMBOL_BYTES) {
    const name = nameAt(strings, view.getUint32(at, true))
    const type = (table[at + 4] ?? 0) & 15
    const section = view.getUint16(at + 6, true)
    if (name === '' || UNASKED.test(name) || section === SHN_UNDEF || type > STT_FUNCTION) continue
    const address = view.getBigUint64(at + 8, true)
    const size = view.getBigUint64(at + 16, true)
    const holder = sections[section]
    const isCode = type !== STT_OBJECT && holder?.executable === true
    symbols.push({
      name,
      address,
      bytes: Number(size),
      kind: type === STT_FUNCTION ? 'function' : type === STT_OBJECT ? 'object' : 'other',
      codeEnd: isCode ? (size > 0n ? address + size : endOf(holder)) : undefined,
    })
  }
  return symbols
}

const endOf = ({ address, size }: Section): bigint => address + BigInt(size)

const byAddress = (a: ElfSymbol, b: ElfSymbol): number =>
  a.address < b.address ? -1 : a.address > b.address ? 1 : 0
