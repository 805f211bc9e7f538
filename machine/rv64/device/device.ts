// Device: what sits on the bus. It knows its registers, not its address, its interrupt number or
// the processor. Invariant: whatever a guest writes, a device neither throws nor loops without end.

/** State by name, never by position; JSON values and byte arrays only. */
export type DeviceState = { readonly [name: string]: DeviceValue }
export type DeviceValue =
  | number
  | string
  | boolean
  | null
  | Uint8Array
  | readonly DeviceValue[]
  | DeviceState

export interface Device {
  readonly name: string
  /** Bytes of address space. */
  readonly size: number
  /** Reads `bytes` at `offset`, zero-extended; an access no register answers gives 0. */
  read(offset: number, bytes: 1 | 2 | 4): number
  write(offset: number, bytes: 1 | 2 | 4, value: number): void
  reset(): void
  save(): DeviceState
  load(state: DeviceState): void
}

/** A wire to the interrupt controller: a level, set as often as one likes. */
export type InterruptLine = (level: boolean) => void

/** RAM as devices see it. DMA goes through here so that code caches notice writes. */
export interface DmaMemory {
  /** True if [at, at + length) lies in RAM. */
  holds(at: number, length: number): boolean
  /** Copies out for the host, changing nothing; requires holds(at, length). */
  read(at: number, length: number): Uint8Array
  /** Copies out for a device; undefined: a part of it is poison. Requires holds(at, length). */
  take(at: number, length: number): Uint8Array | undefined
  /** Copies in; requires holds(at, bytes.length). */
  write(at: number, bytes: Uint8Array): void
}

/** The numbers of a saved list; a snapshot that holds something else is damaged. */
export function numbersOf(value: DeviceValue | undefined): readonly number[] {
  if (Array.isArray(value) && value.every((item) => typeof item === 'number')) return value
  throw new TypeError(`expected a list of numbers in a snapshot, got ${typeof value}`)
}

/** The strings of a saved list; a snapshot that holds something else is damaged. */
export function stringsOf(value: DeviceValue | undefined): readonly string[] {
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value
  throw new TypeError(`expected a list of strings in a snapshot, got ${typeof value}`)
}
