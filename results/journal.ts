// The journal: how cells lie in rows.jsonl. A cell is a group of lines: its rows, then one line
// that ends it and carries the group's length and digest. Invariant: a group counts only when its
// last line is whole, so a writer killed at any byte loses no finished cell.

import { createHash } from 'node:crypto'
import { z } from 'zod'
import { type CellEnd, type CellRecord, cellEndSchema, cellName } from './cell.ts'
import { type Measurement, measurementSchema } from './measurement.ts'

/** Longest line read; a failed cell's console is the longest thing in one. */
const LINE_BYTES = 1 << 18
const ROWS_PER_CELL = 100_000
const DIGEST_LENGTH = 16
/** The last field of a cell line: the digest of all bytes of the group before it. */
const BEFORE_DIGEST = ',"digest":"'

/** Damage at a line of the journal. The store adds the file's name and what to do. */
export class JournalDamage extends Error {
  override readonly name = 'JournalDamage'
  readonly line: number
  constructor(line: number, message: string) {
    super(message)
    this.line = line
  }
}

const rowLineSchema = z.object({ kind: z.literal('row') }).and(measurementSchema)
const endLineSchema = z
  .object({
    kind: z.literal('cell'),
    rows: z.number().int().nonnegative().max(ROWS_PER_CELL),
    digest: z.string().max(64),
  })
  .and(cellEndSchema)

/** The text of one group, newline at its end. Throws ZodError if the record is not valid. */
export function writeGroup(record: CellRecord): string {
  const { rows, ...end } = record
  checkRowsBelong(record)
  const lines = rows.map((row) => JSON.stringify({ kind: 'row', ...measurementSchema.parse(row) }))
  const valid = { kind: 'cell', ...cellEndSchema.parse(end), rows: rows.length }
  const unsigned = JSON.stringify(valid).slice(0, -1)
  const digest = createHash('sha256')
  for (const line of lines) digest.update(line).update('\n')
  digest.update(unsigned)
  lines.push(`${unsigned}${BEFORE_DIGEST}${shown(digest)}"}`)
  const long = lines.find((line) => Buffer.byteLength(line) > LINE_BYTES)
  if (long !== undefined) throw new RangeError(`line of ${Buffer.byteLength(long)} bytes`)
  return lines.map((line) => `${line}\n`).join('')
}

export interface Journal {
  readonly cells: readonly CellRecord[]
  /** Bytes up to the end of the last whole group; what lies behind is a torn tail. */
  readonly wholeBytes: number
  readonly torn: boolean
}

/** Reads a journal. Only a tail without a whole cell line is forgiven; throws JournalDamage else. */
export function readJournal(bytes: Uint8Array): Journal {
  const cells: CellRecord[] = []
  let group: Group = emptyGroup()
  let wholeBytes = 0
  let number = 0
  for (const { line, end } of linesOf(bytes)) {
    number += 1
    const value = parseLine(line, number)
    if (kindOf(value) === 'row') addRow(group, line, value, number)
    else {
      cells.push(endGroup(group, line, value, number))
      group = emptyGroup()
      wholeBytes = end
    }
  }
  return { cells, wholeBytes, torn: wholeBytes < bytes.length }
}

interface Group {
  readonly rows: Measurement[]
  readonly digest: ReturnType<typeof createHash>
}

function emptyGroup(): Group {
  return { rows: [], digest: createHash('sha256') }
}

/** Whole lines, without their newline, and where each ends. A last line without newline is torn. */
function* linesOf(bytes: Uint8Array): Generator<{ line: Uint8Array; end: number }> {
  let start = 0
  for (;;) {
    const newline = bytes.indexOf(0x0a, start)
    if (newline < 0) return
    yield { line: bytes.subarray(start, newline), end: newline + 1 }
    start = newline + 1
  }
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function parseLine(line: Uint8Array, number: number): unknown {
  if (line.length > LINE_BYTES) {
    throw new JournalDamage(number, `expected at most ${LINE_BYTES} bytes, got ${line.length}`)
  }
  try {
    return JSON.parse(decoder.decode(line))
  } catch {
    throw new JournalDamage(number, `expected one JSON object, got ${excerpt(line)}`)
  }
}

function kindOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'kind' in value ? value.kind : undefined
}

function addRow(group: Group, line: Uint8Array, value: unknown, number: number): void {
  const parsed = rowLineSchema.safeParse(value)
  if (!parsed.success) throw new JournalDamage(number, `expected a row, ${problem(parsed.error)}`)
  if (group.rows.length >= ROWS_PER_CELL) {
    throw new JournalDamage(number, `expected at most ${ROWS_PER_CELL} rows in a cell, got more`)
  }
  const { kind: _, ...row } = parsed.data
  group.rows.push(row)
  group.digest.update(line).update('\n')
}

function endGroup(group: Group, line: Uint8Array, value: unknown, number: number): CellRecord {
  const parsed = endLineSchema.safeParse(value)
  if (!parsed.success) {
    throw new JournalDamage(number, `expected a row or the end of a cell, ${problem(parsed.error)}`)
  }
  const { kind: _, rows: count, digest, ...end } = parsed.data
  if (count !== group.rows.length) {
    throw new JournalDamage(number, `expected ${count} rows before it, got ${group.rows.length}`)
  }
  const signed = Buffer.from(line).lastIndexOf(BEFORE_DIGEST)
  const found = shown(group.digest.update(line.subarray(0, Math.max(0, signed))))
  if (digest !== found) {
    throw new JournalDamage(number, `expected a cell with digest ${digest}, got ${found}`)
  }
  const record = { ...end, rows: group.rows }
  try {
    checkRowsBelong(record)
  } catch (error) {
    throw new JournalDamage(number, (error as Error).message)
  }
  return record
}

/** Every row carries the key and config of the cell that it stands in. */
function checkRowsBelong(record: CellEnd & { readonly rows: readonly Measurement[] }): void {
  for (const row of record.rows) {
    const same =
      row.cell === record.cell &&
      row.workload === record.workload &&
      row.config === record.config &&
      row.seed === record.seed
    if (!same) {
      throw new RangeError(
        `expected rows of ${cellName(record)} (${record.cell}), got one of ${cellName(row)} (${row.cell})`,
      )
    }
  }
}

function shown(digest: ReturnType<typeof createHash>): string {
  return digest.digest('hex').slice(0, DIGEST_LENGTH)
}

/** The first thing that a schema found wrong, in one line. */
export function problem(error: z.ZodError): string {
  const issue = error.issues[0]
  if (issue === undefined) return 'got something else'
  const where = issue.path.length > 0 ? `${issue.path.join('.')}: ` : ''
  return `${where}${issue.message}`
}

const EXCERPT_LENGTH = 40

function excerpt(line: Uint8Array): string {
  const text = new TextDecoder().decode(line.subarray(0, EXCERPT_LENGTH))
  return JSON.stringify(line.length > EXCERPT_LENGTH ? `${text}…` : text)
}
