// RamImage: RAM written by hand for tests of the coverage walk: page tables, records and frames where a
// test wants them. Only tests use it.

import { Memory } from '../harness/view/memory.ts'
import type { View } from '../harness/view/view.ts'
import type { Bank } from '../machine/machine.ts'
import { PAGE_BYTES } from '../machine/units.ts'
import { fakeMachine } from './fake-machine.ts'

export const RAM = 0x8000_0000
const MiB = 2 ** 20
const BANK_BYTES = 4 * MiB
/** Originals and backups start here; records and roots of the test lie below. */
export const ORIGINALS = RAM + MiB
export const BACKUPS = RAM + BANK_BYTES
export const FRAMES = 64
/** Where tests put their records of frames. */
export const FRAME_RECORDS = RAM + 0x3000
export const BACKUP_RECORDS = RAM + 0x4000
/** What an audit record begins with. */
export const MAGIC = 0x74696475615f626dn
/** Flags of leaves. */
export const RW = 6
export const RWU = 22
/** Uses of a frame, and of a backup frame. */
export const USER = 1
export const OF_ORIGINAL = 1
export const BACKUP_TABLE = 2
export const NO_BACKUP = 0xffff_ffff
const PTE_V = 1
const SV39 = 8n << 60n

/** The address of the n-th frame of its bank. */
export const original = (n: number): number => ORIGINALS + n * PAGE_BYTES
export const backup = (n: number): number => BACKUPS + n * PAGE_BYTES

export class RamImage {
  readonly banks: readonly Bank[] = [
    { bytes: BANK_BYTES, role: 'original' },
    { bytes: BANK_BYTES, role: 'backup' },
  ]
  readonly #bytes = new DataView(new ArrayBuffer(2 * BANK_BYTES))
  readonly #symbols = new Map<string, number>()
  readonly #csr: Record<string, bigint> = {}

  u32(at: number, value: number): void {
    this.#bytes.setUint32(at - RAM, value, true)
  }

  u8(at: number, value: number): void {
    this.#bytes.setUint8(at - RAM, value)
  }

  u64(at: number, value: number): void {
    this.#bytes.setBigUint64(at - RAM, BigInt(value), true)
  }

  read64(at: number): number {
    return Number(this.#bytes.getBigUint64(at - RAM, true))
  }

  /** Makes all original frames free, without backups. */
  freeAll(): void {
    for (let n = 0; n < FRAMES; n++) this.u32(FRAME_RECORDS + 8 * n + 4, NO_BACKUP)
  }

  /** Records original frame n in use, backed by frame m of the other bank. */
  backed(n: number, m: number, use: number): void {
    this.u8(FRAME_RECORDS + 8 * n, use)
    this.u32(FRAME_RECORDS + 8 * n + 4, m)
    this.u32(BACKUP_RECORDS + 8 * m, n)
    this.u8(BACKUP_RECORDS + 8 * m + 4, OF_ORIGINAL)
  }

  /** Writes 8-byte fields in order and names the place. */
  record(symbol: string, at: number, fields: readonly (number | bigint)[]): void {
    this.#symbols.set(symbol, at)
    for (const [n, field] of fields.entries()) {
      this.#bytes.setBigUint64(at - RAM + 8 * n, BigInt(field), true)
    }
  }

  /** Address of the slot of `va`'s entry at `level`; tables must stand already. */
  slot(root: number, va: number, level = 0): number {
    let table = root
    for (let at = 2; at > level; at--) {
      const entry = this.read64(table + 8 * index(va, at))
      if ((entry & PTE_V) === 0) throw new Error(`no table for ${va.toString(16)} at level ${at}`)
      table = Math.floor(entry / 1024) * PAGE_BYTES
    }
    return table + 8 * index(va, level)
  }

  /** A branch at `level` of `va`. */
  table(root: number, va: number, level: number, at: number): void {
    this.u64(this.slot(root, va, level), (at / PAGE_BYTES) * 1024 + PTE_V)
  }

  leaf(root: number, va: number, pa: number, flags: number): void {
    this.u64(this.slot(root, va), (pa / PAGE_BYTES) * 1024 + flags + PTE_V)
  }

  clear(root: number, va: number): void {
    this.u64(this.slot(root, va), 0)
  }

  /** The hart translates by the table at `root`; 0: Bare. */
  translateBy(csr: 'satp' | 'vsatp' | 'hgatp', root: number): void {
    this.#csr[csr] = root === 0 ? 0n : SV39 | BigInt(root / PAGE_BYTES)
  }

  view(coverage: View['coverage']): View {
    let reads = 0
    const machine = {
      ...fakeMachine(() => ({}), { banks: this.banks }),
      read: async (at: number, length: number) => {
        if (reads++ > 0) throw new Error('expected one request at a time, as on QEMU')
        await new Promise(setImmediate)
        reads = 0
        return new Uint8Array(this.#bytes.buffer, at - RAM, length).slice()
      },
    }
    const unknown = (): undefined => undefined
    const address = (name: string) => this.#symbols.get(name)
    const symbols = { address, describe: unknown, describeReturn: unknown }
    return {
      memory: new Memory(machine),
      hart: { pc: 0n, x: [], privilege: 'HS', csr: this.#csr },
      banks: this.banks,
      coverage,
      firmware: symbols,
      kernel: symbols,
      guestKernel: undefined,
      program: undefined,
    }
  }
}

function index(va: number, level: number): number {
  return Math.floor(va / (PAGE_BYTES * 512 ** level)) % 512
}
