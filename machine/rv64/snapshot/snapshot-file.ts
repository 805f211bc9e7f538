// The file format of snapshots: magic, version, a table of named sections, their bytes, a digest.
// Invariant: a file that was truncated or altered anywhere is refused.

import { UserError } from '../../../errors/user-error.ts'
import { Digest } from '../saved/digest.ts'

/** Changes whenever an older reader would misread the sections. */
const VERSION = 5
const MAGIC = 'mbsnapsh'
const HEAD = MAGIC.length + 8 // version and length of the table
const DIGEST_BYTES = 32

export class SnapshotError extends UserError {
  override readonly name = 'SnapshotError'
  constructor(message: string) {
    super(`snapshot: ${message}. Take a new one`)
  }
}

export function packSections(sections: Readonly<Record<string, Uint8Array>>): Uint8Array {
  const named = Object.entries(sections)
  const table = new TextEncoder().encode(
    JSON.stringify(named.map(([name, bytes]) => [name, bytes.length])),
  )
  const length = HEAD + table.length + named.reduce((sum, [, bytes]) => sum + bytes.length, 0)
  const file = new Uint8Array(length + DIGEST_BYTES)
  const view = new DataView(file.buffer)
  file.set(new TextEncoder().encode(MAGIC))
  view.setUint32(MAGIC.length, VERSION, true)
  view.setUint32(MAGIC.length + 4, table.length, true)
  file.set(table, HEAD)
  let at = HEAD + table.length
  for (const [, bytes] of named) {
    file.set(bytes, at)
    at += bytes.length
  }
  file.set(digestOf(file.subarray(0, length)), length)
  return file
}

export function unpackSections(file: Uint8Array): ReadonlyMap<string, Uint8Array> {
  const length = file.length - DIGEST_BYTES
  const magic = new TextDecoder().decode(file.subarray(0, MAGIC.length))
  if (length < HEAD || magic !== MAGIC) {
    throw new SnapshotError(`expected a file that begins with "${MAGIC}", got something else`)
  }
  const view = new DataView(file.buffer, file.byteOffset)
  const version = view.getUint32(MAGIC.length, true)
  if (version !== VERSION) throw new SnapshotError(`expected version ${VERSION}, got ${version}`)
  const digest = digestOf(file.subarray(0, length))
  if (digest.some((byte, i) => byte !== file[length + i])) {
    throw new SnapshotError('expected the digest to fit, got a truncated or altered file')
  }
  const tableLength = view.getUint32(MAGIC.length + 4, true)
  const table = file.subarray(HEAD, HEAD + tableLength)
  const sections = new Map<string, Uint8Array>()
  let at = HEAD + tableLength
  for (const [name, bytes] of JSON.parse(new TextDecoder().decode(table)) as [string, number][]) {
    sections.set(name, file.subarray(at, at + bytes))
    at += bytes
  }
  return sections
}

function digestOf(bytes: Uint8Array): Uint8Array {
  const digest = new Digest()
  if (bytes.byteOffset % 4 === 0) {
    const whole = bytes.length >> 2
    digest.words(new Int32Array(bytes.buffer, bytes.byteOffset, whole))
    digest.bytes(bytes.subarray(4 * whole))
  } else digest.bytes(bytes.slice())
  return new TextEncoder().encode(digest.hex())
}
