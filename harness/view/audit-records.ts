// The records of guest/include/audit.h: where a kernel and Memvisor keep what the audit reads.
// Invariant: field names and order are those of the header (a test compares the two), and every
// field is 8 bytes.

import type { Memory } from './memory.ts'
import { u64At } from './memory.ts'
import type { Symbols } from './symbols.ts'

export const KERNEL_FIELDS = [
  'magic',
  'version',
  'originals_base',
  'originals_count',
  'frames',
  'backups_base',
  'backups_count',
  'backup_frames',
  'offset',
  'kernel_root',
  'processes',
  'process_count',
  'process_stride',
  'process_root',
  'process_pid',
  'process_building',
  'empty_originals',
  'empty_originals_count',
  'empty_backups',
  'empty_backups_count',
] as const

export const VISOR_FIELDS = [
  'magic',
  'version',
  'guest_base',
  'guest_frames',
  'guest_map',
  'originals_base',
  'originals_count',
  'frames',
  'backups_base',
  'backups_count',
  'backup_frames',
  'roots',
  'root_count',
  'tables',
  'tables_used',
  'backup_tables_used',
] as const

export const SHADOW_ROOT_FIELDS = ['guest_root', 'shadow', 'backup'] as const

export type AuditKernel = Readonly<Record<(typeof KERNEL_FIELDS)[number], number>>
export type AuditVisor = Readonly<Record<(typeof VISOR_FIELDS)[number], number>>

export const FRAME_USE = { free: 0, user: 1, table: 2, kernel: 3 } as const
export const BACKUP_USE = { free: 0, ofOriginal: 1, table: 2, dropped: 3 } as const
export const NO_BACKUP = 0xffff_ffff

const VERSION = 2
/** "mb_audit" as a 64-bit little-endian word, in two halves. */
const MAGIC_LOW = 0x615f_626d
const MAGIC_HIGH = 0x7469_6475
const FRAME_BYTES = 8

/** The guest does not hold what the audit needs: a violation, not a crash. */
export class NoRecord extends Error {
  override readonly name = 'NoRecord'
}

export interface FrameTable {
  readonly base: number
  readonly count: number
  /** FRAME_USE or BACKUP_USE. */
  use(index: number): number
  /** A frame's backup, or a backup frame's original: the index in the other table. */
  partner(index: number): number
}

export function readKernel(memory: Memory, symbols: Symbols): Promise<AuditKernel> {
  return readRecord(memory, symbols, 'audit_kernel', KERNEL_FIELDS)
}

export function readVisor(memory: Memory, symbols: Symbols): Promise<AuditVisor> {
  return readRecord(memory, symbols, 'audit_visor', VISOR_FIELDS)
}

/** `struct frame[count]`: use at byte 0, backup at byte 4. */
export function originalsOf(
  memory: Memory,
  at: {
    readonly originals_base: number
    readonly originals_count: number
    readonly frames: number
  },
): Promise<FrameTable> {
  const { originals_base: base, originals_count: count, frames } = at
  return frameTable(memory, { base, count, records: frames }, { use: 0, partner: 4 })
}

/** `struct backup_frame[count]`: original at byte 0, use at byte 4. */
export function backupsOf(
  memory: Memory,
  at: {
    readonly backups_base: number
    readonly backups_count: number
    readonly backup_frames: number
  },
): Promise<FrameTable> {
  const { backups_base: base, backups_count: count, backup_frames: records } = at
  return frameTable(memory, { base, count, records }, { use: 4, partner: 0 })
}

/** `offsets`: of a record's fields in bytes. */
async function frameTable(
  memory: Memory,
  { base, count, records }: { base: number; count: number; records: number },
  offsets: { readonly use: number; readonly partner: number },
): Promise<FrameTable> {
  const table = await recordsAt(memory, records, count, FRAME_BYTES, 'frame records')
  return {
    base,
    count,
    use: (index) => table.getUint8(index * FRAME_BYTES + offsets.use),
    partner: (index) => table.getUint32(index * FRAME_BYTES + offsets.partner, true),
  }
}

/** `count` records of `stride` bytes each; throws NoRecord if they are not in RAM. */
export async function recordsAt(
  memory: Memory,
  at: number,
  count: number,
  stride: number,
  what: string,
): Promise<DataView> {
  if (memory.holds(at, count * stride)) return memory.stretch(at, count * stride)
  throw new NoRecord(`expected ${count} ${what} in RAM, got address 0x${at.toString(16)}`)
}

async function readRecord<Field extends string>(
  memory: Memory,
  symbols: Symbols,
  name: string,
  fields: readonly Field[],
): Promise<Readonly<Record<Field, number>>> {
  const at = symbols.address(name)
  if (at === undefined) throw new NoRecord(`expected the symbol ${name}, the image has none`)
  const bytes = fields.length * 8
  if (!memory.holds(at, bytes)) throw new NoRecord(`${name} lies outside RAM`)
  const record = await memory.stretch(at, bytes)
  if (record.getUint32(0, true) !== MAGIC_LOW || record.getUint32(4, true) !== MAGIC_HIGH) {
    throw new NoRecord(`${name} is not filled in (no magic): has the guest booted?`)
  }
  const values = fields.map((field, n) => [field, u64At(record, 8 * n)] as const)
  const read = Object.fromEntries(values) as Record<Field, number>
  const version = (read as Record<string, number>).version
  if (version !== VERSION) {
    throw new NoRecord(`${name}: expected version ${VERSION}, got ${version}`)
  }
  return read
}
