// What nodes of the device tree have in common: how they lie on the bus, and how they name each other.

import { type Property, pair, type TreeNode } from './devicetree.ts'

export const PLIC_PHANDLE = 1
export const FINISHER_PHANDLE = 2
export const cpuHandle = (hart: number): number => 0x10 + 2 * hart
/** The handle of a hart's own interrupt controller. */
export const intcHandle = (hart: number): number => 0x11 + 2 * hart

export const nodeAt = (
  name: string,
  base: number,
  bytes: number,
  properties: Readonly<Record<string, Property>>,
): TreeNode => ({
  name: `${name}@${base.toString(16)}`,
  properties: { reg: [...pair(base), ...pair(bytes)], ...properties },
})

/** The properties of a device that interrupts by a source of the PLIC. */
export const interruptBy = (source: number): Readonly<Record<string, Property>> => ({
  interrupts: [source],
  'interrupt-parent': [PLIC_PHANDLE],
})

/** Local interrupts of each hart, as pairs: the handle of its controller, and the number. */
export const wires = (harts: number, numbers: readonly number[]): readonly number[] =>
  Array.from({ length: harts }, (_, hart) => numbers.flatMap((n) => [intcHandle(hart), n])).flat()
