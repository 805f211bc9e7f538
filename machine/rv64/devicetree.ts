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
const RESERVATION_BYTES = 16
const BEGIN_NODE = 1
const END_NODE = 2
const PROPERTY = 3
const END = 9

/** A range of memory that no kernel may use. */
export interface Reservation {
  readonly at: number
  readonly bytes: number
}

/** The blob of the tree under `root`, whose own name is left out as the format wants. */
export function flatten(root: TreeNode, reserved: readonly Reservation[] = []): Uint8Array {
  const strings = new Strings()
  const words: Uint8Array[] = []
  writeNode({ ...root, name: '' }, words, strings)
  words.push(cells([END]))
  const structure = joined(words)
  const names = strings.bytes()
  const ranges = cells(reserved.flatMap(({ at, bytes }) => [...pair(at), ...pair(bytes)]))
  const structureAt = HEADER_BYTES + ranges.length + RESERVATION_BYTES
  const namesAt = structureAt + structure.length
  const header = cells([
    MAGIC,
    namesAt + names.length,
    structureAt,
    namesAt,
    HEADER_BYTES,
    VERSION,
    LAST_COMPATIBLE,
    0, // boot hart
    names.length,
    structure.length,
  ])
  return joined([header, ranges, new Uint8Array(RESERVATION_BYTES), structure, names])
}

/** A 64-bit quantity as two cells. */
export const pair = (value: number): readonly [number, number] => [
  Math.floor(value / 2 ** 32),
  value % 2 ** 32,
]

function writeNode(node: TreeNode, words: Uint8Array[], strings: Strings): void {
  words.push(cells([BEGIN_NODE]), padded(terminated(node.name)))
  for (const [name, property] of Object.entries(node.properties)) {
    const value = encode(property)
    words.push(cells([PROPERTY, value.length, strings.offset(name)]), padded(value))
  }
  for (const child of node.children ?? []) writeNode(child, words, strings)
  words.push(cells([END_NODE]))
}

function encode(property: Property): Uint8Array {
  if (property === true) return new Uint8Array(0)
  if (typeof property === 'string') return terminated(property)
  if (isStrings(property)) return joined(property.map(terminated))
  return cells(property)
}

const isStrings = (list: readonly number[] | readonly string[]): list is readonly string[] =>
  typeof list[0] === 'string'

/** The strings block: each property name once. */
class Strings {
  readonly #offsets = new Map<string, number>()
  #length = 0

  offset(name: string): number {
    const known = this.#offsets.get(name)
    if (known !== undefined) return known
    const offset = this.#length
    this.#offsets.set(name, offset)
    this.#length += terminated(name).length
    return offset
  }

  bytes(): Uint8Array {
    return joined([...this.#offsets.keys()].map(terminated))
  }
}

const terminated = (text: string): Uint8Array => new TextEncoder().encode(`${text}\0`)

function cells(values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(4 * values.length)
  const view = new DataView(bytes.buffer)
  values.forEach((value, i) => {
    view.setUint32(4 * i, value)
  })
  return bytes
}

function padded(bytes: Uint8Array): Uint8Array {
  const whole = new Uint8Array((bytes.length + 3) & ~3)
  whole.set(bytes)
  return whole
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
