// The report's letters: a TrueType font cut down to the characters that a report uses, packed as
// WOFF 1.0 (W3C 2012). Invariant: glyph numbers stay as they were, so outlines refer to each other
// as before; what is not used is empty.

import { deflateSync } from 'node:zlib'

type Tables = ReadonlyMap<string, Buffer>

/** Latin, and the signs that tables and captions use. */
export const REPORT_CHARACTERS = [
  ...Array.from({ length: 0x7e - 0x20 + 1 }, (_, i) => String.fromCharCode(0x20 + i)),
  ...'\u00a0äöüÄÖÜßéèàçñ§°±²³µ·×÷–—‘’“”„…†‡•→←≠≤≥≈−−✓№©',
].join('')

/** A WOFF with the glyphs of `characters`; those the font lacks are left to the next family. */
export function webFont(ttf: Uint8Array, characters: string): Buffer {
  const tables = readTables(Buffer.from(ttf))
  const glyphs = mapCharacters(need(tables, 'cmap'), characters)
  const kept = withComponents(tables, new Set([0, ...glyphs.values()]))
  const { loca, glyf } = cutOutlines(tables, kept)
  const head = Buffer.from(need(tables, 'head'))
  head.writeUInt32BE(0, CHECKSUM_ADJUSTMENT)
  head.writeInt16BE(LONG_OFFSETS, LOCA_FORMAT)
  const post = Buffer.from(need(tables, 'post').subarray(0, POST_HEADER))
  post.writeUInt32BE(POST_WITHOUT_NAMES, 0)
  return pack(
    new Map([
      ...['OS/2', 'hhea', 'hmtx', 'maxp', 'name'].map((tag): [string, Buffer] => [
        tag,
        need(tables, tag),
      ]),
      ['cmap', writeCmap(glyphs)],
      ['glyf', glyf],
      ['head', head],
      ['loca', loca],
      ['post', post],
    ]),
  )
}

// Offsets in the tables of OpenType 1.9.
const CHECKSUM_ADJUSTMENT = 8
const LOCA_FORMAT = 50
const LONG_OFFSETS = 1
const GLYPH_COUNT = 4
const POST_HEADER = 32
const POST_WITHOUT_NAMES = 0x0003_0000

function readTables(font: Buffer): Tables {
  const count = font.readUInt16BE(4)
  return new Map(
    Array.from({ length: count }, (_, i) => {
      const entry = 12 + 16 * i
      const offset = font.readUInt32BE(entry + 8)
      const length = font.readUInt32BE(entry + 12)
      return [font.toString('latin1', entry, entry + 4), font.subarray(offset, offset + length)]
    }),
  )
}

function need(tables: Tables, tag: string): Buffer {
  const table = tables.get(tag)
  if (table === undefined) throw new RangeError(`expected a font with a table ${tag}, got none`)
  return table
}

/** Character code → glyph, from the subtable for Windows and Unicode's first plane (format 4). */
function mapCharacters(cmap: Buffer, characters: string): Map<number, number> {
  const table = unicodeSubtable(cmap)
  const found = new Map<number, number>()
  for (const character of new Set(characters)) {
    const code = character.codePointAt(0)!
    const glyph = glyphOf(table, code)
    if (glyph > 0) found.set(code, glyph)
  }
  return found
}

function unicodeSubtable(cmap: Buffer): Buffer {
  const count = cmap.readUInt16BE(2)
  for (let i = 0; i < count; i++) {
    const entry = 4 + 8 * i
    const offset = cmap.readUInt32BE(entry + 4)
    const windows = cmap.readUInt16BE(entry) === 3 && cmap.readUInt16BE(entry + 2) === 1
    if (windows && cmap.readUInt16BE(offset) === 4) return cmap.subarray(offset)
  }
  throw new RangeError('expected a font with a cmap subtable 3, 1 of format 4, got none')
}

function glyphOf(table: Buffer, code: number): number {
  const double = table.readUInt16BE(6)
  for (let i = 0; i < double; i += 2) {
    const end = table.readUInt16BE(14 + i)
    if (code > end) continue
    const start = table.readUInt16BE(16 + double + i)
    if (code < start) return 0
    const delta = table.readUInt16BE(16 + 2 * double + i)
    const rangeAt = 16 + 3 * double + i
    const range = table.readUInt16BE(rangeAt)
    if (range === 0) return (code + delta) & 0xffff
    const glyph = table.readUInt16BE(rangeAt + range + 2 * (code - start))
    return glyph === 0 ? 0 : (glyph + delta) & 0xffff
  }
  return 0
}

/** An accented letter refers to its letter and its accent. */
function withComponents(tables: Tables, glyphs: ReadonlySet<number>): Set<number> {
  const all = new Set<number>()
  const waiting = [...glyphs]
  for (let glyph = waiting.pop(); glyph !== undefined; glyph = waiting.pop()) {
    if (all.has(glyph)) continue
    all.add(glyph)
    waiting.push(...components(outline(tables, glyph)))
  }
  return all
}

const WORD_ARGUMENTS = 0x0001
const ONE_SCALE = 0x0008
const MORE_COMPONENTS = 0x0020
const TWO_SCALES = 0x0040
const MATRIX = 0x0080

function components(glyph: Buffer): number[] {
  if (glyph.length === 0 || glyph.readInt16BE(0) >= 0) return []
  const found: number[] = []
  let at = 10
  for (;;) {
    const flags = glyph.readUInt16BE(at)
    found.push(glyph.readUInt16BE(at + 2))
    at += 4 + (flags & WORD_ARGUMENTS ? 4 : 2)
    at += flags & MATRIX ? 8 : flags & TWO_SCALES ? 4 : flags & ONE_SCALE ? 2 : 0
    if (!(flags & MORE_COMPONENTS)) return found
  }
}

function outline(tables: Tables, glyph: number): Buffer {
  const loca = need(tables, 'loca')
  const long = need(tables, 'head').readInt16BE(LOCA_FORMAT) === LONG_OFFSETS
  const at = (n: number): number => (long ? loca.readUInt32BE(4 * n) : 2 * loca.readUInt16BE(2 * n))
  return need(tables, 'glyf').subarray(at(glyph), at(glyph + 1))
}

function cutOutlines(tables: Tables, kept: ReadonlySet<number>): { loca: Buffer; glyf: Buffer } {
  const count = need(tables, 'maxp').readUInt16BE(GLYPH_COUNT)
  const loca = Buffer.alloc(4 * (count + 1))
  const outlines: Buffer[] = []
  let offset = 0
  for (let glyph = 0; glyph < count; glyph++) {
    loca.writeUInt32BE(offset, 4 * glyph)
    if (!kept.has(glyph)) continue
    const padded = padTo4(outline(tables, glyph))
    outlines.push(padded)
    offset += padded.length
  }
  loca.writeUInt32BE(offset, 4 * count)
  return { loca, glyf: Buffer.concat(outlines) }
}

/** One subtable of format 4, a segment for each character. */
function writeCmap(glyphs: ReadonlyMap<number, number>): Buffer {
  const codes = [...[...glyphs.keys()].toSorted((a, b) => a - b), 0xffff]
  const n = codes.length
  const table = Buffer.alloc(12 + 16 + 8 * n)
  const power = 2 ** Math.floor(Math.log2(n))
  const words = [0, 1, 3, 1, 0, 12, 4, 16 + 8 * n, 0, 2 * n, 2 * power, Math.log2(power)]
  const deltas = codes.map((code) => ((glyphs.get(code) ?? 0) - code) & 0xffff)
  const segments = [...codes, 0, ...codes, ...deltas.with(n - 1, 1), ...codes.map(() => 0)]
  ;[...words, 2 * (n - power), ...segments].forEach((word, i) => {
    table.writeUInt16BE(word, 2 * i)
  })
  return table
}

const WOFF_HEADER = 44
const WOFF_ENTRY = 20

function pack(tables: Tables): Buffer {
  const sorted = [...tables].toSorted(([a], [b]) => (a < b ? -1 : 1))
  const header = Buffer.alloc(WOFF_HEADER + WOFF_ENTRY * sorted.length)
  const bodies: Buffer[] = []
  let offset = header.length
  let plain = 12 + 16 * sorted.length
  sorted.forEach(([tag, table], i) => {
    const deflated = deflateSync(table, { level: 9 })
    const body = deflated.length < table.length ? deflated : table
    const entry = WOFF_HEADER + WOFF_ENTRY * i
    header.write(tag, entry, 'latin1')
    const sum = checksum(table)
    ;[offset, body.length, table.length, sum].forEach((word, n) => {
      header.writeUInt32BE(word, entry + 4 + 4 * n)
    })
    const padded = padTo4(body)
    bodies.push(padded)
    offset += padded.length
    plain += padTo4(table).length
  })
  header.write('wOFF', 0, 'latin1')
  header.writeUInt32BE(0x0001_0000, 4)
  header.writeUInt32BE(offset, 8)
  header.writeUInt16BE(sorted.length, 12)
  header.writeUInt32BE(plain, 16)
  header.writeUInt16BE(1, 20)
  return Buffer.concat([header, ...bodies])
}

function checksum(table: Buffer): number {
  const padded = padTo4(table)
  let sum = 0
  for (let at = 0; at < padded.length; at += 4) sum = (sum + padded.readUInt32BE(at)) >>> 0
  return sum
}

function padTo4(bytes: Buffer): Buffer {
  const rest = bytes.length % 4
  return rest === 0 ? bytes : Buffer.concat([bytes, Buffer.alloc(4 - rest)])
}
