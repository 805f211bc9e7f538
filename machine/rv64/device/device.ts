// Device: what sits on the bus. It knows its registers and how the device tree describes it; its address
// and its interrupt number the board tells, and of the processor it knows nothing. Invariant: whatever a
// guest writes, a device neither throws nor loops without end.

import type { SavedState } from '../saved/saved-state.ts'
import type { TreeNode } from './devicetree.ts'

/** Where a board puts a device: a row of the memory map. */
export interface DeviceAddress {
  readonly base: number
  /** The source of the PLIC by which it interrupts; absent: it does not. */
  readonly irq?: number
}

export interface Device {
  readonly name: string
  /** Bytes of address space. */
  readonly size: number
  /** Reads `bytes` at `offset`, zero-extended; an access no register answers gives 0. */
  read(offset: number, bytes: 1 | 2 | 4): number
  write(offset: number, bytes: 1 | 2 | 4, value: number): void
  reset(): void
  /** The device's node under `soc` of the device tree; absent: no guest is told of it. */
  node?(place: DeviceAddress): TreeNode
  save(): SavedState
  load(state: SavedState): void
}

/** A wire to the interrupt controller: a level, set as often as one likes. */
export type InterruptWire = (level: boolean) => void
