// DmaMemory: RAM as devices see it. Invariant: what a device writes goes through here, so that code caches,
// modelled caches and reservations learn of it.

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
