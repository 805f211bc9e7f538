// Memory: the RAM of a stopped machine, read a page at a time and remembered. Invariant: valid only
// while the machine stands still; a caller that lets it run makes a new one.

import type { Machine } from '../../machine/machine.ts'
import { PAGE_BYTES, physical } from '../../machine/units.ts'

const WORD = 2 ** 32

export class Memory {
  readonly #machine: Machine
  readonly #pages = new Map<number, DataView>()
  readonly #end: number

  constructor(machine: Machine) {
    this.#machine = machine
    this.#end = RAM + machine.spec.banks.reduce((sum, bank) => sum + bank.bytes, 0)
  }

  /** Does RAM hold all of [at, at + bytes)? */
  holds(at: number, bytes: number): boolean {
    return at >= RAM && at + bytes <= this.#end
  }

  /** The page at `at`, which must be aligned and in RAM. */
  async page(at: number): Promise<DataView> {
    const known = this.#pages.get(at)
    if (known !== undefined) return known
    const bytes = await this.#machine.read(physical(at), PAGE_BYTES)
    const page = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#pages.set(at, page)
    return page
  }

  /** A copy of any stretch of RAM, for tables that are read whole. */
  async stretch(at: number, bytes: number): Promise<DataView> {
    const copy = await this.#machine.read(physical(at), bytes)
    return new DataView(copy.buffer, copy.byteOffset, copy.byteLength)
  }

  /** 64 bits as a number; requires 8-byte alignment. Exact below 2^53, which all addresses are. */
  async u64(at: number): Promise<number> {
    const page = await this.page(at - (at % PAGE_BYTES))
    return u64At(page, at % PAGE_BYTES)
  }
}

/** The address at which the board's RAM starts. */
export const RAM = 0x8000_0000

export function u64At(view: DataView, offset: number): number {
  return view.getUint32(offset + 4, true) * WORD + view.getUint32(offset, true)
}
