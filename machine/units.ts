// Addresses and times, each with its space or clock in its type.

declare const brand: unique symbol
export type Branded<T, Name extends string> = T & { readonly [brand]: Name }

/** An address on the machine's bus, in bytes. Below 2^53, hence a number. */
export type PhysicalAddress = Branded<number, 'physical'>
/** A 64-bit virtual address. Never on a hot path. */
export type VirtualAddress = Branded<bigint, 'virtual'>
/** Virtual time: an integer count of cycles of the emulated machine; exact. */
export type Cycles = Branded<number, 'cycles'>
/** Host time in milliseconds; noisy. Never added to Cycles. */
export type HostMs = Branded<number, 'host-ms'>

export const physical = (value: number): PhysicalAddress => value as PhysicalAddress
export const virtual = (value: bigint): VirtualAddress =>
  BigInt.asUintN(64, value) as VirtualAddress
export const cycles = (value: number): Cycles => value as Cycles
export const hostMs = (value: number): HostMs => value as HostMs

/** Bytes in a page and in a frame (privileged specification, Sv39). */
export const PAGE_BYTES = 4096
export const MiB = 1024 * 1024
