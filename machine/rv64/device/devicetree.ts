// Flattened device trees (Devicetree Specification 0.4, chapter 5): a tree of nodes as data, and the
// blob that firmware and kernels read. Invariant: the same tree always gives the same bytes.

/** A property: big-endian 32-bit cells, a string, a list of strings, or empty (a flag). */
export type Property = readonly number[] | string | readonly string[] | true

export interface TreeNode {
  readonly name: string
  readonly properties: Readonly<Record<string, Property>>
  readonly children?: readonly TreeNode[]
}

const MAGIC = 0xd00dfeed
const VERSION = 17
const LAST_COMPATIBLE = 16
const HEADER_BYTES = 40
const BEGIN_NODE = 1
const END_NODE = 2
const PROPERTY = 3
const END = 9

const ENCODER = new TextEncoder()

/** A range of memory that no kernel may use. */
export interface Reservation {
  readonly at: number
  readonly bytes: number
}

/** The blob of the tree under `root`, whose own name is left out as the format wants. */
export function flatten(root: TreeNode, reserved: readonly Reservation[] = []): Uint8Array {
  const names = new Names()
  const structure = new Block()
  writeNode({ ...root, name: '' }, structure, names)
  structure.cells(END)
  const ranges = new Block()
  for (const { at, bytes } of reserved) ranges.cells(...pair(at), ...pair(bytes))
  ranges.cells(0, 0, 0, 0) // the last one
  const structureAt = HEADER_BYTES + ranges.length
  const namesAt = structureAt + structure.length
  const header = new Block()
  header.cells(MAGIC, namesAt + names.block.length, structureAt, namesAt)
  header.cells(HEADER_BYTES, VERSION, LAST_COMPATIBLE)
  header.cells(0, names.block.length, structure.length) // boot hart 0
  return Uint8Array.from([header, ranges, structure, names.block].flatMap(({ bytes }) => bytes))
}

/** A 64-bit quantity as two cells. */
export const pair = (value: number): readonly [number, number] => [
  Math.floor(value / 2 ** 32),
  value % 2 ** 32,
]

function writeNode(node: TreeNode, to: Block, names: Names): void {
  to.cells(BEGIN_NODE)
  to.text(node.name)
  to.align()
  for (const [name, property] of Object.entries(node.properties)) {
    const value = encode(property)
    to.cells(PROPERTY, value.length, names.offset(name))
    to.append(value)
    to.align()
  }
  for (const child of node.children ?? []) writeNode(child, to, names)
  to.cells(END_NODE)
}

function encode(property: Property): Block {
  const value = new Block()
  if (property === true) return value
  if (typeof property === 'string') value.text(property)
  else if (isStrings(property)) for (const text of property) value.text(text)
  else value.cells(...property)
  return value
}

const isStrings = (list: readonly number[] | readonly string[]): list is readonly string[] =>
  typeof list[0] === 'string'

/** Bytes that grow. Plain numbers: a tree is hundreds of small pieces, and typed arrays are dear to make. */
class Block {
  readonly bytes: number[] = []

  get length(): number {
    return this.bytes.length
  }

  cells(...values: readonly number[]): void {
    for (const value of values) {
      this.bytes.push(value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff)
    }
  }

  /** Writes the text in UTF-8, with the zero that ends it. */
  text(text: string): void {
    const isAscii = /^[\0-\x7f]*$/.test(text)
    if (isAscii) for (let i = 0; i < text.length; i++) this.bytes.push(text.charCodeAt(i))
    else this.bytes.push(...ENCODER.encode(text)) // dear to call
    this.bytes.push(0)
  }

  append(block: Block): void {
    this.bytes.push(...block.bytes)
  }

  /** Pads with zeros to the next cell. */
  align(): void {
    while (this.length % 4 !== 0) this.bytes.push(0)
  }
}

/** The strings block: each property name once. */
class Names {
  readonly block = new Block()
  readonly #offsets = new Map<string, number>()

  offset(name: string): number {
    const known = this.#offsets.get(name)
    if (known !== undefined) return known
    const offset = this.block.length
    this.#offsets.set(name, offset)
    this.block.text(name)
    return offset
  }
}
