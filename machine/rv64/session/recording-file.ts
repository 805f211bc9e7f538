// The file format of recordings: JSON, a line for the head, one for each input, one for the end, and one
// with a digest of all lines before. Bytes are written as text, a character each, so that what a person
// typed can be read. Invariant: a file that was truncated or altered anywhere is refused.

import { Digest } from '../saved/digest.ts'
import { IDENTITY_PARTS, type MachineIdentity } from '../saved/machine-identity.ts'
import { INPUT_KINDS, type Input, type InputKind, type Moment } from './input-log.ts'
import { type About, checkInputs, type End, type Recording, RecordingError } from './recording.ts'

/** Changes whenever an older reader would misread a line. */
const VERSION = 1
const FORMAT = 'mirrorbench-recording'
const AGAIN = 'Record the session again'

export function writeRecording({ about, identity, inputs, end }: Recording): Uint8Array {
  const lines = [
    { format: FORMAT, version: VERSION, inputs: inputs.length, about, identity },
    ...inputs.map(({ kind, bytes, ...moment }) => ({ ...moment, kind, bytes: textOf(bytes) })),
    { end },
  ]
  const body = lines.map((line) => `${JSON.stringify(line)}\n`).join('')
  return new TextEncoder().encode(body + checkLine(body))
}

/** Throws RecordingError. */
export function readRecording(file: Uint8Array): Recording {
  const text = decoded(file)
  if (!text.startsWith(`{"format":"${FORMAT}",`)) {
    throw new RecordingError(`expected a file that begins with "${FORMAT}", got something else`)
  }
  const checkAt = text.lastIndexOf('\n', text.length - 2) + 1
  const body = text.slice(0, checkAt)
  const lines = body.split('\n').slice(0, -1)
  const head = objectIn(lines[0] ?? text)
  if (head.version !== VERSION) {
    throw new RecordingError(`expected version ${VERSION}, got ${head.version}. ${AGAIN}`)
  }
  if (text.slice(checkAt) !== checkLine(body)) {
    throw new RecordingError(
      `expected the digest to fit, got a truncated or altered file. ${AGAIN}`,
    )
  }
  const inputs = lines.slice(1, -1).map(inputIn)
  const { end } = objectIn(lines.at(-1) ?? '')
  if (head.inputs !== inputs.length || !isEnd(end)) {
    throw new RecordingError(`expected ${head.inputs} inputs and an end, got others. ${AGAIN}`)
  }
  if (!isAbout(head.about) || !isIdentity(head.identity)) {
    throw new RecordingError(`expected a head that names a machine, got another. ${AGAIN}`)
  }
  checkInputs(inputs, end)
  return { about: head.about, identity: head.identity, inputs, end }
}

type Json = Readonly<Record<string, unknown>>

function decoded(file: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(file)
  } catch {
    throw new RecordingError('expected text in UTF-8, got other bytes')
  }
}

function checkLine(body: string): string {
  const digest = new Digest()
  digest.bytes(new TextEncoder().encode(body))
  return `${JSON.stringify({ check: digest.hex() })}\n`
}

function objectIn(line: string): Json {
  try {
    const value: unknown = JSON.parse(line)
    if (isObject(value)) return value
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  throw new RecordingError(`expected a line of JSON, got "${line.slice(0, 40)}". ${AGAIN}`)
}

function inputIn(line: string): Input {
  const { cycle, together, kind, bytes } = objectIn(line)
  const moment = { cycle, ...(together !== undefined && { together }) }
  if (isMoment(moment) && isKind(kind) && typeof bytes === 'string') {
    return { ...moment, kind, bytes: bytesOf(bytes) }
  }
  throw new RecordingError(`expected an input, got "${line.slice(0, 40)}". ${AGAIN}`)
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isCount = (value: unknown): value is number =>
  Number.isSafeInteger(value) && Number(value) >= 0
const isMoment = (value: Json): value is Json & Moment =>
  isCount(value.cycle) && (value.together === undefined || isCount(value.together))
const isKind = (value: unknown): value is InputKind =>
  (INPUT_KINDS as readonly unknown[]).includes(value)
const isTexts = (value: unknown): value is Readonly<Record<string, string>> =>
  isObject(value) && Object.values(value).every((text) => typeof text === 'string')
const isEnd = (value: unknown): value is End =>
  isObject(value) && isMoment(value) && typeof value.digest === 'string'
const isAbout = (value: unknown): value is About =>
  isObject(value) && typeof value.version === 'string' && isTexts(value.origin)
const isIdentity = (value: unknown): value is MachineIdentity =>
  isTexts(value) && IDENTITY_PARTS.every((part) => part in value)

function textOf(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return text
}

function bytesOf(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code > 0xff) throw new RecordingError(`expected a byte, got ${code}. ${AGAIN}`)
    bytes[i] = code
  }
  return bytes
}
